#include <algorithm>

#include "server/flow/effects/effects.h"
#include "server/flow/enrolment/verdict.h"
#include "server/flow/model/decide.h"
#include "server/flow/model/record.h"
#include "server/flow/password_reset/verdict.h"
#include "server/flow/sign_in/verdict.h"
#include "server/flow/step_up/factors.h"
#include "server/flow/step_up/verdict.h"
#include "server/token/scope.h"

namespace gate::server {
namespace {

/// Found once per request, also where it decides twice.
Result<void> look_around(FlowRun& run) {
  if (run.prepared.circumstances) {
    return {};
  }
  GATE_TRY(run.prepared.circumstances,
           find_circumstances(
               run.services, run.caller,
               {.user_id = owner_of(run.flow),
                .account_key = run.flow.account_key,
                .device = run.found.device ? DeviceKnowledge::kKnown : DeviceKnowledge::kUnknown,
                .failures_at_least = std::max(run.flow.failures_before, run.found.flow.wrong_total),
                .right_ones = run.material.right_tries,
                .flow = flow_of(run.flow.kind)}));
  run.flow.failures_before = run.prepared.circumstances->failures;
  return {};
}

TokenCase case_of(const FlowRun& run) {
  return {.services = run.services,
          .caller = run.caller,
          .user = run.found.user,
          .resource = run.material.grant.resource,
          .around = *run.prepared.circumstances,
          .auth_context = run.flow.auth_context,
          .kind = run.flow.kind,
          .session_began_at = run.flow.origin ? run.flow.origin->auth_time : run.caller.now};
}

SignInFacts facts_of(const FlowRun& run, Flow flow) {
  return facts_of(case_of(run), flow, run.flow.completed);
}

/// Keeps the verdict for the commit. The commit writes its audit row and checks that the same
/// policy set is still in force.
void keep(FlowRun& run, std::string_view type, PolicyVerdict verdict) {
  const std::vector<std::string>& risk = run.prepared.circumstances->risk.reasons;
  verdict.reasons.insert(verdict.reasons.end(), risk.begin(), risk.end());
  run.prepared.decisions.push_back(
      {verdict.policy_digest,
       decision_record(run.caller, run.found.user, type, run.flow.flow_id, verdict)});
}

Result<void> ask(FlowRun& run) {
  GATE_TRY_VOID(look_around(run));
  const bool steps_up = run.flow.kind == FlowKind::kStepUp;
  if (steps_up && run.flow.state.phase == FlowPhase::kDeciding) {
    leave_stale_factors(case_of(run), run.found.channels, run.flow.completed);
  }
  const PolicyVerdict verdict = decide_on_tokens(case_of(run), run.flow.completed);
  keep(run, steps_up ? "step_up" : "sign_in", verdict);
  run.prepared.granted_context =
      verdict.outcome == Outcome::kAllow ? run.flow.auth_context : std::string();
  run.flow.policy_digest = verdict.policy_digest;
  run.prepared.revoke_all = run.prepared.revoke_all || revokes_all(verdict);
  return run.lead_to(steps_up ? weigh_step_up(run, verdict) : weigh_sign_in(run, verdict));
}

Result<void> ask_about_enrolment(FlowRun& run) {
  GATE_TRY_VOID(look_around(run));
  FlowEvent event = FlowEvent::kPolicyBlocks;
  const PolicyVerdict verdict = weigh_enrolment(run, facts_of(run, Flow::kSignIn), event);
  keep(run, "register", verdict);
  return run.lead_to(event);
}

/// Only a block keeps an account from being created. What else the policies require is required for
/// the tokens.
Result<void> ask_about_account(FlowRun& run) {
  GATE_TRY_VOID(look_around(run));
  const PolicyVerdict verdict =
      run.services.decider.decide(run.caller.tenant.id, facts_of(run, Flow::kSignUp));
  keep(run, "sign_up", verdict);
  run.flow.policy_digest = verdict.policy_digest;
  run.material.refusal = blocked_by(verdict);
  return run.lead_to(verdict.outcome == Outcome::kBlock ? FlowEvent::kPolicyBlocks
                                                        : FlowEvent::kPolicyAllows);
}

/// The resources that the client may ask for, the directory among them.
Result<std::vector<Resource>> resources_of(const FlowRun& run) {
  std::vector<Resource> resources = {directory_resource()};
  GATE_TRY_VOID(run.services.store.read([&](StoreReads& reads) -> Result<void> {
    for (const std::string& audience : audiences_of(run.caller.client)) {
      GATE_TRY(std::optional<Resource> found, reads.find_resource(run.flow.tenant_id, audience));
      if (found) {
        resources.push_back(std::move(*found));
      }
    }
    return {};
  }));
  return resources;
}

/// Decides as for a sign-in to the resource with the password alone.
PolicyVerdict decide_with_password(FlowRun& run, const Resource& resource) {
  run.material.grant.resource = resource;
  SignInFacts facts = facts_of(run, Flow::kSignIn);
  facts.completed = {{Method::kPassword, 0}};
  return run.services.decider.decide(run.caller.tenant.id, facts);
}

/// No tokens are asked for yet: the reset is decided for the directory. A block of one API blocks
/// its tokens, and no reset. But the mailbox must not replace a second factor of any API that the
/// client may ask for (D4).
Result<void> ask_about_reset(FlowRun& run) {
  GATE_TRY_VOID(look_around(run));
  GATE_TRY(const std::vector<Resource> resources, resources_of(run));
  const PolicyVerdict verdict = stricter_of(
      run.services.decider.decide(run.caller.tenant.id, facts_of(run, Flow::kSignIn)),
      run.services.decider.decide(run.caller.tenant.id, facts_of(run, Flow::kPasswordReset)));
  keep(run, "password_reset", verdict);
  run.prepared.revoke_all = revokes_all(verdict);
  run.flow.policy_digest = verdict.policy_digest;
  const bool replaces =
      std::any_of(resources.begin(), resources.end(), [&run](const Resource& resource) {
        return mailbox_is_the_other_factor(run, decide_with_password(run, resource));
      });
  return run.lead_to(weigh_reset(run, verdict, replaces));
}

/// C2: a decision of a policy set that was replaced is made again, from a new snapshot.
Result<void> record(FlowRun& run, UnitOfWork& work) {
  const Decided& decided = run.prepared.decisions.at(run.prepared.decisions_written++);
  if (decided.policy_digest != run.services.decider.digest(run.caller.tenant.id)) {
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
EffectSteps evaluate_account() {
  return {.prepare = ask_about_account, .perform = record};
}
EffectSteps evaluate_reset() {
  return {.prepare = ask_about_reset, .perform = record};
}
EffectSteps evaluate_enrolment() {
  return {.prepare = ask_about_enrolment, .perform = record};
}

}  // namespace gate::server
