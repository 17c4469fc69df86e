#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// As `weigh_sign_in`, on a step-up. Where the policies ask for more after the last proof, or a
/// proof of the session became too old on the way, the client may begin another step-up.
[[nodiscard]] FlowEvent weigh_step_up(FlowRun& run, const PolicyVerdict& verdict);

}  // namespace gate::server
