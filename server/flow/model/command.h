#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/domain/channel.h"
#include "server/domain/flow_record.h"
#include "server/domain/tenant.h"
#include "server/flow/model/outcome.h"

/// The commands of clients, independent of the protocol. Texts are views into the request, which
/// outlives the command; passwords and codes are wiped with it.
namespace gate::server {

/// The first factors that a client can do, as a set.
[[nodiscard]] constexpr MethodSet first_factors_in(bool can_send_code, bool can_ask_password) {
  MethodSet listed;
  if (can_send_code) {
    listed.add(Method::kEmailOtp);
  }
  if (can_ask_password) {
    listed.add(Method::kPassword);
  }
  return listed;
}

/// Begins a sign-in. `username` is normalised by `normalize_email`.
struct StartSignIn {
  std::string username;
  bool can_send_code = false;     ///< the client supports a code
  bool can_ask_password = false;  ///< the client supports a password
  std::uint32_t capabilities = 0;
};

/// Begins a sign-up. `username` is normalised by `normalize_email`.
struct StartSignUp {
  std::string username;
  std::string_view password;    ///< empty: not sent yet
  std::string_view attributes;  ///< JSON object; empty: not sent yet
  bool can_send_code = false;
  bool can_ask_password = false;
  std::uint32_t capabilities = 0;
};

/// Begins a password reset. `username` is normalised by `normalize_email`.
struct StartReset {
  std::string username;
  bool can_send_code = false;
  std::uint32_t capabilities = 0;
};

/// Requests the challenge that a sign-up or a reset waits for: the code to the mailbox or, in a
/// sign-up, the password to be chosen. `kind`: that of the flow.
struct RequestSetupChallenge {
  FlowKind kind = FlowKind::kSignUp;
};

/// Chooses the password of a new account, or the new password of a reset.
struct ChoosePassword {
  FlowKind kind = FlowKind::kSignUp;
  std::string_view password;
};

/// Sends the attributes of a new account, as a JSON object.
struct GiveAttributes {
  std::string_view json;
};

/// Asks whether the new password is in force.
struct PollReset {};

/// Requests the challenge that the flow waits for. `method_id` empty: the method used last, or the
/// preferred one.
struct RequestChallenge {
  std::string_view method_id;
  MethodSet listed = kFirstFactors;  ///< the first factors that the client can do in this call
};

/// Lists the methods that may be used, or enrolled if `for_enrolment`.
struct ListMethods {
  bool for_enrolment = false;
};

/// The tokens to issue when the flow permits it, as the client asks for them. `Flows` grants them,
/// so that no wire can forget to (S10).
struct TokenWish {
  std::string_view scope{};    ///< empty: the default scopes
  std::string auth_context{};  ///< empty: none
};

/// The step that a code belongs to.
enum class CodeStep : std::uint8_t {
  kFirstFactor,
  kSecondFactor,
  kEnrolment,
  kSignUp,  ///< the mailbox of a sign-up
  kReset,   ///< the mailbox of a password reset
};
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

/// Continues to the tokens after an enrolment, a sign-up or a password reset.
struct RedeemFlow {
  /// The user name that the client sent with it, normalised; empty: none. It must be the one that
  /// the flow began with.
  std::string username;
  TokenWish wish;
};

/// The commands on an existing flow.
using FlowCommand =
    std::variant<RequestChallenge, ListMethods, SubmitCode, SubmitPassword, RequestEnrolment,
                 RequestSetupChallenge, ChoosePassword, GiveAttributes, PollReset, RedeemFlow>;

/// Renews the tokens of a session. A session has no phases, so this needs no flow.
struct RefreshTokens {
  std::string_view token;
  std::string_view scope;    ///< as requested; empty: the scope of the session
  std::string auth_context;  ///< as requested; empty: none
  /// Of a client that can go on with a step-up where policy refuses the renewal; else 0.
  std::uint32_t capabilities = 0;
  bool can_send_code = false;
  bool can_ask_password = false;
};

}  // namespace gate::server
