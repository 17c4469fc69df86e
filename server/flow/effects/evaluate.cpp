#include <algorithm>

#include "server/flow/effects/effects.h"
#include "server/flow/enrolment/verdict.h"
#include "server/flow/model/record.h"
#include "server/flow/sign_in/verdict.h"

namespace gate::server {
namespace {

SignInFacts facts_of(const FlowRun& run) {
  return gather_facts({.user = run.found.user,
                       .client = run.caller.client,
                       .hints = run.caller.hints,
                       .countries = run.services.countries,
                       .flow = Flow::kSignIn,
                       .completed = run.flow.completed,
                       .session_began_at = run.caller.now,
                       .now = run.caller.now});
}

/// Keeps the verdict for the commit. The commit writes its audit row and checks that the same
/// policy set is still in force.
void keep(FlowRun& run, std::string_view type, const PolicyVerdict& verdict) {
  run.prepared.decisions.push_back(
      {verdict.policy_digest,
       decision_record(run.caller, run.found.user, type, run.flow.flow_id, verdict)});
}

Result<void> ask(FlowRun& run) {
  const PolicyVerdict verdict =
      decide_for_app_and_context(run.services.decider, facts_of(run), run.flow.auth_context);
  keep(run, "sign_in", verdict);
  run.flow.policy_digest = verdict.policy_digest;
  run.prepared.revoke_all = verdict.outcome == Outcome::kBlock &&
                            (verdict.session.flags & SessionControls::kRevokeAll) != 0;
  run.next_event = weigh_sign_in(run, verdict);
  return {};
}

Result<void> ask_about_enrolment(FlowRun& run) {
  const PolicyVerdict verdict = weigh_enrolment(run, facts_of(run));
  keep(run, "register", verdict);
  return {};
}

/// C2: a decision of a policy set that was replaced is made again, from a new snapshot.
Result<void> record(FlowRun& run, UnitOfWork& work) {
  const Decided& decided = run.prepared.decisions.at(run.prepared.decisions_written++);
  if (decided.policy_digest != run.services.decider.digest()) {
    return Error{ErrorCode::kConflict, "the policy set was replaced while the flow was decided"};
  }
  GATE_TRY_VOID(run.services.audit.append(work, decided.record));
  const bool last = run.prepared.decisions_written == run.prepared.decisions.size();
  if (last && run.prepared.revoke_all && run.flow.subject) {
    return work.raise_epoch(run.flow.tenant_id, run.flow.subject->user_id);
  }
  return {};
}

}  // namespace

EffectSteps evaluate() {
  return {.prepare = ask, .perform = record};
}
EffectSteps evaluate_enrolment() {
  return {.prepare = ask_about_enrolment, .perform = record};
}

}  // namespace gate::server
