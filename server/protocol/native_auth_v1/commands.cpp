#include "server/protocol/native_auth_v1/commands.h"

#include "server/domain/address.h"
#include "server/domain/flow_record.h"
#include "server/protocol/claims_request.h"

namespace gate::server::native_auth_v1 {
namespace {

constexpr std::size_t kCodeBytesMax = 32;

std::uint32_t parse_capabilities(const Form& form) {
  std::uint32_t capabilities = 0;
  // The clients send `capabilities`. The documentation also says `capability` and shows a comma.
  for (const std::string_view parameter : {"capabilities", "capability"}) {
    for (const std::string_view word : split_words(form.get(parameter), " ,")) {
      capabilities |= word == "mfa_required" ? kCapabilityMfa : 0;
      capabilities |= word == "registration_required" ? kCapabilityEnrolment : 0;
    }
  }
  return capabilities;
}

std::optional<ChannelKind> parse_channel(std::string_view text) {
  for (const ChannelKind kind : kChannelKinds) {
    if (text == name(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

Parsed<FlowCommand> submit_code(const Form& form, CodeStep step, TokenWish wish = {}) {
  const std::string_view code = form.get("oob");
  if (code.empty() || code.size() > kCodeBytesMax) {
    return Answer::error(WireError::kBadRequest, "The oob parameter is empty or too long.");
  }
  return FlowCommand(SubmitCode{step, code, std::move(wish)});
}

Parsed<FlowCommand> new_password(const Form& form, std::string_view parameter, FlowKind kind) {
  const std::string_view password = form.get(parameter);
  if (password.empty()) {
    return Answer::error(WireError::kBadRequest,
                         "The " + std::string(parameter) + " parameter is empty.");
  }
  return FlowCommand(ChoosePassword{kind, password});
}

Parsed<FlowCommand> setup_challenge(const Form& form, FlowKind kind) {
  const std::string_view listed = form.get("challenge_type");
  if (!listed.empty() && !parse_challenge_types(listed)) {
    return Answer::error(WireError::kBadChallengeType);
  }
  return FlowCommand(RequestSetupChallenge{kind});
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

namespace {

/// What the first request of every flow says.
struct Beginning {
  std::string username;
  ChallengeTypes types;
  std::uint32_t capabilities = 0;
};

Parsed<Beginning> parse_beginning(const Form& form) {
  const auto username = normalize_email(form.get("username"));
  if (!username) {
    return Answer::error(WireError::kBadUsername);
  }
  const auto types = parse_challenge_types(form.get("challenge_type"));
  if (!types) {
    return Answer::error(WireError::kBadChallengeType);
  }
  return Beginning{*username, *types, parse_capabilities(form)};
}

}  // namespace

Parsed<StartSignIn> parse_initiate(const Form& form) {
  auto parsed = parse_beginning(form);
  const auto* begun = std::get_if<Beginning>(&parsed);
  if (begun == nullptr) {
    return std::get<Answer>(std::move(parsed));
  }
  return StartSignIn{begun->username, begun->types.oob, begun->types.password, begun->capabilities};
}

Parsed<FlowCommand> parse_challenge(const Form& form) {
  const std::string_view listed = form.get("challenge_type");
  const auto types =
      listed.empty() ? std::optional(ChallengeTypes{true, true}) : parse_challenge_types(listed);
  if (!types) {
    return Answer::error(WireError::kBadChallengeType);
  }
  return FlowCommand(
      RequestChallenge{form.get("id"), first_factors_in(types->oob, types->password)});
}

Parsed<FlowCommand> parse_introspect(const Form& /*form*/) {
  return FlowCommand(ListMethods{.for_enrolment = false});
}

Parsed<FlowCommand> parse_register_introspect(const Form& /*form*/) {
  return FlowCommand(ListMethods{.for_enrolment = true});
}

Parsed<FlowCommand> parse_register_challenge(const Form& form) {
  return FlowCommand(RequestEnrolment{parse_channel(form.get("challenge_channel")),
                                      form.get("challenge_target"),
                                      form.get("challenge_type") == "oob"});
}

Parsed<FlowCommand> parse_register_continue(const Form& form) {
  if (form.get("grant_type") != "oob") {
    // `continuation_token` is the grant for a contact that is proven already. This server never
    // sends `preverified`, because the only proven address is that of the first factor (C4).
    return Answer::error(WireError::kBadGrantType);
  }
  return submit_code(form, CodeStep::kEnrolment);
}

Parsed<StartSignUp> parse_sign_up_start(const Form& form) {
  auto parsed = parse_beginning(form);
  const auto* begun = std::get_if<Beginning>(&parsed);
  if (begun == nullptr) {
    return std::get<Answer>(std::move(parsed));
  }
  return StartSignUp{begun->username,  form.get("password"),  form.get("attributes"),
                     begun->types.oob, begun->types.password, begun->capabilities};
}

Parsed<StartReset> parse_reset_start(const Form& form) {
  auto parsed = parse_beginning(form);
  const auto* begun = std::get_if<Beginning>(&parsed);
  if (begun == nullptr) {
    return std::get<Answer>(std::move(parsed));
  }
  return StartReset{begun->username, begun->types.oob, begun->capabilities};
}

Parsed<FlowCommand> parse_sign_up_challenge(const Form& form) {
  return setup_challenge(form, FlowKind::kSignUp);
}

Parsed<FlowCommand> parse_reset_challenge(const Form& form) {
  return setup_challenge(form, FlowKind::kPasswordReset);
}

Parsed<FlowCommand> parse_sign_up_continue(const Form& form) {
  const std::string_view grant = form.get("grant_type");
  if (grant == "oob") {
    return submit_code(form, CodeStep::kSignUp);
  }
  if (grant == "password") {
    return new_password(form, "password", FlowKind::kSignUp);
  }
  if (grant == "attributes") {
    if (form.get("attributes").empty()) {
      return Answer::error(WireError::kBadRequest, "The attributes parameter is empty.");
    }
    return FlowCommand(GiveAttributes{form.get("attributes")});
  }
  return Answer::error(WireError::kBadGrantType);
}

Parsed<FlowCommand> parse_reset_continue(const Form& form) {
  if (form.get("grant_type") != "oob") {
    return Answer::error(WireError::kBadGrantType);
  }
  return submit_code(form, CodeStep::kReset);
}

Parsed<FlowCommand> parse_reset_submit(const Form& form) {
  return new_password(form, "new_password", FlowKind::kPasswordReset);
}

Parsed<FlowCommand> parse_reset_poll(const Form& /*form*/) {
  return FlowCommand(PollReset{});
}

Parsed<RefreshTokens> parse_refresh(const Form& form) {
  std::optional<std::string> context = requested_context(form.get("claims"));
  if (!context) {
    return Answer::error(WireError::kBadClaims);
  }
  RefreshTokens command{form.get("refresh_token"), form.get("scope"), std::move(*context)};
  command.capabilities = parse_capabilities(form);
  if (command.capabilities == 0) {
    return command;  // no library sends them here, so nothing else is looked at
  }
  // Without a list the client can ask for everything.
  const std::string_view listed = form.get("challenge_type");
  const auto types =
      listed.empty() ? std::optional(ChallengeTypes{true, true}) : parse_challenge_types(listed);
  if (!types) {
    return Answer::error(WireError::kBadChallengeType);
  }
  command.can_send_code = types->oob;
  command.can_ask_password = types->password;
  return command;
}

Parsed<FlowCommand> parse_token(const Form& form) {
  std::optional<std::string> context = requested_context(form.get("claims"));
  if (!context) {
    return Answer::error(WireError::kBadClaims);
  }
  const std::string_view grant = form.get("grant_type");
  TokenWish wish{form.get("scope"), std::move(*context)};
  if (grant == "password") {
    const std::string_view password = form.get("password");
    if (password.empty()) {
      return Answer::error(WireError::kBadRequest, "The password parameter is empty.");
    }
    return FlowCommand(SubmitPassword{password, std::move(wish)});
  }
  if (grant == "oob") {
    return submit_code(form, CodeStep::kFirstFactor, std::move(wish));
  }
  if (grant == "mfa_oob") {
    return submit_code(form, CodeStep::kSecondFactor, std::move(wish));
  }
  if (grant == "continuation_token") {
    // Sent after a sign-up and a reset, not after an enrolment (native-auth-api 4.3).
    const std::string_view named = form.get("username");
    auto username = named.empty() ? std::optional<std::string>("") : normalize_email(named);
    if (!username) {
      return Answer::error(WireError::kBadUsername);
    }
    return FlowCommand(RedeemFlow{std::move(*username), std::move(wish)});
  }
  return Answer::error(WireError::kBadGrantType);
}

}  // namespace gate::server::native_auth_v1
