#pragma once

#include <gate/result.hpp>
#include <optional>
#include <vector>

#include "server/flow/model/command.h"
#include "server/flow/model/services.h"

namespace gate::server {

/// A renewal that policy refuses.
struct RefusedRenewal {
  const RefreshTokens& command;
  const RefreshRecord& refresh;
  const User& user;
  const std::string& scope;  ///< that the renewal would have got
  const Resource& resource;
};

/// A flow that is not yet written, and what it will ask for.
struct StepUp {
  FlowRecord flow;
  std::vector<MissingFactor> missing;
};

/// Finds the fewest proofs after which the policies would allow the tokens, if everything else
/// stays as it is: a second factor beside the first one of the session; the first factor once more,
/// if its proof is too old; both; or the first factor once more and then the enrolment of a second
/// one, for a user who has none (F2). Nothing if no such proofs are known, or if the client cannot
/// ask for them. Some ten decisions.
///
/// The plan grants nothing. The flow is decided again at each proof, with the facts of that moment.
[[nodiscard]] Result<std::optional<StepUp>> plan_step_up(const FlowServices& services,
                                                         const Caller& caller,
                                                         const RefusedRenewal& renewal);

}  // namespace gate::server
