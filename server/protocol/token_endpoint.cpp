#include "server/protocol/code_challenge.h"
#include "server/protocol/endpoints.h"
#include "server/protocol/issue.h"
#include "server/protocol/known_device.h"

namespace gate::server {
namespace {

constexpr std::size_t kCodeBytesMax = 32;

/// Opens the flow and makes sure that it waits for this very step, before anything is evaluated.
Result<std::optional<Answer>> open_at(FlowRun& run, Transaction& transaction, FlowPhase phase) {
  GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
  if (!refusal && run.flow().state.phase != phase) {
    refusal = Answer::error(WireError::kBadContinuation);
  }
  return refusal;
}

/// The authentication context is asked for once and stays with the flow: MSAL drops `claims` on the
/// call that submits the second factor.
void remember_context(FlowRun& run, const std::string& auth_context) {
  if (!auth_context.empty()) {
    run.flow().auth_context = auth_context;
  }
}

Answer token_by_code(const RequestContext& context, const std::string& auth_context,
                     FlowPhase phase, FlowEvent proven) {
  const std::string_view code = context.form.get("oob");
  if (code.empty() || code.size() > kCodeBytesMax) {
    return Answer::error(WireError::kBadRequest, "The oob parameter is empty or too long.");
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, open_at(run, transaction, phase));
    if (refusal) {
      return std::move(*refusal);
    }
    if (run.flow().challenge_id.empty()) {
      return Answer::error(WireError::kBadContinuation);  // it is the password that is waited for
    }
    GATE_TRY(SubmittedCode submitted, submit_code(run, transaction, code));
    if (submitted.outcome == CodeOutcome::kRefused) {
      return std::move(submitted.refusal);
    }
    GATE_TRY(const std::vector<Channel> channels,
             transaction.channels_of(run.flow().tenant_id, run.flow().user_id));
    const Channel* used = nullptr;
    for (const Channel& channel : channels) {
      if (channel.channel_id == run.flow().challenge_channel_id && !channel.blocked) {
        used = &channel;
      }
    }
    refusal = run.take(proven);
    if (refusal || used == nullptr) {
      // Blocked between sending and submitting (T6): the code was right and is used up all the
      // same.
      return refusal ? std::move(*refusal) : Answer::error(WireError::kChannelBlocked);
    }
    run.flow().completed.push_back(
        {method_of(used->kind), context.now, run.flow().challenge_channel_id});
    run.flow().challenge_id.clear();
    remember_context(run, auth_context);
    return decide_and_answer(run, transaction);
  });
}

/// A password try that may be evaluated.
struct ReservedTry {
  FlowRecord flow;
  std::string counted_on;
};

/// Admits one password try of this flow's account (B3, B6), or gives the refusal. The try is
/// counted before the hash is computed, so that parallel tries cannot outrun the counter.
Answer reserve_password_try(const RequestContext& context, std::optional<ReservedTry>& reserved) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal,
             open_at(run, transaction, FlowPhase::kFirstFactorChallenged));
    if (refusal) {
      return std::move(*refusal);
    }
    if (run.flow().first_factor != Method::kPassword) {
      return Answer::error(WireError::kBadContinuation);
    }
    const ServiceSettings& settings = context.parts.settings;
    ThrottleRule rule;
    rule.window = settings.password_window;
    rule.max_in_window = settings.password_tries;
    rule.delay_from = settings.tries_delay_from;
    rule.delay_first = settings.tries_delay_first;
    rule.delay_max = settings.tries_delay_max;
    rule.stop_at = settings.tries_stop_at;
    GATE_TRY(TryAdmission admission, admit_try(run, transaction, TriedSecret::kPassword, "", rule));
    if (!admission.verdict.admitted) {
      return Answer::too_many(admission.verdict.retry_at - context.now);
    }
    reserved = ReservedTry{run.flow(), std::move(admission.key)};
    return Answer();
  });
}

Answer wrong_password(const RequestContext& context, const FlowRecord& flow) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    const std::int64_t max = context.parts.settings.tries_per_flow;
    GATE_TRY(const std::optional<std::int64_t> total,
             transaction.count_wrong(flow.tenant_id, flow.flow_id, max));
    const bool over = !total || *total >= max;
    const FlowEvent event = over ? FlowEvent::kTriesExhausted : FlowEvent::kFactorFailed;
    switch (step(flow.state, event, context.now).verdict) {
      case StepVerdict::kTaken:
        return Answer::error(over ? WireError::kTriesExhausted : WireError::kWrongPassword);
      case StepVerdict::kExpired:
        return Answer::error(WireError::kExpiredContinuation);
      case StepVerdict::kRefused:
        break;
    }
    return Answer::error(WireError::kBadContinuation);
  });
}

Answer token_by_password(const RequestContext& context, const std::string& auth_context) {
  const std::string_view password = context.form.get("password");
  if (password.empty()) {
    return Answer::error(WireError::kBadRequest, "The password parameter is empty.");
  }
  std::optional<ReservedTry> reserved;
  Answer refused = reserve_password_try(context, reserved);
  if (!reserved || refused.status != 200) {
    return refused;  // a count that did not reach the disk admits nothing (T2)
  }
  const FlowRecord& flow = reserved->flow;
  // Outside of any transaction: some 40 ms of argon2, for a name that nobody has as well (C6).
  std::optional<std::string> encoded;
  if (!flow.user_id.empty()) {
    auto found = context.parts.store.find_password(flow.tenant_id, flow.user_id);
    if (!found) {
      return failed(context, found.error());
    }
    encoded = std::move(*found);
  }
  bool right = false;
  if (encoded) {
    right = context.parts.passwords.verify(*encoded, password);
  } else {
    context.parts.passwords.verify_nobody(password);
  }
  if (!right) {
    return wrong_password(context, flow);
  }
  std::string raised;
  if (context.parts.passwords.is_outdated(*encoded)) {
    auto hashed = context.parts.passwords.hash(password);
    raised = hashed ? std::move(*hashed) : std::string();  // if it fails: next time
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal,
             open_at(run, transaction, FlowPhase::kFirstFactorChallenged));
    if (!refusal) {
      refusal = run.take(FlowEvent::kFirstFactorProven);
    }
    if (refusal) {
      return std::move(*refusal);
    }
    // A password changed in the meantime makes the proof void (T6).
    GATE_TRY(const std::optional<std::string> now_stored,
             transaction.find_password(flow.tenant_id, flow.user_id));
    if (now_stored != encoded) {
      return Answer::error(WireError::kWrongPassword);
    }
    if (!raised.empty()) {
      GATE_TRY_VOID(transaction.set_password(flow.tenant_id, flow.user_id, raised, context.now));
    }
    GATE_TRY_VOID(transaction.throttle_succeeded(flow.tenant_id, reserved->counted_on));
    run.flow().completed.push_back({Method::kPassword, context.now, ""});
    remember_context(run, auth_context);
    return decide_and_answer(run, transaction);
  });
}

Answer token_after_registration(const RequestContext& context, const std::string& auth_context) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, open_at(run, transaction, FlowPhase::kRegistered));
    if (!refusal) {
      refusal = run.take(FlowEvent::kRegistrationRedeemed);
    }
    if (refusal) {
      return std::move(*refusal);
    }
    remember_context(run, auth_context);
    return decide_and_answer(run, transaction);
  });
}

}  // namespace

Answer token(const RequestContext& context) {
  const std::string_view grant = context.form.get("grant_type");
  if (!granted_scope(context)) {
    return Answer::error(WireError::kBadScope);
  }
  const std::optional<std::string> auth_context = requested_context(context.form.get("claims"));
  if (!auth_context) {
    return Answer::error(WireError::kBadClaims);
  }
  if (!auth_context->empty() && !context.parts.decider.protects_context(*auth_context)) {
    return Answer::error(WireError::kUnknownContext);
  }
  if (grant == "password") {
    return token_by_password(context, *auth_context);
  }
  if (grant == "oob") {
    return token_by_code(context, *auth_context, FlowPhase::kFirstFactorChallenged,
                         FlowEvent::kFirstFactorProven);
  }
  if (grant == "mfa_oob") {
    return token_by_code(context, *auth_context, FlowPhase::kSecondFactorChallenged,
                         FlowEvent::kSecondFactorProven);
  }
  if (grant == "continuation_token") {
    return token_after_registration(context, *auth_context);
  }
  if (grant == "refresh_token") {
    return refresh(context);
  }
  return Answer::error(WireError::kBadGrantType);
}

}  // namespace gate::server
