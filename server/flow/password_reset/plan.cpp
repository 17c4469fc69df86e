#include "server/flow/password_reset/plan.h"

#include "server/flow/model/begin.h"
#include "server/flow/model/methods.h"
#include "server/flow/model/new_password.h"

namespace gate::server {
namespace {

/// The channel id of a name without a mailbox. Another one than in a sign-in: there the tries of an
/// account and of an unknown name would be counted together or apart, which tells them apart (C6).
constexpr std::string_view kNowhere = "nowhere, reset";

/// Why the user cannot reset a password; absent: the user can.
std::optional<FlowOutcome> obstacle(const FlowServices& services, const Tenant& tenant,
                                    const NameFound& found) {
  if (!found.user) {
    return Refused{RefusalReason::kUnknownUser};
  }
  const MethodSet listed = found.user->first_factors.value_or(kFirstFactors);
  if (!found.has_password || !tenant.rules.first_factors.contains(Method::kPassword) ||
      !listed.contains(Method::kPassword)) {
    return Refused{RefusalReason::kNoPassword};
  }
  if (first_factor_channel(services.settings, found.channels, found.user->username) == nullptr) {
    return GoToWeb{"This account has no mailbox that could prove its user"};
  }
  return std::nullopt;
}

}  // namespace

Result<Reply> start_reset(const FlowServices& services, const Caller& caller,
                          const StartReset& command) {
  GATE_TRY(NameFound found, find_name(services, caller, command.username));
  if (found.user && found.user->first_factors && found.user->first_factors->empty()) {
    // Said in every tenant: a sign-in says so too, and a code that never comes would be a dead end.
    return Reply{GoToWeb{"This account has to be used in a browser"}, std::nullopt};
  }
  std::optional<FlowOutcome> reason = obstacle(services, caller.tenant, found);
  if (reason && caller.tenant.reveals_names()) {
    return Reply{std::move(*reason), std::nullopt};
  }
  if (!command.can_send_code) {
    return Reply{GoToWeb{"The client does not support a code"}, std::nullopt};
  }
  if (reason) {
    // Elsewhere such a name gets the same answers, and a code that is never sent (C6).
    found = NameFound{};
  }
  GATE_TRY(FlowRecord flow,
           begin_flow(services, caller, FlowKind::kPasswordReset, command.username));
  flow.capabilities = command.capabilities;
  flow.first_factor = Method::kEmailOtp;
  flow.state.phase = FlowPhase::kAwaitingMailbox;
  set_account(services, caller, found, flow);
  GATE_TRY_VOID(services.store.write([&](UnitOfWork& work) { return work.create_flow(flow); }));
  return Reply{FlowBegun{}, FlowPlace{flow.flow_id, 0}};
}

std::optional<FlowEvent> plan_reset_challenge(FlowRun& run) {
  const FlowRecord& flow = run.flow;
  CodeDestination to{
      ChannelKind::kEmail, std::string(kNowhere), flow.label_address, false, "", true};
  if (run.found.user_is_real) {
    const Channel* channel =
        first_factor_channel(run.services.settings, run.found.channels, run.found.user.username);
    if (channel == nullptr) {
      run.stop(Refused{RefusalReason::kMethodBlocked});  // blocked since the flow began (T6)
      return std::nullopt;
    }
    to.channel_id = channel->channel_id;
    to.address = channel->address;
    to.deliver = true;
    to.label = flow.label_address;  // another mailbox would reveal that the account exists (C6)
  }
  run.material.destination = std::move(to);
  return FlowEvent::kMailboxRequested;
}

Result<std::optional<FlowEvent>> plan_changed_password(FlowRun& run,
                                                       const ChoosePassword& command) {
  if (run.flow.state.phase != FlowPhase::kAwaitingNewPassword) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return std::optional<FlowEvent>();
  }
  GATE_TRY(NewPassword chosen, hash_new_password(run.services, run.caller, command.password,
                                                 names_of(run.found.user, run.found.channels)));
  if (chosen.fault != PasswordFault::kNone) {
    run.stop(password_rejected(run.services, chosen.fault));
    return std::optional<FlowEvent>();
  }
  GATE_TRY(const bool same, is_password_of(run.services, run.found.user, command.password));
  if (same) {
    GATE_TRY_VOID(must_be_as_found(run));
    run.stop(Refused{RefusalReason::kPasswordRecentlyUsed});
    return std::optional<FlowEvent>();
  }
  run.material.new_password = std::move(chosen.encoded);
  return std::optional(FlowEvent::kNewPasswordChosen);
}

void answer_poll(FlowRun& run) {
  if (run.flow.state.phase != FlowPhase::kPasswordChanged) {
    run.stop(Refused{RefusalReason::kWrongStep});
    return;
  }
  run.ended = Reply{ResetSucceeded{}, FlowPlace{run.flow.flow_id, run.found.flow.gen}};
}

}  // namespace gate::server
