#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/account/password_rules.h"
#include "server/domain/attribute.h"
#include "server/domain/channel.h"
#include "server/domain/flow_record.h"
#include "server/limits/send_caps.h"
#include "server/ports/clock.h"

/// The outcomes of commands, independent of the protocol. A wire serialises them.
namespace gate::server {

/// The flow exists. The client requests its first factor next.
struct FlowBegun {};

/// A code was queued for delivery.
struct CodeSent {
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;
  bool masked = true;  ///< false when the client typed the address itself and may see it in full
  int digits = 0;
  Micros resend_after = 0;
};

struct NeedsPassword {};

/// A method that may be used, with its masked address, or a kind that may be enrolled.
struct MethodOption {
  std::string id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string hint;
};
struct MethodsListed {
  std::vector<MethodOption> methods;
};

/// The client sends a password for the new account next, or the new password of a reset.
struct NeedsNewPassword {
  bool for_reset = false;
  Micros token_life = 0;
};
/// The client sends attributes next. Not empty.
struct NeedsAttributes {
  AttributeSchema wanted;
};
/// The account exists. The client continues to the tokens.
struct SignedUp {};
/// The new password is in force.
struct PasswordChanged {};
/// The answer to a poll.
struct ResetSucceeded {};

/// What a step-up asks for.
enum class MissingFactor : std::uint8_t {
  kFirstFactor,   ///< once more, because its proof is too old
  kSecondFactor,  ///< a code to a method of the user
  kNewMethod,     ///< the user has none that policy accepts, and may enrol one
};
/// Policy refuses the renewal, and these proofs would change that. They are asked for in this
/// order. Not empty.
struct NeedsStepUp {
  std::vector<MissingFactor> missing;
};

struct NeedsSecondFactor {};
struct NeedsEnrolment {};
/// The new method is bound. The client continues the flow that required it.
struct Enrolled {};

/// Every required factor is completed.
struct Authenticated {
  std::string id_token;
  std::string access_token;
  std::string refresh_token;  ///< empty: the client did not request one
  std::string client_info;
  std::string scope;
  Micros access_token_life = 0;
  Micros refresh_token_life = 0;
};

/// This client cannot complete the sign-in here; the user continues in a browser. The reason is a
/// text for people.
struct GoToWeb {
  std::string reason;
};

enum class RefusalReason : std::uint8_t {
  kWrongStep,  ///< unknown flow, used or foreign token, or another step: not told apart
  kExpired,
  kTriesExhausted,
  kWrongPassword,
  kWrongCode,
  kPolicyBlocks,
  kMethodBlocked,
  kNoDefaultMethod,
  kUnknownMethod,
  kUnacceptableContact,
  kUnsupportedChallenge,
  kUnknownUser,
  kUserExists,
  kNoPassword,       ///< the user signs in without a password, so there is none to reset
  kOtherUser,        ///< the client named another user than the flow began with
  kPasswordUnasked,  ///< accounts of this tenant have no password
  kPasswordRecentlyUsed,
  kTooMany,  ///< messages
  kLocked,   ///< wrong tries
  kScopeTooWide,
  kTwoResources,
  kUnknownContext,
  kBadRefreshToken,
  kInteractionRequired,  ///< another sign-in, or another step-up, can meet the policies
  kPolicyBlocksRenewal,  ///< another sign-in would be blocked as well
  kUnavailable,          ///< store, randomness or keys failed; reported to the operator
};

struct Refused {
  RefusalReason reason = RefusalReason::kUnavailable;
  Micros retry_after = 0;  ///< kTooMany, kLocked
  std::uint16_t policy_error =
      0;  ///< kPolicyBlocks and kPolicyBlocksRenewal: the error code of the policy, if it has one
};

/// The new password breaks a rule. The client keeps its token and may send another.
struct PasswordRejected {
  PasswordFault fault = PasswordFault::kNone;
  std::size_t min_length = 0;  ///< that passwords must have, in characters
};
/// Attributes that break the schema of the tenant, by name; empty: the text is no JSON object. The
/// client keeps its token and may send others.
struct AttributesRejected {
  std::vector<std::string> names;
};
/// The same request was answered before, with this text of `FlowServices::write_answer` (T4).
struct AnsweredBefore {
  std::string answer;
};

using FlowOutcome =
    std::variant<FlowBegun, CodeSent, NeedsPassword, MethodsListed, NeedsSecondFactor,
                 NeedsEnrolment, Enrolled, NeedsNewPassword, NeedsAttributes, SignedUp,
                 PasswordChanged, ResetSucceeded, Authenticated, GoToWeb, PasswordRejected,
                 AttributesRejected, NeedsStepUp, Refused, AnsweredBefore>;

/// The answer to a command. `next`: the place of the next continuation token; absent: none, or the
/// client keeps the token that it has.
struct Reply {
  FlowOutcome outcome = Refused{};
  std::optional<FlowPlace> next;
};

}  // namespace gate::server
