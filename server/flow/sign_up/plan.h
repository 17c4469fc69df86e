#pragma once

#include <gate/result.hpp>
#include <optional>

#include "server/flow/model/run.h"

/// From a command to the event of a sign-up, in the same way as flow/sign_in/plan.h.
namespace gate::server {

/// Starts and writes a new sign-up, or says why there is none. It sends nothing and reserves
/// nothing. A password is hashed, which takes as long as a sign-in.
[[nodiscard]] Result<Reply> start_sign_up(const FlowServices& services, const Caller& caller,
                                          const StartSignUp& command);

/// The mailbox of the new account, or the request for its password.
[[nodiscard]] std::optional<FlowEvent> plan_sign_up_challenge(FlowRun& run);
[[nodiscard]] Result<std::optional<FlowEvent>> plan_first_password(FlowRun& run,
                                                                   const ChoosePassword& command);
[[nodiscard]] std::optional<FlowEvent> plan_attributes(FlowRun& run, const GiveAttributes& command);

}  // namespace gate::server
