#include "server/flow/password_reset/verdict.h"

#include "server/flow/model/methods.h"

namespace gate::server {

bool mailbox_is_the_other_factor(const FlowRun& run, const PolicyVerdict& with_password) {
  return with_password.outcome == Outcome::kChallenge &&
         with_password.second_factors.contains(Method::kEmailOtp) &&
         eligible_channels(run.services.settings, run.caller.tenant, run.found.channels,
                           with_password.second_factors, run.flow)
             .empty();
}

FlowEvent weigh_reset(FlowRun& run, const PolicyVerdict& verdict, bool replaces_a_factor) {
  if (verdict.outcome == Outcome::kBlock) {
    run.material.refusal = blocked_by(verdict);
    return FlowEvent::kPolicyBlocks;
  }
  if (replaces_a_factor) {
    run.material.refusal = GoToWeb{"The mailbox alone may not reset this password"};
    return FlowEvent::kPolicyUnmeetable;
  }
  return FlowEvent::kPolicyAllows;
}

}  // namespace gate::server
