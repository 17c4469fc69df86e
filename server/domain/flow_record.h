#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/crypto/secret.h"
#include "server/domain/attribute.h"
#include "server/domain/channel.h"
#include "server/domain/factor.h"
#include "server/domain/flow_phase.h"
#include "server/ports/clock.h"

namespace gate::server {

/// The purpose of a flow. The numbers are stored: append only.
enum class FlowKind : std::uint8_t { kSignIn, kSignUp, kPasswordReset, kStepUp };

/// The user of a flow, with the epoch at which the flow began.
struct FlowSubject {
  std::string user_id;
  std::int64_t epoch = 0;
  friend bool operator==(const FlowSubject&, const FlowSubject&) = default;
};

/// The capabilities that clients announce.
inline constexpr std::uint32_t kCapabilityMfa = 1;
inline constexpr std::uint32_t kCapabilityEnrolment = 2;

/// The account that a sign-up is about to create. Sealed at rest.
struct AccountDraft {
  std::string user_id;
  std::string password_hash;  ///< empty: not chosen yet, or the account has none
  AttributeValues attributes;
  friend bool operator==(const AccountDraft&, const AccountDraft&) = default;
};

/// What a step-up rests on: the session whose renewal policy refused. The flow is over when that
/// session, or the family of its refresh tokens, is.
struct StepUpOrigin {
  std::string sid;
  std::string family_id;
  std::string device_id;  ///< the known device of the session; empty: none
  std::int64_t device_epoch = 0;
  Micros auth_time = 0;
  Micros ends_at = 0;  ///< of the family. A step-up does not move it (E4)
  std::string scope;   ///< of the refused renewal: the step-up is for no more
  friend bool operator==(const StepUpOrigin&, const StepUpOrigin&) = default;
};

/// One flow. `gen` counts the continuation tokens handed out for it (T3).
struct FlowRecord {
  std::string tenant_id;
  std::string flow_id;  ///< 128 random bits, lower-case hex
  FlowKind kind = FlowKind::kSignIn;
  std::string client_id;
  /// Absent: no user has the name that was typed, and the flow can never end with tokens (C6). A
  /// sign-up has none until its account exists.
  std::optional<FlowSubject> subject;
  std::string account_key;  ///< limits are counted under it, also for unknown names
  std::int64_t gen = 0;
  FlowState state;
  Method first_factor = Method::kPassword;
  MethodSet offered;  ///< second factors, or methods that may be enrolled
  std::uint32_t capabilities = 0;
  std::string challenge_id;  ///< the live challenge, if any
  std::string challenge_channel_id;
  ChannelKind pending_kind = ChannelKind::kEmail;  ///< enrolment: the kind being proven
  std::string pending_address;                     ///< sealed at rest
  std::string label_address;                       ///< the name that was typed; sealed at rest
  std::optional<AccountDraft> draft;               ///< of a sign-up
  std::optional<StepUpOrigin> origin;              ///< of a step-up, and of no other flow
  /// The first factor comes first. A step-up begins with those of its session that still count.
  std::vector<CompletedFactor> completed;
  std::string auth_context;   ///< `acrs` value that the client asked for
  std::string policy_digest;  ///< of the last decision
  std::int64_t wrong_total = 0;
  /// The most wrong passwords and codes in a row that a decision of this flow saw. A success resets
  /// the counters, and the risk of the flow stays.
  std::int64_t failures_before = 0;
  friend bool operator==(const FlowRecord&, const FlowRecord&) = default;
};

/// The user that look-ups of the flow are about. Behind an unknown name it is the key of the
/// account, under which nothing is stored: the same work, and nothing is found (C6).
[[nodiscard]] inline const std::string& owner_of(const FlowRecord& flow) {
  return flow.subject ? flow.subject->user_id : flow.account_key;
}

/// The content of a continuation token: a flow, and how many tokens were handed out before.
struct FlowPlace {
  std::string flow_id;  ///< 32 lower-case hex digits
  std::int64_t gen = 0;
};

/// A code that was sent. Only its MAC is stored (A6).
struct ChallengeRecord {
  std::string tenant_id;
  std::string challenge_id;
  std::string flow_id;
  std::string channel_id;
  Bytes mac;
  std::int64_t attempts_max = 0;
  Micros expires_at = 0;
};

enum class CodeVerdict : std::uint8_t {
  kAccepted,  ///< right, and used up by this call
  kWrong,     ///< evaluated and counted
  kGone,      ///< used, replaced, expired or of another flow: nothing was evaluated
};

struct CodeTrial {
  CodeVerdict verdict = CodeVerdict::kGone;
  std::int64_t attempts = 0;
};

}  // namespace gate::server
