#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "server/decision/decider.h"
#include "server/flow/model/command.h"
#include "server/protocol/form.h"
#include "server/protocol/native_auth_v1/answer.h"

/// Parses the form of a request into a command, or into the answer that says what is wrong with it
/// (native-auth-api 4 to 6). Pure.
namespace gate::server::native_auth_v1 {

template <typename Command>
using Parsed = std::variant<Command, Answer>;

[[nodiscard]] Parsed<StartSignIn> parse_initiate(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_challenge(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_introspect(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_register_introspect(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_register_challenge(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_register_continue(const Form& form);

[[nodiscard]] Parsed<StartSignUp> parse_sign_up_start(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_sign_up_challenge(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_sign_up_continue(const Form& form);
[[nodiscard]] Parsed<StartReset> parse_reset_start(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_reset_challenge(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_reset_continue(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_reset_submit(const Form& form);
[[nodiscard]] Parsed<FlowCommand> parse_reset_poll(const Form& form);

/// All grants of the token endpoint: password, oob, mfa_oob, continuation_token, refresh_token. The
/// scope must be permitted to the client, and an authentication context must be used by a policy in
/// force.
using TokenCommand = std::variant<FlowCommand, RefreshTokens>;
[[nodiscard]] Parsed<TokenCommand> parse_token(const Form& form, const Client& client,
                                               const Decider& decider);

/// The known words of `challenge_type`. `redirect` must be among them where it is required. Nothing
/// when the list is not acceptable.
struct ChallengeTypes {
  bool oob = false;
  bool password = false;
};
[[nodiscard]] std::optional<ChallengeTypes> parse_challenge_types(std::string_view text);

}  // namespace gate::server::native_auth_v1
