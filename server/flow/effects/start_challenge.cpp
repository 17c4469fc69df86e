#include <gate/export.hpp>

#include "server/crypto/openssl_random.h"
#include "server/factor/code.h"
#include "server/flow/effects/admit_message.h"
#include "server/flow/effects/effects.h"

namespace gate::server {
namespace {

struct CodeForm {
  int digits;
  Micros life;
};

CodeForm form_of(ChannelKind kind, const ServiceSettings& settings, const Tenant& tenant) {
  const TenantLifetimes lives = lifetimes_in(settings, tenant);
  return kind == ChannelKind::kEmail ? CodeForm{settings.email_code_digits, lives.email_code}
                                     : CodeForm{settings.sms_code_digits, lives.sms_code};
}

/// What the code is for. The second factor of a sign-up or a reset is that of the sign-in after it.
MessageKind kind_of(const FlowRecord& flow) {
  if (flow.state.phase == FlowPhase::kEnrolmentChallenged) {
    return MessageKind::kEnrolmentCode;
  }
  if (flow.state.phase != FlowPhase::kMailboxChallenged) {
    return MessageKind::kSignInCode;
  }
  return flow.kind == FlowKind::kSignUp ? MessageKind::kSignUpCode : MessageKind::kResetCode;
}

/// In the language of the user's entry, else in one that the client accepts.
MessageText text_of(const FlowRun& run, ChannelKind channel, std::string_view code, Micros life) {
  std::vector<std::string> languages = run.caller.hints.languages;
  if (!run.found.user.language.empty()) {
    languages.insert(languages.begin(), run.found.user.language);
  }
  return run.services.write_message({.tenant = run.caller.tenant,
                                     .kind = kind_of(run.flow),
                                     .channel = channel,
                                     .languages = languages,
                                     .code = code,
                                     .minutes = life / kMicrosPerMinute});
}

/// Generates the code and everything that the store keeps about it (A1 to A7).
Result<void> prepare(FlowRun& run) {
  if (!run.material.destination) {
    return run.answer(NeedsPassword{});
  }
  const CodeDestination& to = *run.material.destination;
  const CodeForm form = form_of(to.kind, run.services.settings, run.caller.tenant);
  ChallengeRecord& challenge = run.prepared.challenge;
  challenge.tenant_id = run.flow.tenant_id;
  challenge.flow_id = run.flow.flow_id;
  challenge.channel_id = to.channel_id;
  challenge.attempts_max = run.services.settings.tries_per_code;
  challenge.expires_at = run.caller.now + form.life;
  GATE_TRY(challenge.challenge_id, random_guid(run.services.random));
  OutboxMessage& message = run.prepared.message;
  GATE_TRY(message.code, make_code(run.services.random, form.digits));
  message.tenant_id = challenge.tenant_id;
  message.challenge_id = challenge.challenge_id;
  message.kind = to.kind;
  message.to = to.address;
  MessageText text = text_of(run, to.kind, message.code, form.life);
  message.subject = std::move(text.subject);
  message.body = std::move(text.body);
  message.message_id = challenge.challenge_id;
  message.deliver = to.deliver;
  if (to.deliver) {
    const Digest mac = code_mac(run.services.code_pepper, challenge.challenge_id, message.code);
    challenge.mac.assign(mac.begin(), mac.end());
  } else {
    GATE_TRY(challenge.mac, random_bytes(run.services.random, sizeof(Digest)));
  }
  run.flow.challenge_id = challenge.challenge_id;
  run.flow.challenge_channel_id = to.channel_id;
  return run.answer(CodeSent{to.kind, to.label.empty() ? to.address : to.label, to.masked,
                             form.digits, run.services.settings.resend_spacing});
}

/// The spacing of codes to one channel within the flow (B5). Codes of other flows are not spaced:
/// they are counted by destination. A second request that runs in parallel finds the flow advanced.
Result<bool> admit_resend(FlowRun& run, UnitOfWork& work, const CodeDestination& to) {
  GATE_TRY(const Micros last,
           work.last_code_at(run.flow.tenant_id, run.flow.flow_id, to.channel_id));
  const Micros next = last + run.services.settings.resend_spacing;
  const bool admitted = last == 0 || run.caller.now >= next;
  if (!admitted) {
    run.stop(Refused{RefusalReason::kTooMany, next - run.caller.now});
  }
  return admitted;
}

/// Limits the new addresses of an account, so that one stolen password cannot send messages to many
/// numbers.
Result<bool> admit_new_address(FlowRun& run, UnitOfWork& work) {
  ThrottleClaim claim;
  claim.key = "register:" + run.flow.account_key;
  claim.rule.window = kMicrosPerHour;
  claim.rule.max_in_window = run.services.settings.sends_per_hour;
  GATE_TRY(const ThrottleSetVerdict verdict,
           work.take(run.flow.tenant_id, std::span(&claim, 1), run.caller.now));
  if (!verdict.admitted) {
    run.stop(Refused{RefusalReason::kTooMany, verdict.retry_at - run.caller.now});
  }
  return verdict.admitted;
}

Result<void> admit(FlowRun& run, UnitOfWork& work) {
  if (!run.material.destination) {
    return {};
  }
  const CodeDestination& to = *run.material.destination;
  GATE_TRY(const bool spaced, admit_resend(run, work, to));
  if (!spaced) {
    return {};
  }
  // An address to be enrolled belongs to no user yet, so the request counts as one of an unknown
  // device.
  const bool enrols = run.flow.state.phase == FlowPhase::kEnrolmentChallenged;
  if (enrols) {
    GATE_TRY(const bool admitted, admit_new_address(run, work));
    if (!admitted) {
      return {};
    }
  }
  GATE_TRY(const std::optional<SendRefusal> refusal,
           admit_message(run, work,
                         {.kind = to.kind,
                          .address = to.address,
                          .known_device = !enrols && run.found.device.has_value(),
                          .typed = to.label}));
  if (refusal) {
    run.stop(Refused{RefusalReason::kTooMany, refusal->retry_after});
  }
  return {};
}

Result<void> perform(FlowRun& run, UnitOfWork& work) {
  if (!run.material.destination) {
    return {};
  }
  run.has_message = true;
  return work.open_challenge(run.prepared.challenge, run.prepared.message, run.caller.now);
}

}  // namespace

EffectSteps start_challenge() {
  return {.prepare = prepare, .admit = admit, .perform = perform};
}

}  // namespace gate::server
