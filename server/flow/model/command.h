#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/domain/channel.h"
#include "server/flow/model/outcome.h"

/// What a client may ask, in no protocol's words. Texts are views into the request, which outlives
/// the command; passwords and codes are wiped with it.
namespace gate::server {

/// Begins a sign-in. `username` as `normalize_email` gives it.
struct StartSignIn {
  std::string username;
  bool can_send_code = false;     ///< the client knows what to do with a code
  bool can_ask_password = false;  ///< ... and with a password
  std::uint32_t capabilities = 0;
};

/// Asks for the challenge that the flow waits for. `method_id` empty: the method used last, or the
/// preferred one.
struct RequestChallenge {
  std::string_view method_id;
};

/// Which methods may be used, or enrolled where `for_enrolment`.
struct ListMethods {
  bool for_enrolment = false;
};

/// What tokens are wanted once the flow allows it.
struct TokenWish {
  std::string scope;         ///< granted already (`granted_scope`)
  std::string auth_context;  ///< protected by a policy in force; empty: none
};

/// Which step a code belongs to.
enum class CodeStep : std::uint8_t { kFirstFactor, kSecondFactor, kEnrolment };
struct SubmitCode {
  CodeStep step = CodeStep::kFirstFactor;
  std::string_view code;
  TokenWish wish;
};

struct SubmitPassword {
  std::string_view password;
  TokenWish wish;
};

/// Asks for a code to a new address.
struct RequestEnrolment {
  std::optional<ChannelKind> kind;  ///< absent: none that this server knows
  std::string_view target;
  bool by_code = true;  ///< false: the client wants a proof that this server does not offer
};

/// Goes on with the sign-in after an enrolment.
struct RedeemEnrolment {
  TokenWish wish;
};

/// What is asked of a flow that exists.
using FlowCommand = std::variant<RequestChallenge, ListMethods, SubmitCode, SubmitPassword,
                                 RequestEnrolment, RedeemEnrolment>;

/// Renews the tokens of a session. No flow: a session has no phases.
struct RefreshTokens {
  std::string_view token;
  std::string_view scope;    ///< as asked; empty: that of the session
  std::string auth_context;  ///< protected by a policy in force; empty: none
};

}  // namespace gate::server
