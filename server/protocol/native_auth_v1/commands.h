#pragma once

#include <optional>
#include <string_view>
#include <variant>

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

/// Renewal: `grant_type` refresh_token. The scope is looked at together with the token. A client
/// that can go on with a step-up says so by `capabilities`, and by `challenge_type` if there is
/// something that it cannot ask for, as in the first request of a flow.
[[nodiscard]] Parsed<RefreshTokens> parse_refresh(const Form& form);

/// The other grants of the token endpoint: password, oob, mfa_oob, continuation_token. Scope and
/// authentication context stay as the client wrote them; `Flows` checks them.
[[nodiscard]] Parsed<FlowCommand> parse_token(const Form& form);

/// The known words of `challenge_type`. `redirect` must be among them where it is required. Nothing
/// when the list is not acceptable.
struct ChallengeTypes {
  bool oob = false;
  bool password = false;
};
[[nodiscard]] std::optional<ChallengeTypes> parse_challenge_types(std::string_view text);

}  // namespace gate::server::native_auth_v1
