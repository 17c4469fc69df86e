#include <algorithm>

#include "server/crypto/encoding.h"
#include "server/protocol/code_challenge.h"
#include "server/protocol/endpoints.h"
#include "server/protocol/issue.h"
#include "server/store/address.h"

namespace gate::server {
namespace {

constexpr ChannelKind kKinds[] = {ChannelKind::kEmail, ChannelKind::kSms};

/// The contact to enrol: of a kind that policy accepts, well-formed, and not a place that the user
/// has proven in this flow already, or one mailbox would count as two factors (C4).
Result<std::optional<CodeDestination>> contact(const FlowRun& run, StoreReader& store) {
  const Form& form = run.context().form;
  const FlowRecord& flow = run.flow();
  std::optional<CodeDestination> destination;
  for (const ChannelKind kind : kKinds) {
    if (form.get("challenge_channel") == wire_name(kind) &&
        flow.offered.contains(method_of(kind))) {
      const auto address = normalize_address(kind, form.get("challenge_target"));
      if (address) {
        destination = CodeDestination{
            kind, channel_id_of(flow.tenant_id, flow.user_id, kind, *address), *address, true};
      }
    }
  }
  if (!destination) {
    return destination;
  }
  GATE_TRY(const std::vector<Channel> channels, store.channels_of(flow.tenant_id, flow.user_id));
  for (const Channel& channel : channels) {
    const bool same = channel.kind == destination->kind &&
                      same_place(channel.kind, channel.address, destination->address);
    const bool proven =
        std::any_of(flow.completed.begin(), flow.completed.end(),
                    [&](const CompletedFactor& f) { return f.channel_id == channel.channel_id; });
    if (same && (proven || channel.blocked)) {
      return std::optional<CodeDestination>();
    }
  }
  return destination;
}

/// New addresses per account, so that nobody sends messages to the whole world from one password.
Result<std::optional<Answer>> admit_registration(const RequestContext& context,
                                                 Transaction& transaction, const FlowRecord& flow) {
  ThrottleRule rule;
  rule.window = kMicrosPerHour;
  rule.max_in_window = context.parts.settings.sends_per_hour;
  GATE_TRY(const ThrottleVerdict verdict,
           transaction.throttle_take(context.tenant.id, "register:" + flow.account_key, rule,
                                     context.now));
  return verdict.admitted ? std::optional<Answer>()
                          : std::optional(Answer::too_many(verdict.retry_at - context.now));
}

}  // namespace

Answer register_introspect(const RequestContext& context) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
    if (!refusal && run.flow().state.phase != FlowPhase::kAwaitingRegistration) {
      refusal = Answer::error(WireError::kBadContinuation);
    }
    if (!refusal) {
      refusal = run.take(FlowEvent::kMethodsListed);
    }
    if (refusal) {
      return std::move(*refusal);
    }
    boost::json::array methods;
    for (const ChannelKind kind : kKinds) {
      if (run.flow().offered.contains(method_of(kind))) {
        methods.push_back({{"id", wire_name(kind)},
                           {"challenge_type", "oob"},
                           {"challenge_channel", wire_name(kind)},
                           {"login_hint", ""}});
      }
    }
    GATE_TRY_VOID(run.commit(transaction));
    return Answer::ok({{"continuation_token", run.next_token()}, {"methods", std::move(methods)}});
  });
}

Answer register_challenge(const RequestContext& context) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
    if (refusal) {
      return std::move(*refusal);
    }
    if (run.flow().state.phase != FlowPhase::kAwaitingRegistration &&
        run.flow().state.phase != FlowPhase::kRegistrationChallenged) {
      return Answer::error(WireError::kBadContinuation);
    }
    if (context.form.get("challenge_type") != "oob") {
      return Answer::error(WireError::kBadChallengeType);
    }
    GATE_TRY(const std::optional<CodeDestination> destination, contact(run, transaction));
    if (!destination) {
      return Answer::error(WireError::kBadContact);
    }
    GATE_TRY(refusal, admit_registration(context, transaction, run.flow()));
    if (refusal) {
      return std::move(*refusal);
    }
    run.flow().pending_kind = destination->kind;
    run.flow().pending_address = destination->address;
    return start_code_challenge(run, transaction, FlowEvent::kRegistrationRequested, *destination);
  });
}

Answer register_continue(const RequestContext& context) {
  if (context.form.get("grant_type") != "oob") {
    // `continuation_token` would be for a contact that counts as proven; this server never says
    // `preverified`, because the only proven address is that of the first factor (C4).
    return Answer::error(WireError::kBadGrantType);
  }
  const std::string_view code = context.form.get("oob");
  if (code.empty()) {
    return Answer::error(WireError::kBadRequest, "The oob parameter is empty.");
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
    if (!refusal && run.flow().state.phase != FlowPhase::kRegistrationChallenged) {
      refusal = Answer::error(WireError::kBadContinuation);
    }
    if (refusal) {
      return std::move(*refusal);
    }
    GATE_TRY(SubmittedCode submitted, submit_code(run, transaction, code));
    if (submitted.outcome == CodeOutcome::kRefused) {
      return std::move(submitted.refusal);
    }
    // Asked again in the transaction that binds: risk or policy may have changed since the demand.
    const MethodSet method = MethodSet::of(method_of(run.flow().pending_kind));
    GATE_TRY(const Enrolment enrolment, decide_registration(run, transaction, method));
    const bool allowed = enrolment.methods.contains_all(method);
    refusal = run.take(allowed ? FlowEvent::kRegistrationProven : FlowEvent::kPolicyBlocks);
    if (refusal) {
      return std::move(*refusal);
    }
    FlowRecord& flow = run.flow();
    if (!allowed) {
      GATE_TRY_VOID(run.commit(transaction));
      return blocked_answer(enrolment.verdict);
    }
    Channel channel;
    channel.channel_id = flow.challenge_channel_id;
    channel.kind = flow.pending_kind;
    channel.address = flow.pending_address;
    channel.verified = true;
    GATE_TRY_VOID(transaction.add_channel(flow.tenant_id, flow.user_id, channel, context.now));
    flow.completed.push_back({method_of(channel.kind), context.now, channel.channel_id});
    flow.challenge_id.clear();
    flow.pending_address.clear();
    GATE_TRY_VOID(run.commit(transaction));
    return Answer::ok({{"continuation_token", run.next_token()}});
  });
}

}  // namespace gate::server
