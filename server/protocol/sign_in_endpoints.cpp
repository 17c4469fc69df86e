#include <algorithm>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"
#include "server/protocol/code_challenge.h"
#include "server/protocol/endpoints.h"
#include "server/protocol/issue.h"
#include "server/store/address.h"

namespace gate::server {
namespace {

constexpr std::size_t kFlowIdBytes = 16;
/// What stands for a channel behind a name that nobody has.
constexpr std::string_view kNowhere = "nowhere";

std::uint32_t parse_capabilities(const Form& form) {
  std::uint32_t capabilities = 0;
  // The clients send `capabilities`, the documentation says `capability` and shows a comma once.
  for (const std::string_view parameter : {"capabilities", "capability"}) {
    for (const std::string_view word : split_words(form.get(parameter), " ,")) {
      capabilities |= word == "mfa_required" ? kCapabilityMfa : 0;
      capabilities |= word == "registration_required" ? kCapabilityRegistration : 0;
    }
  }
  return capabilities;
}

/// The mailbox for the first factor: the user name's own, else the preferred one.
const Channel* first_factor_channel(const std::vector<Channel>& channels,
                                    const std::string& username) {
  const Channel* found = nullptr;
  for (const Channel& channel : channels) {
    if (channel.kind != ChannelKind::kEmail || !channel.verified || channel.blocked) {
      continue;
    }
    if (channel.address == username) {
      return &channel;
    }
    found = found == nullptr ? &channel : found;
  }
  return found;
}

/// The one first factor that this account has, as far as the client may know: for a name that
/// nobody has, a choice that stays the same for the name (C6).
Result<std::optional<Method>> first_factor_of(const RequestContext& context, const User* user,
                                              const std::string& username) {
  if (user == nullptr) {
    const Digest coin =
        hmac_sha256(context.parts.account_key,
                    {as_bytes("first factor"), as_bytes(context.tenant.id), as_bytes(username)});
    return std::optional((coin[0] & 1U) != 0 ? Method::kPassword : Method::kEmailOtp);
  }
  GATE_TRY(const std::optional<std::string> password,
           context.parts.store.find_password(context.tenant.id, user->user_id));
  if (password) {
    return std::optional(Method::kPassword);
  }
  GATE_TRY(const std::vector<Channel> channels,
           context.parts.store.channels_of(context.tenant.id, user->user_id));
  if (first_factor_channel(channels, user->username) != nullptr) {
    return std::optional(Method::kEmailOtp);
  }
  return std::optional<Method>();
}

Result<Answer> begin_flow(const RequestContext& context, const std::string& username,
                          const ChallengeTypes& types) {
  GATE_TRY(const std::optional<User> found,
           context.parts.store.find_user_by_name(context.tenant.id, username));
  const User* user = found && found->enabled ? &*found : nullptr;
  const ServiceSettings& settings = context.parts.settings;
  if (user == nullptr && settings.revealing_tenants.contains(context.tenant.id)) {
    return Answer::error(WireError::kUserNotFound);
  }
  GATE_TRY(const std::optional<Method> factor, first_factor_of(context, user, username));
  const bool offered = factor && (*factor == Method::kPassword ? types.password : types.oob);
  if (!offered) {
    return Answer::redirect("The client does not support a sign-in method of this account");
  }
  FlowRecord flow;
  GATE_TRY(const Bytes id, random_bytes(context.parts.random, kFlowIdBytes));
  flow.flow_id = hex(id);
  flow.tenant_id = context.tenant.id;
  flow.client_id = context.client.client_id;
  flow.capabilities = parse_capabilities(context.form);
  flow.first_factor = *factor;
  flow.label_address = username;
  flow.state.phase = FlowPhase::kAwaitingFirstFactor;
  flow.state.flow_ends_at = context.now + settings.flow_life;
  flow.state.token_ends_at = context.now + std::min(settings.continuation_life, settings.flow_life);
  if (user != nullptr) {
    flow.user_id = user->user_id;
    flow.user_epoch = user->epoch;
    flow.account_key = user->user_id;
  } else {
    const Digest key =
        hmac_sha256(context.parts.account_key,
                    {as_bytes("unknown account"), as_bytes(context.tenant.id), as_bytes(username)});
    flow.account_key = "unknown:" + hex(ByteSpan(key).first(16));
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    GATE_TRY_VOID(transaction.create_flow(flow, context.now));
    return Answer::ok({{"continuation_token",
                        context.parts.continuations.make(
                            context.tenant.id, context.client.client_id, {flow.flow_id, 0})}});
  });
}

Result<Answer> challenge_first_factor(FlowRun& run, Transaction& transaction) {
  if (run.flow().first_factor == Method::kPassword) {
    if (auto refusal = run.take(FlowEvent::kFirstFactorRequested)) {
      return std::move(*refusal);
    }
    GATE_TRY_VOID(run.commit(transaction));
    return Answer::ok({{"continuation_token", run.next_token()}, {"challenge_type", "password"}});
  }
  CodeDestination destination{ChannelKind::kEmail, std::string(kNowhere), run.flow().label_address,
                              false};
  if (run.has_user()) {
    GATE_TRY(const std::vector<Channel> channels,
             transaction.channels_of(run.flow().tenant_id, run.flow().user_id));
    const Channel* channel = first_factor_channel(channels, run.user().username);
    if (channel == nullptr) {
      return Answer::error(WireError::kChannelBlocked);  // blocked since the flow began (T6)
    }
    destination = {channel->kind, channel->channel_id, channel->address, true};
    // A mailbox that is not the user name would tell that the account exists (C6).
    if (!run.context().parts.settings.revealing_tenants.contains(run.flow().tenant_id)) {
      destination.label = run.flow().label_address;
    }
  }
  return start_code_challenge(run, transaction, FlowEvent::kFirstFactorRequested, destination);
}

Result<Answer> challenge_second_factor(FlowRun& run, Transaction& transaction) {
  const FlowRecord& flow = run.flow();
  GATE_TRY(const std::vector<Channel> channels,
           transaction.channels_of(flow.tenant_id, flow.user_id));
  const std::vector<Channel> eligible = eligible_channels(channels, flow.offered, flow);
  std::string_view wanted = run.context().form.get("id");
  if (wanted.empty()) {
    // A resend goes where the last code went; a first request without an id to the preferred one.
    wanted = flow.state.phase == FlowPhase::kSecondFactorChallenged
                 ? std::string_view(flow.challenge_channel_id)
                 : std::string_view();
    const bool clear = eligible.size() == 1 || (!eligible.empty() && eligible.front().preferred);
    if (wanted.empty() && !clear) {
      return Answer::error(WireError::kNoDefaultMethod);
    }
    wanted = wanted.empty() ? std::string_view(eligible.front().channel_id) : wanted;
  }
  for (const Channel& channel : eligible) {
    if (channel.channel_id == wanted) {
      return start_code_challenge(run, transaction, FlowEvent::kSecondFactorRequested,
                                  {channel.kind, channel.channel_id, channel.address, true});
    }
  }
  const bool exists = std::any_of(channels.begin(), channels.end(), [&](const Channel& channel) {
    return channel.channel_id == wanted;
  });
  return exists ? Answer::error(WireError::kChannelBlocked)
                : Answer::error(WireError::kBadRequest, "The id names no method.");
}

}  // namespace

std::optional<ChallengeTypes> parse_challenge_types(std::string_view text) {
  ChallengeTypes types;
  bool redirect = false;
  for (const std::string_view word : split_words(text)) {
    if (word == "oob") {
      types.oob = true;
    } else if (word == "password") {
      types.password = true;
    } else if (word == "redirect") {
      redirect = true;
    } else {
      return std::nullopt;
    }
  }
  return redirect ? std::optional(types) : std::nullopt;
}

Answer initiate(const RequestContext& context) {
  const auto username = normalize_email(context.form.get("username"));
  if (!username) {
    return Answer::error(WireError::kBadUsername);
  }
  const auto types = parse_challenge_types(context.form.get("challenge_type"));
  if (!types) {
    return Answer::error(WireError::kBadChallengeType);
  }
  Result<Answer> answer = begin_flow(context, *username, *types);
  return answer ? std::move(answer).value() : failed(context, answer.error());
}

Answer challenge(const RequestContext& context) {
  const std::string_view listed = context.form.get("challenge_type");
  if (!listed.empty() && !parse_challenge_types(listed)) {
    return Answer::error(WireError::kBadChallengeType);
  }
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
    if (refusal) {
      return std::move(*refusal);
    }
    switch (run.flow().state.phase) {
      case FlowPhase::kAwaitingFirstFactor:
      case FlowPhase::kFirstFactorChallenged:
        return challenge_first_factor(run, transaction);
      case FlowPhase::kAwaitingSecondFactor:
      case FlowPhase::kSecondFactorChallenged:
        return challenge_second_factor(run, transaction);
      case FlowPhase::kDeciding:
      case FlowPhase::kAwaitingRegistration:
      case FlowPhase::kRegistrationChallenged:
      case FlowPhase::kRegistered:
      case FlowPhase::kDecidingFinally:
      case FlowPhase::kIssuing:
      case FlowPhase::kDone:
      case FlowPhase::kRefused:
      case FlowPhase::kExpired:
        break;
    }
    return Answer::error(WireError::kBadContinuation);
  });
}

Answer introspect(const RequestContext& context) {
  return in_transaction(context, [&](Transaction& transaction) -> Result<Answer> {
    FlowRun run(context);
    GATE_TRY(std::optional<Answer> refusal, run.open(transaction));
    if (!refusal && run.flow().state.phase != FlowPhase::kAwaitingSecondFactor) {
      refusal = Answer::error(WireError::kBadContinuation);
    }
    if (!refusal) {
      refusal = run.take(FlowEvent::kMethodsListed);
    }
    if (refusal) {
      return std::move(*refusal);
    }
    GATE_TRY(const std::vector<Channel> channels,
             transaction.channels_of(run.flow().tenant_id, run.flow().user_id));
    boost::json::array methods;
    for (const Channel& channel : eligible_channels(channels, run.flow().offered, run.flow())) {
      methods.push_back({{"id", channel.channel_id},
                         {"challenge_type", "oob"},
                         {"challenge_channel", wire_name(channel.kind)},
                         {"login_hint", mask_address(channel.kind, channel.address)}});
    }
    if (methods.empty()) {
      // Blocked since the demand; an empty list is an error to the mobile clients (13.6).
      return Answer::redirect("No method that policy accepts is available here");
    }
    GATE_TRY_VOID(run.commit(transaction));
    return Answer::ok({{"continuation_token", run.next_token()}, {"methods", std::move(methods)}});
  });
}

}  // namespace gate::server
