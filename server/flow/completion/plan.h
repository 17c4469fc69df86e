#pragma once

#include <optional>

#include "server/flow/model/run.h"

namespace gate::server {

/// From the redemption of a flow to its event: after an enrolment, a sign-up or a password reset
/// the flow continues to the tokens.
[[nodiscard]] std::optional<FlowEvent> plan_redemption(FlowRun& run, const RedeemFlow& command);

}  // namespace gate::server
