#include <algorithm>

#include "server/crypto/openssl_random.h"
#include "server/domain/address.h"
#include "server/flow/effects/effects.h"
#include "server/flow/effects/notices.h"
#include "server/flow/model/new_password.h"

namespace gate::server {
namespace {

Error incomplete(const char* what) {
  return {ErrorCode::kInternal, what};
}

Result<void> check(FlowRun& run) {
  if (!run.flow.draft) {
    return incomplete("the details of no account are checked");
  }
  const Tenant& tenant = run.caller.tenant;
  if (tenant.sign_up == SignUpMode::kClosed) {
    run.material.refusal = GoToWeb{"Sign-up is not open here"};
    return run.lead_to(FlowEvent::kAccountImpossible);
  }
  if (run.found.name_holder && run.found.name_holder->owns_name) {
    // The mailbox is proven, so its owner may learn this in every tenant (C6).
    run.material.refusal = Refused{RefusalReason::kUserExists};
    return run.lead_to(FlowEvent::kAccountImpossible);
  }
  if (tenant.sign_up == SignUpMode::kPassword && run.flow.draft->password_hash.empty()) {
    return run.lead_to(FlowEvent::kNewPasswordWanted);
  }
  run.material.missing = missing_attributes(tenant.attributes, run.flow.draft->attributes);
  return run.lead_to(run.material.missing.empty() ? FlowEvent::kDetailsComplete
                                                  : FlowEvent::kAttributesWanted);
}

Result<void> ask_for_password(FlowRun& run) {
  return run.answer(NeedsNewPassword{run.flow.kind == FlowKind::kPasswordReset,
                                     run.flow.state.token_ends_at - run.caller.now});
}

Result<void> ask_for_attributes(FlowRun& run) {
  return run.answer(NeedsAttributes{std::move(run.material.missing)});
}

Result<void> prepare_account(FlowRun& run) {
  if (!run.flow.draft || run.flow.completed.empty()) {
    return incomplete("an account is created without a proven mailbox");
  }
  run.prepared.password_of_new_user = std::move(run.flow.draft->password_hash);
  run.prepared.new_user = new_user(run.flow);
  apply_attributes(run.prepared.new_user, run.flow.draft->attributes);
  Channel& mailbox = run.prepared.new_mailbox;
  mailbox.channel_id = run.flow.completed.front().channel_id;
  mailbox.kind = ChannelKind::kEmail;
  mailbox.address = run.flow.label_address;
  mailbox.verified = true;
  mailbox.preferred = true;
  run.flow.subject = FlowSubject{run.prepared.new_user.user_id, 0};
  run.flow.draft.reset();
  return run.answer(SignedUp{});
}

Result<void> evict_holder(FlowRun& run, UnitOfWork& work) {
  const SubjectGuard& holder = run.found.name_holder->guard;
  GATE_TRY_VOID(work.evict(holder));
  return run.services.audit.append(
      work, audit_record({.at = run.caller.now,
                          .type = "name_evicted",
                          .tenant_id = holder.tenant_id,
                          .user_id = holder.user_id,
                          .client_id = run.flow.client_id,
                          .flow_id = run.flow.flow_id,
                          .outcome = "block",
                          .reasons = "the mailbox of the user name was never proven, and a sign-up "
                                     "proved it"}));
}

Result<void> create(FlowRun& run, UnitOfWork& work) {
  const Prepared& ready = run.prepared;
  const User& user = ready.new_user;
  if (run.found.name_holder) {
    GATE_TRY_VOID(evict_holder(run, work));
  }
  // kConflict when another sign-up has taken the name: the second attempt says so.
  GATE_TRY_VOID(work.put_user(user));
  if (!ready.password_of_new_user.empty()) {
    GATE_TRY_VOID(work.put_password(user.tenant_id, user.user_id, ready.password_of_new_user,
                                    run.caller.now));
  }
  return work.put_channel(user.tenant_id, user.user_id, ready.new_mailbox, run.caller.now);
}

Result<void> prepare_change(FlowRun& run) {
  if (run.material.new_password.empty() || run.flow.completed.empty() || !run.flow.subject) {
    return incomplete("a password is changed without a proven mailbox");
  }
  // The change ends all flows of the user but this one.
  run.flow.subject->epoch += 1;
  GATE_TRY_VOID(run.answer(PasswordChanged{}));
  return write_notices(run, MessageKind::kPasswordChanged, run.flow.completed.front().channel_id);
}

Result<void> change(FlowRun& run, UnitOfWork& work) {
  GATE_TRY_VOID(work.change_password(run.guard().value(), run.material.new_password,
                                     run.flow.completed.front().channel_id, run.caller.now));
  return queue_notices(run, work);
}

}  // namespace

EffectSteps check_details() {
  return {.prepare = check};
}
EffectSteps ask_new_password() {
  return {.prepare = ask_for_password};
}
EffectSteps ask_attributes() {
  return {.prepare = ask_for_attributes};
}
EffectSteps create_account() {
  return {.prepare = prepare_account, .perform = create};
}
EffectSteps change_password() {
  return {.prepare = prepare_change, .perform = change};
}

}  // namespace gate::server
