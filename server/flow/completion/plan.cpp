#include "server/flow/completion/plan.h"

namespace gate::server {
namespace {

std::optional<FlowEvent> event_of(FlowPhase phase) {
  if (phase == FlowPhase::kEnrolled) {
    return FlowEvent::kEnrolmentRedeemed;
  }
  if (phase == FlowPhase::kSignedUp || phase == FlowPhase::kPasswordChanged) {
    return FlowEvent::kFlowRedeemed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<FlowEvent> plan_redemption(FlowRun& run, const RedeemFlow& command) {
  const std::optional<FlowEvent> event = event_of(run.flow.state.phase);
  if (!event) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return std::nullopt;
  }
  if (!command.username.empty() && command.username != run.flow.label_address) {
    run.stop(Refused{RefusalReason::kOtherUser});
    return std::nullopt;
  }
  return event;
}

}  // namespace gate::server
