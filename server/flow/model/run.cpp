#include "server/flow/model/run.h"

#include <algorithm>

#include "server/crypto/secret.h"
#include "server/token/scope.h"

namespace gate::server {

FlowRun::~FlowRun() {
  // Tokens that were signed and not answered: the commit failed, or the code was wrong.
  if (auto* done = std::get_if<Authenticated>(&reply.outcome)) {
    wipe(done->id_token);
    wipe(done->access_token);
    wipe(done->refresh_token);
  }
  wipe(prepared.message.code);
  wipe(prepared.message.body);
  wipe(prepared.refresh_token);
}

Result<void> FlowRun::answer(FlowOutcome outcome) {
  if (is_answered) {
    return Error{ErrorCode::kInternal, "two effects of a step answer the client"};
  }
  reply.outcome = std::move(outcome);
  is_answered = true;
  return {};
}

Result<void> FlowRun::lead_to(FlowEvent event) {
  if (next_event) {
    return Error{ErrorCode::kInternal, "two effects of a transition lead on"};
  }
  next_event = event;
  return {};
}

bool FlowRun::rolls_token() const {
  return std::any_of(taken.begin(), taken.end(), [](const FlowEffects& effects) {
    return effects.contains(FlowEffect::kRollToken);
  });
}

std::optional<SubjectGuard> FlowRun::guard() const {
  // The subject that was found: an effect may raise the epoch of the one that is written.
  const std::optional<FlowSubject>& subject = found.flow.subject;
  if (!subject) {
    return std::nullopt;
  }
  SubjectGuard guard;
  guard.tenant_id = flow.tenant_id;
  guard.user_id = subject->user_id;
  guard.epoch = subject->epoch;
  guard.methods_gen = found.user.methods_gen;
  if (found.device) {
    guard.device_id = found.device->device_id;
    guard.device_epoch = found.device->epoch;
  }
  if (flow.origin) {
    guard.family_id = flow.origin->family_id;
  }
  return guard;
}

RefusalReason refusal_of(ScopeFault fault) {
  return fault == ScopeFault::kTwoResources ? RefusalReason::kTwoResources
                                            : RefusalReason::kScopeTooWide;
}

User new_user(const FlowRecord& flow) {
  User user;
  user.tenant_id = flow.tenant_id;
  user.user_id = flow.draft->user_id;
  user.username = flow.label_address;
  user.kind = "member";
  return user;
}

bool revokes_all(const PolicyVerdict& verdict) {
  return verdict.outcome == Outcome::kBlock &&
         (verdict.session.flags & SessionControls::kRevokeAll) != 0;
}

Result<void> grant_tokens(FlowRun& run, TenantReads& reads, const TokenWish& asked) {
  GATE_TRY(auto granted, grant_scope(reads, run.caller.client, asked.scope));
  if (const auto* fault = std::get_if<ScopeFault>(&granted)) {
    run.stop(Refused{refusal_of(*fault)});
    return {};
  }
  run.material.grant = std::get<ScopeGrant>(std::move(granted));
  const std::string& context = asked.auth_context;
  if (!context.empty() && !(run.services.decider.protects_context(run.caller.tenant.id, context) &&
                            run.material.grant.resource.uses_context(context))) {
    run.stop(Refused{RefusalReason::kUnknownContext});
  }
  return {};
}

void take_grant(FlowRun& run, const TokenWish& asked) {
  if (run.flow.origin && !is_within_scope(run.material.grant.scope, run.flow.origin->scope)) {
    run.stop(Refused{RefusalReason::kScopeTooWide});
    return;
  }
  if (!asked.auth_context.empty()) {
    run.flow.auth_context = asked.auth_context;
  }
  if (!run.material.grant.resource.uses_context(run.flow.auth_context)) {
    run.flow.auth_context.clear();
  }
}

Result<void> must_be_as_found(const FlowRun& run) {
  const FlowRecord& found = run.found.flow;
  std::optional<FlowRecord> flow;
  GATE_TRY_VOID(run.services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(flow, reads.find_flow(found.tenant_id, found.flow_id));
    return {};
  }));
  return flow && flow->gen == found.gen
             ? Result<void>()
             : Result<void>(Error{ErrorCode::kConflict, "the flow moved on"});
}

FlowOutcome blocked_by(const PolicyVerdict& verdict) {
  return Refused{.reason = RefusalReason::kPolicyBlocks, .policy_error = verdict.error_code};
}

FlowPlace next_place(const FlowRun& run) {
  return {run.flow.flow_id, run.found.flow.gen + 1};
}

}  // namespace gate::server
