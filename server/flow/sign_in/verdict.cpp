#include "server/flow/sign_in/verdict.h"

#include "server/flow/model/methods.h"

namespace gate::server {

FlowEvent weigh_sign_in(FlowRun& run, const PolicyVerdict& verdict) {
  FlowRecord& flow = run.flow;
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
  const bool may_ask = flow.state.phase == FlowPhase::kDeciding;
  const auto needs = [&](std::uint32_t capability, FlowEvent event, const char* missing) {
    if (may_ask && (flow.capabilities & capability) == 0) {
      run.material.refusal = GoToWeb{missing};
      return FlowEvent::kPolicyUnmeetable;
    }
    return event;
  };
  if (!eligible_channels(run.services.settings, run.caller.tenant, channels, verdict.second_factors,
                         flow)
           .empty()) {
    flow.offered = verdict.second_factors;
    return needs(kCapabilityMfa, FlowEvent::kPolicyWantsSecondFactor,
                 "Client is missing mfa_required capability");
  }
  const MethodSet open =
      enrollable(run.services.settings, run.caller.tenant, channels, verdict.second_factors);
  if (open.empty()) {
    if (may_ask) {
      run.material.refusal = GoToWeb{"No method that policy accepts is available here"};
    }
    return FlowEvent::kPolicyUnmeetable;
  }
  flow.offered = open;
  return needs(kCapabilityEnrolment, FlowEvent::kPolicyWantsEnrolment,
               "Client is missing registration_required capability");
}

}  // namespace gate::server
