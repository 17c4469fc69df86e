#include "server/flow/step_up/verdict.h"

#include "server/flow/sign_in/verdict.h"

namespace gate::server {

FlowEvent weigh_step_up(FlowRun& run, const PolicyVerdict& verdict) {
  const FlowEvent event = weigh_sign_in(run, verdict);
  if (verdict.outcome == Outcome::kChallenge &&
      run.flow.state.phase == FlowPhase::kDecidingFinally) {
    run.material.refusal = Refused{RefusalReason::kInteractionRequired};
  }
  return event;
}

}  // namespace gate::server
