#include "server/protocol/code_challenge.h"

#include "server/crypto/openssl_random.h"
#include "server/factor/code.h"
#include "server/protocol/known_device.h"
#include "server/protocol/send_limits.h"
#include "server/store/address.h"

namespace gate::server {
namespace {

struct CodeForm {
  int digits;
  Micros life;
};

CodeForm form_of(ChannelKind kind, const ServiceSettings& settings) {
  return kind == ChannelKind::kEmail
             ? CodeForm{settings.email_code_digits, settings.email_code_life}
             : CodeForm{settings.sms_code_digits, settings.sms_code_life};
}

OutboxMessage make_message(const RequestContext& context, const CodeDestination& destination,
                           const ChallengeRecord& challenge, const std::string& code, Micros life) {
  OutboxMessage message;
  message.tenant_id = challenge.tenant_id;
  message.challenge_id = challenge.challenge_id;
  message.kind = destination.kind;
  message.to = destination.address;
  message.code = code;
  message.body = code + " is your verification code for " + context.tenant.name +
                 ". It is valid for " + std::to_string(life / kMicrosPerMinute) +
                 " minutes. Do not give it to anybody, whoever asks.";
  message.message_id = challenge.challenge_id;
  return message;
}

/// Wipes a message's code when the transaction is done with it.
struct WipeOnExit {
  std::string& code;
  OutboxMessage& message;
  ~WipeOnExit() {
    wipe(code);
    wipe(message.code);
    wipe(message.body);
  }
};

}  // namespace

Result<Answer> start_code_challenge(FlowRun& run, Transaction& transaction, FlowEvent event,
                                    const CodeDestination& destination) {
  const RequestContext& context = run.context();
  if (auto refusal = run.take(event)) {
    return std::move(*refusal);
  }
  GATE_TRY(std::optional<Answer> refusal, admit_send(run, transaction, destination));
  if (refusal) {
    return std::move(*refusal);
  }
  const CodeForm form = form_of(destination.kind, context.parts.settings);
  ChallengeRecord challenge;
  challenge.tenant_id = context.tenant.id;
  challenge.flow_id = run.flow().flow_id;
  challenge.channel_id = destination.channel_id;
  challenge.attempts_max = context.parts.settings.tries_per_code;
  challenge.expires_at = context.now + form.life;
  GATE_TRY(challenge.challenge_id, random_guid(context.parts.random));
  GATE_TRY(std::string code, make_code(context.parts.random, form.digits));
  OutboxMessage message = make_message(context, destination, challenge, code, form.life);
  const WipeOnExit wiping{code, message};
  message.deliver = destination.deliver;
  if (destination.deliver) {
    const Digest mac = code_mac(context.parts.code_pepper, challenge.challenge_id, code);
    challenge.mac.assign(mac.begin(), mac.end());
  } else {
    GATE_TRY(challenge.mac, random_bytes(context.parts.random, sizeof(Digest)));
  }
  GATE_TRY_VOID(transaction.open_challenge(challenge, &message, context.now));
  run.flow().challenge_id = challenge.challenge_id;
  run.flow().challenge_channel_id = destination.channel_id;
  GATE_TRY_VOID(run.commit(transaction));

  boost::json::object body{{"continuation_token", run.next_token()},
                           {"challenge_type", "oob"},
                           {"binding_method", "prompt"},
                           {"challenge_channel", wire_name(destination.kind)},
                           {"code_length", form.digits}};
  const Micros interval = context.parts.settings.resend_spacing / kMicrosPerSecond;
  body["interval"] = std::max<Micros>(interval, 1);
  if (event == FlowEvent::kRegistrationRequested) {
    body["challenge_target"] = destination.address;
  } else {
    const std::string& shown = destination.label.empty() ? destination.address : destination.label;
    body["challenge_target_label"] = mask_address(destination.kind, shown);
  }
  return Answer::ok(std::move(body));
}

Result<SubmittedCode> submit_code(FlowRun& run, Transaction& transaction, std::string_view code) {
  const RequestContext& context = run.context();
  const ServiceSettings& settings = context.parts.settings;
  const FlowRecord& flow = run.flow();
  ThrottleRule rule;
  rule.delay_from = settings.tries_delay_from;
  rule.delay_first = settings.tries_delay_first;
  rule.delay_max = settings.tries_delay_max;
  rule.stop_at = settings.tries_stop_at;
  // Counted before it is evaluated: the counter is of the account and its authenticator, so neither
  // a resend nor a new flow resets it (B3, B4).
  GATE_TRY(const TryAdmission admitted,
           admit_try(run, transaction, TriedSecret::kCode, flow.challenge_channel_id, rule));
  if (!admitted.verdict.admitted) {
    return SubmittedCode{CodeOutcome::kRefused,
                         Answer::too_many(admitted.verdict.retry_at - context.now)};
  }
  const Digest mac = code_mac(context.parts.code_pepper, flow.challenge_id, code);
  GATE_TRY(const CodeTrial trial,
           transaction.try_code(flow.tenant_id, flow.challenge_id, flow.flow_id, mac, context.now));
  if (trial.verdict == CodeVerdict::kAccepted) {
    GATE_TRY_VOID(transaction.throttle_succeeded(flow.tenant_id, admitted.key));
    return SubmittedCode{CodeOutcome::kAccepted, {}};
  }
  // Wrong, late, used and dead all look the same from outside (T1).
  GATE_TRY(const std::optional<std::int64_t> total,
           transaction.count_wrong(flow.tenant_id, flow.flow_id, settings.tries_per_flow));
  const bool over = !total || *total >= settings.tries_per_flow;
  if (auto refusal = run.take(over ? FlowEvent::kTriesExhausted : FlowEvent::kFactorFailed)) {
    return SubmittedCode{CodeOutcome::kRefused, std::move(*refusal)};
  }
  return SubmittedCode{CodeOutcome::kRefused,
                       Answer::error(over ? WireError::kTriesExhausted : WireError::kWrongCode)};
}

}  // namespace gate::server
