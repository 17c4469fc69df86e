#pragma once

#include <string>
#include <vector>

#include "server/flow/model/circumstances.h"
#include "server/flow/model/services.h"

namespace gate::server {

/// What a decision on tokens rests on, beside the completed factors. All of it outlives the call.
struct TokenCase {
  const FlowServices& services;
  const Caller& caller;
  const User& user;
  const Resource& resource;
  const Circumstances& around;
  const std::string& auth_context;  ///< that the client asked for; empty: none
  FlowKind kind = FlowKind::kSignIn;
  Micros session_began_at = 0;
};

/// The flow that policies see.
[[nodiscard]] Flow flow_of(FlowKind kind);

[[nodiscard]] SignInFacts facts_of(const TokenCase& about, Flow flow,
                                   const std::vector<CompletedFactor>& completed);

/// Tokens after a sign-up or a reset need what a sign-in needs as well. Else a policy on sign-ins
/// alone could be avoided by resetting the password (D4). A step-up makes a new session out of a
/// renewal, so that its tokens need what either needs.
[[nodiscard]] PolicyVerdict decide_on_tokens(const TokenCase& about,
                                             const std::vector<CompletedFactor>& completed);

}  // namespace gate::server
