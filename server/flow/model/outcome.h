#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/domain/channel.h"
#include "server/domain/flow_record.h"
#include "server/limits/send_caps.h"
#include "server/ports/clock.h"

/// What may be answered, in no protocol's words. A wire turns an outcome into bytes.
namespace gate::server {

/// The flow exists; the client asks for its first factor next.
struct FlowBegun {};

/// A code is on its way.
struct CodeSent {
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;
  bool masked = true;  ///< whether the client may show the address in full: it typed it itself
  int digits = 0;
  Micros resend_after = 0;
};

struct NeedsPassword {};

/// A method that may be used (with a hint of where it leads), or a kind that may be enrolled.
struct MethodOption {
  std::string id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string hint;
};
struct MethodsListed {
  std::vector<MethodOption> methods;
};

struct NeedsSecondFactor {};
struct NeedsEnrolment {};
/// The new method is bound; the client goes on with the flow that asked for it.
struct Enrolled {};

/// Every required factor is done.
struct Authenticated {
  std::string id_token;
  std::string access_token;
  std::string refresh_token;  ///< empty: the client did not ask for one
  std::string client_info;
  std::string scope;
  Micros access_token_life = 0;
  Micros refresh_token_life = 0;
};

/// This client cannot be served here; the user goes on in a browser. The reason is for people.
struct GoToWeb {
  std::string reason;
};

enum class RefusalReason : std::uint8_t {
  kWrongStep,  ///< no such flow, spent or foreign token, or another step: all look the same
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
  kTooMany,
  kScopeTooWide,
  kBadRefreshToken,
  kInteractionRequired,
  kUnavailable,  ///< store, randomness or keys failed; reported to the operator
};

struct Refused {
  RefusalReason reason = RefusalReason::kUnavailable;
  Micros retry_after = 0;          ///< kTooMany
  std::uint16_t policy_error = 0;  ///< kPolicyBlocks: what the policies say, if anything
};

using FlowOutcome =
    std::variant<FlowBegun, CodeSent, NeedsPassword, MethodsListed, NeedsSecondFactor,
                 NeedsEnrolment, Enrolled, Authenticated, GoToWeb, Refused>;

/// The answer to a command. `next` names where the client goes on; absent: nowhere, or with the
/// token that it has.
struct Reply {
  FlowOutcome outcome = Refused{};
  std::optional<FlowPlace> next;
};

}  // namespace gate::server
