#pragma once

#include <gate/result.hpp>
#include <optional>

#include "server/flow/model/run.h"

/// From a command to the event of the sign-in that it asks for. Each sets the material of the
/// event's effects, or stops the run and gives no event.
namespace gate::server {

[[nodiscard]] std::optional<FlowEvent> plan_challenge(FlowRun& run,
                                                      const RequestChallenge& command);
[[nodiscard]] std::optional<FlowEvent> plan_method_list(FlowRun& run);

/// A new flow for a name, or why there is none. Writes the flow.
[[nodiscard]] Result<Reply> start_sign_in(const FlowServices& services, const Caller& caller,
                                          const StartSignIn& command);

}  // namespace gate::server
