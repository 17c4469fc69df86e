#include "server/flow/step_up/start.h"

#include <algorithm>
#include <iterator>

#include "server/flow/model/begin.h"
#include "server/flow/model/decide.h"
#include "server/flow/model/methods.h"
#include "server/flow/step_up/factors.h"

namespace gate::server {
namespace {

/// A proof that would become too old before its user has typed a code is asked for again at once.
constexpr Micros kPromptAllowance = kMicrosPerMinute;

struct Account {
  std::vector<Channel> channels;
  bool has_password = false;
  bool device_known = false;
};

Result<Account> look_up(const FlowServices& services, const Caller& caller,
                        const FlowRecord& flow) {
  Account account;
  GATE_TRY_VOID(services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(account.channels, reads.channels_of(flow.tenant_id, owner_of(flow)));
    GATE_TRY(const auto password, reads.find_password(flow.tenant_id, owner_of(flow)));
    GATE_TRY(const auto device, find_known_device(reads, services.device_rules(), caller, flow));
    account.has_password = password.has_value();
    account.device_known = device.has_value();
    return {};
  }));
  return account;
}

StepUpOrigin origin_of(const RefusedRenewal& renewal) {
  const SessionRecord& session = renewal.refresh.session;
  return {.sid = session.sid,
          .family_id = renewal.refresh.family_id,
          .device_id = session.device_id,
          .device_epoch = session.device_epoch,
          .auth_time = session.auth_time,
          .ends_at = renewal.refresh.family_ends_at,
          .scope = renewal.scope};
}

/// Tries the plans, the one with the fewest proofs first.
class Planner {
 public:
  Planner(const TokenCase& about, const RefusedRenewal& renewal, const Account& account,
          FlowRecord& flow)
      : about_(about), renewal_(renewal), account_(account), flow_(flow) {}

  /// The proofs to ask for; sets phase, factors and offered methods of the flow. Empty: no plan.
  std::vector<MissingFactor> plan() {
    const std::vector<CompletedFactor>& session = renewal_.refresh.session.completed;
    flow_.completed = fresh_factors(about_, account_.channels, session, kPromptAllowance);
    const bool first_counts =
        !flow_.completed.empty() && flow_.completed.front() == session.front();
    if (first_counts && find_second(flow_.completed)) {
      flow_.state.phase = FlowPhase::kAwaitingSecondFactor;
      return {MissingFactor::kSecondFactor};
    }
    flow_.state.phase = FlowPhase::kAwaitingFirstFactor;
    return plan_with_first();
  }

 private:
  [[nodiscard]] const ServiceSettings& settings() const { return about_.services.settings; }

  std::vector<MissingFactor> plan_with_first() {
    const RefreshTokens& client = renewal_.command;
    const MethodSet listed = first_factors_in(client.can_send_code, client.can_ask_password);
    const MethodSet possible = first_factors_of(settings(), about_.caller.tenant, about_.user,
                                                account_.has_password, account_.channels);
    for (const Method method : {Method::kPassword, Method::kEmailOtp}) {
      if (!possible.contains(method) || !listed.contains(method)) {
        continue;
      }
      std::vector<MissingFactor> missing = plan_with(proof_of(method));
      if (!missing.empty()) {
        return missing;
      }
    }
    return {};
  }

  std::vector<MissingFactor> plan_with(const CompletedFactor& first) {
    flow_.first_factor = first.method;
    std::vector<CompletedFactor> proven = flow_.completed;
    add_proof(proven, first, account_.channels, true);
    if (allows(proven)) {
      return {MissingFactor::kFirstFactor};
    }
    if (find_second(proven)) {
      flow_.offered = MethodSet();  // offered when the first factor is proven
      return {MissingFactor::kFirstFactor, MissingFactor::kSecondFactor};
    }
    if (may_enrol(proven)) {
      return {MissingFactor::kFirstFactor, MissingFactor::kNewMethod};
    }
    return {};
  }

  [[nodiscard]] bool allows(const std::vector<CompletedFactor>& completed) const {
    return decide_on_tokens(about_, completed).outcome == Outcome::kAllow;
  }

  [[nodiscard]] bool allows_with(std::vector<CompletedFactor> proven, Method method,
                                 const std::string& channel_id) const {
    add_proof(proven, {method, about_.caller.now, channel_id}, account_.channels, false);
    return allows(proven);
  }

  /// The proof of a first factor that the account has.
  [[nodiscard]] CompletedFactor proof_of(Method method) const {
    const bool by_code = method == Method::kEmailOtp;
    return {
        method, about_.caller.now,
        by_code
            ? first_factor_channel(settings(), account_.channels, about_.user.username)->channel_id
            : std::string()};
  }

  /// Sets `offered` to the methods of which each is enough beside what is proven.
  bool find_second(const std::vector<CompletedFactor>& proven) {
    flow_.offered = MethodSet();
    FlowRecord proven_flow = flow_;
    proven_flow.completed = proven;
    for (const ChannelKind kind : kChannelKinds) {
      const std::vector<Channel> eligible =
          eligible_channels(settings(), about_.caller.tenant, account_.channels,
                            MethodSet::of(method_of(kind)), proven_flow);
      if (renewal_.command.can_send_code && !eligible.empty() &&
          allows_with(proven, method_of(kind), eligible.front().channel_id)) {
        flow_.offered.add(method_of(kind));
      }
    }
    return !flow_.offered.empty();
  }

  [[nodiscard]] bool may_enrol(const std::vector<CompletedFactor>& proven) const {
    FlowRecord proven_flow = flow_;
    proven_flow.completed = proven;
    if ((flow_.capabilities & kCapabilityEnrolment) == 0 || !renewal_.command.can_send_code ||
        has_another_method(about_.user, account_.channels, proven_flow)) {
      return false;
    }
    const MethodSet codes = MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp);
    const MethodSet open = enrollable(settings(), about_.caller.tenant, account_.channels, codes);
    return std::any_of(std::begin(kChannelKinds), std::end(kChannelKinds), [&](ChannelKind kind) {
      return open.contains(method_of(kind)) && allows_with(proven, method_of(kind), "new");
    });
  }

  const TokenCase& about_;
  const RefusedRenewal& renewal_;
  const Account& account_;
  FlowRecord& flow_;
};

}  // namespace

Result<std::optional<StepUp>> plan_step_up(const FlowServices& services, const Caller& caller,
                                           const RefusedRenewal& renewal) {
  const RefreshTokens& command = renewal.command;
  StepUp found;
  FlowRecord& flow = found.flow;
  GATE_TRY(flow, begin_flow(services, caller, FlowKind::kStepUp, renewal.user.username));
  flow.capabilities = command.capabilities;
  flow.auth_context = command.auth_context;
  flow.subject = FlowSubject{renewal.user.user_id, renewal.user.epoch};
  flow.account_key = renewal.user.user_id;
  flow.origin = origin_of(renewal);
  GATE_TRY(const Account account, look_up(services, caller, flow));
  // The flow that this starts decides on the same circumstances when a factor was proven. Other
  // ones here would send the client into a step-up that its own decision does not ask for.
  GATE_TRY(const Circumstances around,
           find_circumstances(services, caller,
                              {.user_id = flow.account_key,
                               .account_key = flow.account_key,
                               .device = account.device_known ? DeviceKnowledge::kKnown
                                                              : DeviceKnowledge::kUnknown,
                               .flow = flow_of(flow.kind)}));
  const TokenCase about{.services = services,
                        .caller = caller,
                        .user = renewal.user,
                        .resource = renewal.resource,
                        .around = around,
                        .auth_context = flow.auth_context,
                        .kind = flow.kind,
                        .session_began_at = flow.origin->auth_time};
  found.missing = Planner(about, renewal, account, flow).plan();
  return found.missing.empty() ? std::nullopt : std::optional(std::move(found));
}

}  // namespace gate::server
