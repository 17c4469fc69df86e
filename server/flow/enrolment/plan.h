#pragma once

#include <optional>

#include "server/flow/model/run.h"

/// From a command to the event of an enrolment, in the same way as flow/sign_in/plan.h.
namespace gate::server {

[[nodiscard]] std::optional<FlowEvent> plan_enrolment_list(FlowRun& run);
[[nodiscard]] std::optional<FlowEvent> plan_enrolment(FlowRun& run,
                                                      const RequestEnrolment& command);

}  // namespace gate::server
