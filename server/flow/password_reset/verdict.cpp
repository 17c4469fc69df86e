#include "server/flow/password_reset/verdict.h"

#include "server/flow/model/methods.h"

namespace gate::server {

FlowEvent weigh_reset(FlowRun& run, const PolicyVerdict& verdict,
                      const PolicyVerdict& with_password) {
  const FlowRecord& flow = run.flow;
  const std::vector<Channel>& channels = run.found.channels;
  run.material.refusal = blocked_by(verdict);
  switch (verdict.outcome) {
    case Outcome::kAllow:
      return FlowEvent::kPolicyAllows;
    case Outcome::kBlock:
      return FlowEvent::kPolicyBlocks;
    case Outcome::kChallenge:
      break;
  }
  if (!eligible_channels(run.services.settings, channels, verdict.second_factors, flow).empty()) {
    return FlowEvent::kPolicyAllows;
  }
  const bool mailbox_is_a_factor = with_password.outcome == Outcome::kChallenge &&
                                   with_password.second_factors.contains(Method::kEmailOtp);
  if (!mailbox_is_a_factor && !has_another_method(channels, flow) &&
      !enrollable(run.services.settings, channels, verdict.second_factors).empty()) {
    return FlowEvent::kPolicyAllows;
  }
  run.material.refusal = GoToWeb{"The mailbox alone may not reset this password"};
  return FlowEvent::kPolicyUnmeetable;
}

}  // namespace gate::server
