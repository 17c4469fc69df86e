#pragma once

#include <gate/result.hpp>
#include <optional>

#include "server/flow/model/run.h"

/// From a command to the event of a password reset, in the same way as flow/sign_in/plan.h.
namespace gate::server {

/// Starts and writes a new reset, or says why there is none. It sends nothing.
[[nodiscard]] Result<Reply> start_reset(const FlowServices& services, const Caller& caller,
                                        const StartReset& command);

[[nodiscard]] std::optional<FlowEvent> plan_reset_challenge(FlowRun& run);
[[nodiscard]] Result<std::optional<FlowEvent>> plan_changed_password(FlowRun& run,
                                                                     const ChoosePassword& command);
/// Answers a poll. The token stays: clients poll with the one from the change
/// (native-auth-api 6.4).
void answer_poll(FlowRun& run);

}  // namespace gate::server
