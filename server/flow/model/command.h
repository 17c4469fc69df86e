#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/domain/channel.h"
#include "server/flow/model/outcome.h"

/// The commands of clients, independent of the protocol. Texts are views into the request, which
/// outlives the command; passwords and codes are wiped with it.
namespace gate::server {

/// Begins a sign-in. `username` is normalised by `normalize_email`.
struct StartSignIn {
  std::string username;
  bool can_send_code = false;     ///< the client supports a code
  bool can_ask_password = false;  ///< the client supports a password
  std::uint32_t capabilities = 0;
};

/// Requests the challenge that the flow waits for. `method_id` empty: the method used last, or the
/// preferred one.
struct RequestChallenge {
  std::string_view method_id;
};

/// Lists the methods that may be used, or enrolled if `for_enrolment`.
struct ListMethods {
  bool for_enrolment = false;
};

/// The tokens to issue when the flow permits it.
struct TokenWish {
  std::string scope;         ///< reduced to the permitted one by `granted_scope`
  std::string auth_context;  ///< protected by a policy in force; empty: none
};

/// The step that a code belongs to.
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

/// Requests a code to a new address.
struct RequestEnrolment {
  std::optional<ChannelKind> kind;  ///< absent: a kind that this server does not know
  std::string_view target;
  bool by_code = true;  ///< false: the client wants a proof that this server does not offer
};

/// Continues the sign-in after an enrolment.
struct RedeemEnrolment {
  TokenWish wish;
};

/// The commands on an existing flow.
using FlowCommand = std::variant<RequestChallenge, ListMethods, SubmitCode, SubmitPassword,
                                 RequestEnrolment, RedeemEnrolment>;

/// Renews the tokens of a session. A session has no phases, so this needs no flow.
struct RefreshTokens {
  std::string_view token;
  std::string_view scope;    ///< as requested; empty: the scope of the session
  std::string auth_context;  ///< protected by a policy in force; empty: none
};

}  // namespace gate::server
