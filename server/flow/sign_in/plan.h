#pragma once

#include <gate/result.hpp>
#include <optional>

#include "server/flow/model/run.h"

/// From a command to the event of the sign-in. Each function sets the material of the effects, or
/// stops the run and returns no event.
namespace gate::server {

[[nodiscard]] std::optional<FlowEvent> plan_challenge(FlowRun& run,
                                                      const RequestChallenge& command);
[[nodiscard]] std::optional<FlowEvent> plan_method_list(FlowRun& run);

/// Starts and writes a new flow for a user name, or says why there is none.
[[nodiscard]] Result<Reply> start_sign_in(const FlowServices& services, const Caller& caller,
                                          const StartSignIn& command);

}  // namespace gate::server
