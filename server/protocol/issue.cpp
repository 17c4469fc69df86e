#include "server/protocol/issue.h"

#include <algorithm>
#include <boost/json.hpp>

#include "server/audit/audit_log.h"
#include "server/crypto/openssl_random.h"
#include "server/protocol/known_device.h"
#include "server/session/sessions.h"
#include "server/store/address.h"

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kScopeBytesMax = 2048;
constexpr std::size_t kContextBytesMax = 64;
constexpr std::string_view kRegisterAction = "register_security_info";
constexpr std::string_view kDefaultScope = "openid profile offline_access";

/// What the verdict means for this flow, and what to tell the client when it has to stop.
struct Consequence {
  FlowEvent event = FlowEvent::kPolicyBlocks;
  Answer answer = Answer::error(WireError::kBlocked);
};

/// Methods that the user may enrol now: asked for by policy, offered by this server, and not
/// standing behind a channel that was blocked (a thief must not enrol his way around it).
MethodSet registrable(const std::vector<Channel>& channels, MethodSet wanted) {
  MethodSet methods;
  for (const ChannelKind kind : {ChannelKind::kEmail, ChannelKind::kSms}) {
    const bool blocked_one = std::any_of(
        channels.begin(), channels.end(),
        [kind](const Channel& channel) { return channel.kind == kind && channel.blocked; });
    if (wanted.contains(method_of(kind)) && !blocked_one) {
      methods.add(method_of(kind));
    }
  }
  return methods;
}

Consequence weigh(FlowRun& run, const PolicyVerdict& verdict,
                  const std::vector<Channel>& channels) {
  FlowRecord& flow = run.flow();
  switch (verdict.outcome) {
    case Outcome::kAllow:
      return {FlowEvent::kPolicyAllows, {}};
    case Outcome::kBlock:
      return {FlowEvent::kPolicyBlocks, blocked_answer(verdict)};
    case Outcome::kChallenge:
      break;
  }
  const bool final_decision = flow.state.phase == FlowPhase::kDecidingFinally;
  if (!eligible_channels(channels, verdict.second_factors, flow).empty()) {
    flow.offered = verdict.second_factors;
    if (final_decision) {
      return {FlowEvent::kPolicyWantsSecondFactor, blocked_answer(verdict)};
    }
    if ((flow.capabilities & kCapabilityMfa) == 0) {
      return {FlowEvent::kPolicyUnmeetable,
              Answer::redirect("Client is missing mfa_required capability")};
    }
    return {FlowEvent::kPolicyWantsSecondFactor, Answer::error(WireError::kMfaRequired)};
  }
  const MethodSet open = registrable(channels, verdict.second_factors);
  if (open.empty()) {
    return {FlowEvent::kPolicyUnmeetable,
            final_decision ? blocked_answer(verdict)
                           : Answer::redirect("No method that policy accepts is available here")};
  }
  flow.offered = open;
  if (final_decision) {
    return {FlowEvent::kPolicyWantsRegistration, blocked_answer(verdict)};
  }
  if ((flow.capabilities & kCapabilityRegistration) == 0) {
    return {FlowEvent::kPolicyUnmeetable,
            Answer::redirect("Client is missing registration_required capability")};
  }
  return {FlowEvent::kPolicyWantsRegistration, Answer::error(WireError::kRegistrationRequired)};
}

/// The channel that the first factor went to; null for a password.
const Channel* first_channel(const std::vector<Channel>& channels, const FlowRecord& flow) {
  const Channel* first = nullptr;
  for (const Channel& channel : channels) {
    if (!flow.completed.empty() && channel.channel_id == flow.completed.front().channel_id) {
      first = &channel;
    }
  }
  return first;
}
bool is_same_place(const Channel& channel, const Channel* first) {
  return first != nullptr && channel.kind == first->kind &&
         same_place(channel.kind, channel.address, first->address);
}

/// Whether the user has registered something beside the first factor of this flow. What was blocked
/// counts: who lost his telephone is not somebody who never had one.
bool has_another_way(const std::vector<Channel>& channels, const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  return std::any_of(channels.begin(), channels.end(), [first](const Channel& channel) {
    return (channel.verified || channel.blocked) && !is_same_place(channel, first);
  });
}

SignInFacts facts_of(const FlowRun& run) {
  const RequestContext& context = run.context();
  return gather_facts({.user = run.user(),
                       .client = context.client,
                       .request = context.request,
                       .countries = context.parts.countries,
                       .flow = Flow::kSignIn,
                       .completed = run.flow().completed,
                       .session_began_at = context.now,
                       .now = context.now});
}

Result<Answer> issue(FlowRun& run, Transaction& transaction) {
  const RequestContext& context = run.context();
  const FlowRecord& flow = run.flow();
  const std::optional<std::string> scope = granted_scope(context);
  if (!scope) {
    return Answer::error(WireError::kBadScope);
  }
  SessionRecord session;
  session.tenant_id = flow.tenant_id;
  session.user_id = flow.user_id;
  session.client_id = flow.client_id;
  session.user_epoch = flow.user_epoch;
  session.auth_time = context.now;
  session.ends_at = context.now + context.parts.settings.refresh_family_life;
  session.completed = flow.completed;
  session.scope = *scope;
  GATE_TRY(session.sid, random_guid(context.parts.random));
  // A refresh token is given to clients that ask for one (OpenID Connect Core 11).
  const bool refreshable = is_within_scope("offline_access", session.scope);
  GATE_TRY(std::string refresh_token,
           begin_session(transaction, context.parts.random, session, refreshable));
  if (auto refusal = run.take(FlowEvent::kTokensMade)) {
    return std::move(*refusal);
  }
  GATE_TRY_VOID(run.commit(transaction));
  GATE_TRY_VOID(remember_device(run, transaction));
  auto answer = token_answer(context, run.user(), session, refresh_token, flow.auth_context);
  wipe(refresh_token);
  return answer;
}

/// `<audience>/<name>` of a name that the client is registered for, byte for byte.
bool is_registered_scope(const Client& client, std::string_view word) {
  const std::string& audience = client.audience;
  if (!word.starts_with(audience) || word.size() <= audience.size() ||
      word[audience.size()] != '/') {
    return false;
  }
  const std::string_view name = word.substr(audience.size() + 1);
  return std::find(client.scopes.begin(), client.scopes.end(), name) != client.scopes.end();
}

bool is_scope_char(char c) {
  return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
}

}  // namespace

std::vector<Channel> eligible_channels(const std::vector<Channel>& channels, MethodSet methods,
                                       const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  std::vector<Channel> eligible;
  for (const Channel& channel : channels) {
    if (channel.verified && !channel.blocked && methods.contains(method_of(channel.kind)) &&
        !is_same_place(channel, first)) {
      eligible.push_back(channel);
    }
  }
  return eligible;
}

Answer blocked_answer(const PolicyVerdict& verdict) {
  Answer answer = Answer::error(WireError::kBlocked);
  if (verdict.error_code != 0) {
    answer.body["error_codes"] = json::array{verdict.error_code};
    answer.body["error_description"] = "AADSTS" + std::to_string(verdict.error_code) +
                                       ": Access has been blocked by Conditional Access policies.";
  }
  return answer;
}

Result<void> record_decision(const RequestContext& context, Transaction& transaction,
                             const User& user, std::string_view type, std::string_view flow_id,
                             const PolicyVerdict& verdict) {
  AuditRecord record;
  record.at = context.now;
  record.type = type;
  record.tenant_id = context.tenant.id;
  record.user_id = user.user_id;
  record.client_id = context.client.client_id;
  record.flow_id = flow_id;
  record.policy_digest = verdict.policy_digest;
  record.facts_json = verdict.facts_json;
  record.outcome = name(verdict.outcome);
  record.required_text = verdict.required_text;
  for (const std::string& reason : verdict.reasons) {
    record.reasons += record.reasons.empty() ? "" : "\n";
    record.reasons += reason;
  }
  return append_audit(transaction, std::move(record));
}

Result<Enrolment> decide_registration(const FlowRun& run, Transaction& transaction,
                                      MethodSet wanted) {
  const FlowRecord& flow = run.flow();
  SignInFacts facts = facts_of(run);
  facts.target_kind = TargetKind::kUserAction;
  facts.target = kRegisterAction;
  const Decider& decider = run.context().parts.decider;
  Enrolment out;
  out.verdict = decider.decide(facts);
  GATE_TRY(const std::vector<Channel> channels,
           transaction.channels_of(flow.tenant_id, flow.user_id));
  if (has_another_way(channels, flow)) {
    // Whatever the policies say: another method has to be proven first, and this flow has no second
    // prompt. Another flow may have bound one since this flow was sent to registration (S16).
    if (out.verdict.outcome != Outcome::kBlock) {
      out.verdict.outcome = Outcome::kBlock;
      out.verdict.reasons.emplace_back("another_method_is_registered");
    }
  } else if (out.verdict.outcome == Outcome::kAllow) {
    out.methods = wanted;
  } else if (out.verdict.outcome == Outcome::kChallenge) {
    for (const ChannelKind kind : {ChannelKind::kEmail, ChannelKind::kSms}) {
      SignInFacts with = facts;
      with.completed.push_back({method_of(kind), 0});
      PolicyVerdict then =
          wanted.contains(method_of(kind)) ? decider.decide(with) : PolicyVerdict{};
      if (then.outcome == Outcome::kAllow) {
        out.methods.add(method_of(kind));
        out.verdict = std::move(then);
      }
    }
  }
  GATE_TRY_VOID(record_decision(run.context(), transaction, run.user(), "register", flow.flow_id,
                                out.verdict));
  return out;
}

Result<Answer> decide_and_answer(FlowRun& run, Transaction& transaction) {
  const RequestContext& context = run.context();
  FlowRecord& flow = run.flow();
  GATE_TRY(const std::vector<Channel> channels,
           transaction.channels_of(flow.tenant_id, flow.user_id));
  const SignInFacts facts = facts_of(run);
  const PolicyVerdict verdict =
      decide_for_app_and_context(context.parts.decider, facts, flow.auth_context);
  GATE_TRY_VOID(
      record_decision(context, transaction, run.user(), "sign_in", flow.flow_id, verdict));
  flow.policy_digest = verdict.policy_digest;
  Consequence consequence = weigh(run, verdict, channels);
  if (consequence.event == FlowEvent::kPolicyWantsRegistration &&
      flow.state.phase == FlowPhase::kDeciding) {
    GATE_TRY(const Enrolment enrolment, decide_registration(run, transaction, flow.offered));
    flow.offered = enrolment.methods;
    if (enrolment.methods.empty()) {
      consequence = {FlowEvent::kPolicyBlocks, blocked_answer(enrolment.verdict)};
    }
  }
  if (auto refusal = run.take(consequence.event)) {
    return std::move(*refusal);
  }
  if (flow.state.phase == FlowPhase::kIssuing) {
    return issue(run, transaction);
  }
  GATE_TRY_VOID(run.commit(transaction));
  if (verdict.outcome == Outcome::kBlock &&
      (verdict.session.flags & SessionControls::kRevokeAll) != 0) {
    GATE_TRY_VOID(transaction.raise_epoch(flow.tenant_id, flow.user_id));
  }
  if (is_live(flow.state.phase)) {
    return std::move(consequence.answer).with_token(run.next_token());
  }
  return std::move(consequence.answer);
}

Result<Answer> token_answer(const RequestContext& context, const User& user,
                            const SessionRecord& session, const std::string& refresh_token,
                            std::string_view auth_context) {
  const ServiceSettings& settings = context.parts.settings;
  const std::string issuer = settings.issuer_base_url + "/" + context.tenant.id + "/v2.0";
  GATE_TRY(const SignedTokens tokens,
           sign_tokens(context.parts.keys, context.parts.random, issuer,
                       {user, context.client, session, session.scope, auth_context},
                       settings.tokens, context.now));
  const Micros expires_in = settings.tokens.access_token / kMicrosPerSecond;
  json::object body{{"token_type", "Bearer"},
                    {"scope", session.scope},
                    {"expires_in", expires_in},
                    {"ext_expires_in", expires_in},
                    {"access_token", tokens.access_token}};
  if (!refresh_token.empty()) {
    body["refresh_token"] = refresh_token;
    body["refresh_token_expires_in"] = (session.ends_at - context.now) / kMicrosPerSecond;
  }
  body["id_token"] = tokens.id_token;
  body["client_info"] = client_info(user);
  return Answer::ok(std::move(body));
}

std::optional<std::string> granted_scope(const RequestContext& context) {
  const std::string_view asked = context.form.get("scope");
  if (asked.size() > kScopeBytesMax) {
    return std::nullopt;
  }
  std::vector<std::string_view> words = split_words(asked);
  if (words.empty()) {
    words = split_words(kDefaultScope);
  }
  static constexpr std::string_view kStandard[] = {"openid", "profile", "email", "offline_access"};
  std::string granted;
  std::vector<std::string_view> seen;
  for (const std::string_view word : words) {
    const bool standard =
        std::find(std::begin(kStandard), std::end(kStandard), word) != std::end(kStandard);
    const bool own = is_registered_scope(context.client, word);
    if (!std::all_of(word.begin(), word.end(), is_scope_char) || (!standard && !own)) {
      return std::nullopt;
    }
    if (std::find(seen.begin(), seen.end(), word) == seen.end()) {
      seen.push_back(word);
      granted += granted.empty() ? "" : " ";
      granted += word;
    }
  }
  return granted;
}

bool is_within_scope(std::string_view asked, std::string_view granted) {
  const std::vector<std::string_view> all = split_words(granted);
  const std::vector<std::string_view> words = split_words(asked);
  return std::all_of(words.begin(), words.end(), [&all](std::string_view word) {
    return std::find(all.begin(), all.end(), word) != all.end();
  });
}

std::optional<std::string> requested_context(std::string_view claims) {
  if (claims.empty()) {
    return std::string();
  }
  json::error_code failed;
  json::parse_options options;
  options.max_depth = 32;  // C8
  const json::value parsed = json::parse(claims, failed, {}, options);
  if (failed || !parsed.is_object()) {
    return std::nullopt;
  }
  // {"access_token":{"acrs":{"essential":true,"value":"c1"}}}
  const json::value* acrs = nullptr;
  if (const json::value* token = parsed.get_object().if_contains("access_token");
      token != nullptr && token->is_object()) {
    acrs = token->get_object().if_contains("acrs");
  }
  if (acrs == nullptr || acrs->is_null()) {
    return std::string();
  }
  if (!acrs->is_object()) {
    return std::nullopt;
  }
  const json::value* value = acrs->get_object().if_contains("value");
  if (const json::value* values = acrs->get_object().if_contains("values");
      value == nullptr && values != nullptr && values->is_array() &&
      values->get_array().size() == 1) {
    value = &values->get_array()[0];
  }
  if (value == nullptr || !value->is_string() || value->get_string().empty() ||
      value->get_string().size() > kContextBytesMax) {
    return std::nullopt;  // a context was asked for, but not one that can be judged
  }
  return std::string(value->get_string());
}

}  // namespace gate::server
