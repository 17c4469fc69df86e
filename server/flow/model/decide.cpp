#include "server/flow/model/decide.h"

#include <gate/export.hpp>

namespace gate::server {

Flow flow_of(FlowKind kind) {
  switch (kind) {
    case FlowKind::kSignIn:
      return Flow::kSignIn;
    case FlowKind::kSignUp:
      return Flow::kSignUp;
    case FlowKind::kPasswordReset:
      return Flow::kPasswordReset;
    case FlowKind::kStepUp:
      return Flow::kRefresh;
  }
  GATE_CHECK(false, "a flow of no kind");
}

SignInFacts facts_of(const TokenCase& about, Flow flow,
                     const std::vector<CompletedFactor>& completed) {
  return gather_facts({.user = about.user,
                       .client = about.caller.client,
                       .resource = about.resource,
                       .hints = about.caller.hints,
                       .country = about.around.place.country,
                       .sign_in_risk = about.around.risk.level,
                       .flow = flow,
                       .completed = completed,
                       .session_began_at = about.session_began_at,
                       .now = about.caller.now});
}

PolicyVerdict decide_on_tokens(const TokenCase& about,
                               const std::vector<CompletedFactor>& completed) {
  const auto decide = [&](Flow flow) {
    return decide_for_app_and_context(about.services.decider, about.caller.tenant.id,
                                      facts_of(about, flow, completed), about.auth_context);
  };
  PolicyVerdict verdict = decide(Flow::kSignIn);
  return about.kind == FlowKind::kSignIn
             ? verdict
             : stricter_of(std::move(verdict), decide(flow_of(about.kind)));
}

}  // namespace gate::server
