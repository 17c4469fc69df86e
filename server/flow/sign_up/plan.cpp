#include "server/flow/sign_up/plan.h"

#include "server/crypto/openssl_random.h"
#include "server/domain/address.h"
#include "server/flow/model/begin.h"
#include "server/flow/model/methods.h"
#include "server/flow/model/new_password.h"

namespace gate::server {
namespace {

/// What this client or tenant cannot do; absent: nothing stands in the way.
std::optional<FlowOutcome> obstacle(const Tenant& tenant, const StartSignUp& command) {
  if (tenant.sign_up == SignUpMode::kClosed) {
    return GoToWeb{"Sign-up is not open here"};
  }
  if (!command.can_send_code ||
      (tenant.sign_up == SignUpMode::kPassword && !command.can_ask_password)) {
    return GoToWeb{"The client does not support the sign-up of this tenant"};
  }
  if (tenant.sign_up != SignUpMode::kPassword && !command.password.empty()) {
    return Refused{RefusalReason::kPasswordUnasked};
  }
  return std::nullopt;
}

/// Where the client learns whether a user exists, it learns it at once. Elsewhere only the person
/// who proves the mailbox does (C6).
bool may_say_that_it_exists(const Caller& caller, const NameFound& found) {
  return found.user && caller.tenant.reveals_names() &&
         holder_of(*found.user, found.channels).owns_name;
}

}  // namespace

Result<Reply> start_sign_up(const FlowServices& services, const Caller& caller,
                            const StartSignUp& command) {
  if (auto reason = obstacle(caller.tenant, command)) {
    return Reply{std::move(*reason), std::nullopt};
  }
  GATE_TRY(const NameFound found, find_name(services, caller, command.username));
  if (may_say_that_it_exists(caller, found)) {
    return Reply{Refused{RefusalReason::kUserExists}, std::nullopt};
  }
  GATE_TRY(FlowRecord flow, begin_flow(services, caller, FlowKind::kSignUp, command.username));
  flow.capabilities = command.capabilities;
  flow.first_factor = Method::kEmailOtp;
  flow.state.phase = FlowPhase::kAwaitingMailbox;
  set_account(services, caller, NameFound{}, flow);
  flow.draft.emplace();
  GATE_TRY(flow.draft->user_id, random_guid(services.random));
  if (!command.attributes.empty()) {
    if (auto rejected = take_attributes(caller.tenant, command.attributes, *flow.draft)) {
      return Reply{std::move(*rejected), std::nullopt};
    }
  }
  if (!command.password.empty()) {
    GATE_TRY(NewPassword chosen, hash_new_password(services, caller, command.password,
                                                   names_of(command.username, *flow.draft)));
    if (chosen.fault != PasswordFault::kNone) {
      return Reply{password_rejected(services, chosen.fault), std::nullopt};
    }
    flow.draft->password_hash = std::move(chosen.encoded);
  }
  GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) { return work.create_flow(flow); }));
  return Reply{FlowBegun{}, FlowPlace{flow.flow_id, 0}};
}

std::optional<FlowEvent> plan_sign_up_challenge(FlowRun& run) {
  const FlowRecord& flow = run.flow;
  const FlowPhase phase = flow.state.phase;
  if (phase == FlowPhase::kAwaitingNewPassword || phase == FlowPhase::kNewPasswordAsked) {
    return FlowEvent::kNewPasswordRequested;
  }
  if (phase != FlowPhase::kAwaitingMailbox && phase != FlowPhase::kMailboxChallenged) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return std::nullopt;
  }
  CodeDestination mailbox;
  mailbox.kind = ChannelKind::kEmail;
  mailbox.channel_id =
      channel_id_of(flow.tenant_id, flow.draft->user_id, ChannelKind::kEmail, flow.label_address);
  mailbox.address = flow.label_address;
  run.material.destination = std::move(mailbox);
  return FlowEvent::kMailboxRequested;
}

Result<std::optional<FlowEvent>> plan_first_password(FlowRun& run, const ChoosePassword& command) {
  if (run.flow.state.phase != FlowPhase::kNewPasswordAsked) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return std::optional<FlowEvent>();
  }
  GATE_TRY(NewPassword chosen,
           hash_new_password(run.services, run.caller, command.password,
                             names_of(run.flow.label_address, *run.flow.draft)));
  if (chosen.fault != PasswordFault::kNone) {
    run.stop(password_rejected(run.services, chosen.fault));
    return std::optional<FlowEvent>();
  }
  run.flow.draft->password_hash = std::move(chosen.encoded);
  return std::optional(FlowEvent::kNewPasswordChosen);
}

std::optional<FlowEvent> plan_attributes(FlowRun& run, const GiveAttributes& command) {
  if (run.flow.state.phase != FlowPhase::kAwaitingAttributes) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return std::nullopt;
  }
  if (auto rejected = take_attributes(run.caller.tenant, command.json, *run.flow.draft)) {
    run.stop(std::move(*rejected));
    return std::nullopt;
  }
  return FlowEvent::kAttributesGiven;
}

}  // namespace gate::server
