#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// What a verdict means for a sign-in: the event that follows. Sets `offered` of the flow, and what
/// to answer should the flow end here. The run stands in kDeciding or kDecidingFinally.
[[nodiscard]] FlowEvent weigh_sign_in(FlowRun& run, const PolicyVerdict& verdict);

}  // namespace gate::server
