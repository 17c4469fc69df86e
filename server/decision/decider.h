#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// What the policy set in force says of one sign-in, in words that outlive the set: everything that
/// the flow obeys and the audit row records. Default-made it blocks.
struct PolicyVerdict {
  Outcome outcome = Outcome::kBlock;
  MethodSet second_factors;      ///< on challenge: each alone leaves nothing unmet
  std::uint16_t error_code = 0;  ///< of a block, AADSTS style
  bool reauthenticate = false;
  SessionControls session;
  std::string policy_digest;
  std::string required_text;         ///< unmet requirements, as policies name them
  std::vector<std::string> reasons;  ///< "policy_blocks: CA010 Step up for payments"
  std::string facts_json;            ///< the facts that were judged, canonical
};

/// The policy decision point as the server sees it. Safe from any number of threads; never throws.
struct Decider {
  Decider() = default;
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;
  virtual ~Decider() = default;
  [[nodiscard]] virtual PolicyVerdict decide(const SignInFacts& facts) const = 0;
  /// The digest of the set in force. What was decided by another one has to be decided again (C2).
  [[nodiscard]] virtual std::string digest() const = 0;
  /// Whether the set in force has a policy on this authentication context, compared byte for byte.
  /// A token may name no other (S10): a name without a policy stands for nothing.
  [[nodiscard]] virtual bool protects_context(std::string_view auth_context) const = 0;
};

/// Decides for the app and, where the client asked for one, for the authentication context.
/// Policies on apps never apply to a context and the other way round, so asking for a context must
/// not shed what the app demands: the stricter outcome holds, and a factor has to serve both.
[[nodiscard]] PolicyVerdict decide_for_app_and_context(const Decider& decider, SignInFacts facts,
                                                       const std::string& auth_context);

}  // namespace gate::server
