#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// The event that follows from a verdict on a sign-in. Also sets `offered` of the flow, and the
/// refusal to answer if the flow ends here. The run is in kDeciding or kDecidingFinally.
[[nodiscard]] FlowEvent weigh_sign_in(FlowRun& run, const PolicyVerdict& verdict);

}  // namespace gate::server
