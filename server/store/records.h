#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/crypto/secret.h"
#include "server/flow/sign_in_flow.h"
#include "server/ports/clock.h"
#include "server/store/provisioning.h"

/// The values that cross the store port. Plain data without behaviour; every one belongs to a
/// tenant, and no operation of the port reaches across tenants.
namespace gate::server {

struct Tenant {
  std::string id;
  std::string name;
  std::string domain;
};

struct Client {
  std::string tenant_id;
  std::string client_id;
  std::string name;  ///< what policies call `app`
  std::vector<std::string> origins;
  std::string audience;  ///< never empty
  bool trusted_signals = false;
  std::vector<std::string> scopes;  ///< names under the audience that it may ask for
};

struct User {
  std::string tenant_id;
  std::string user_id;
  std::string username;
  std::string display_name;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::string kind;
  std::string sign_in_risk;
  std::string user_risk;
  std::vector<std::pair<std::string, std::string>> signals;
  std::int64_t epoch = 0;  ///< moves when everything the user holds has to die (T6)
  bool enabled = true;
};

struct Channel {
  std::string channel_id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string address;  ///< sealed at rest
  bool verified = false;
  bool preferred = false;
  bool blocked = false;
};

/// A factor that was done, when, and over which channel (empty for a password).
struct CompletedFactor {
  Method method = Method::kPassword;
  Micros at = 0;
  std::string channel_id;
  friend bool operator==(const CompletedFactor&, const CompletedFactor&) = default;
};

/// One sign-in under way. `gen` counts the continuation tokens handed out for it (T3).
struct FlowRecord {
  std::string tenant_id;
  std::string flow_id;  ///< 128 random bits, lower-case hex
  std::string client_id;
  std::string user_id;      ///< empty: nobody has this name, and the flow can never finish (C6)
  std::string account_key;  ///< what limits are counted on; alike for known and unknown names
  std::int64_t user_epoch = 0;
  std::int64_t gen = 0;
  FlowState state;
  Method first_factor = Method::kPassword;
  MethodSet offered;  ///< second factors, or methods that may be registered
  std::uint32_t capabilities = 0;
  std::string challenge_id;  ///< the live challenge, if any
  std::string challenge_channel_id;
  ChannelKind pending_kind = ChannelKind::kEmail;  ///< registration: what is being proven
  std::string pending_address;                     ///< sealed at rest
  std::string label_address;                       ///< unknown names: what the code claims to go to
  std::vector<CompletedFactor> completed;
  std::string auth_context;   ///< `acrs` value that the client asked for
  std::string policy_digest;  ///< of the last decision
  std::int64_t wrong_total = 0;
};

/// A code that was sent, known by its MAC alone (A6).
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
  kAccepted,  ///< right, and used up by this very call
  kWrong,     ///< evaluated and counted
  kGone,      ///< used, dead, expired or of another flow: nothing was evaluated
};

struct CodeTrial {
  CodeVerdict verdict = CodeVerdict::kGone;
  std::int64_t attempts = 0;
};

/// How often something may be done. All parts apply together; a part at its default never refuses.
struct ThrottleRule {
  static constexpr std::int64_t kNoLimit = std::int64_t{1} << 40;
  Micros window = kMicrosPerHour;
  std::int64_t max_in_window = kNoLimit;
  Micros spacing = 0;                  ///< least time between two
  std::int64_t delay_from = kNoLimit;  ///< in a row without success: delays begin here
  Micros delay_first = 0;              ///< doubling with each further one ...
  Micros delay_max = 0;                ///< ... up to this
  std::int64_t stop_at = kNoLimit;     ///< in a row without success: no more, ever
};

struct ThrottleVerdict {
  bool admitted = false;
  Micros retry_at = 0;  ///< when refused: the earliest time that may be admitted
};

/// One of several limits that stand before one use.
struct ThrottleClaim {
  std::string key;
  ThrottleRule rule;
};

struct ThrottleSetVerdict {
  bool admitted = false;
  std::size_t refused_by = 0;  ///< when refused: the first claim, in the order given, that does
  Micros retry_at = 0;         ///< when refused: the earliest time that this claim may admit
};

/// A device that a user has signed in from completely (B8). It proves itself by a secret of its
/// own, of which a keyed hash is all that is stored.
struct KnownDevice {
  std::string tenant_id;
  std::string user_id;
  Bytes key_hash;
  std::string device_id;  ///< what its tries are counted on; new each time that it becomes known
  std::int64_t user_epoch = 0;
  Micros seen_at = 0;  ///< its last complete sign-in
};

/// One message to send. In the table the payload is sealed, and wiped when the row is finished.
struct OutboxMessage {
  std::int64_t seq = 0;  ///< set by the store
  std::string tenant_id;
  std::string challenge_id;
  ChannelKind kind = ChannelKind::kEmail;
  std::string to;
  std::string code;
  std::string body;
  std::string message_id;  ///< stable over retries, for the Message-ID of mail
  std::int64_t tries = 0;  ///< this claim included
  bool deliver = true;     ///< false: behind a name that nobody has; written, and never sent
};

enum class DeliveryOutcome : std::uint8_t {
  kSent,
  kRetry,    ///< certainly not delivered: again at `retry_at`
  kFailed,   ///< certainly not delivered, and never will be
  kUnknown,  ///< may have been delivered: mail is tried again, SMS is not (T5)
};

struct SessionRecord {
  std::string tenant_id;
  std::string sid;
  std::string user_id;
  std::string client_id;
  std::int64_t user_epoch = 0;
  Micros auth_time = 0;
  Micros ends_at = 0;
  std::vector<CompletedFactor> completed;
  std::string scope;
};

struct RefreshRecord {
  std::string family_id;
  SessionRecord session;
  Micros family_ends_at = 0;
  std::optional<Micros> used_at;
  Bytes successor_sealed;
  bool revoked = false;
};

enum class KeyState : std::uint8_t { kPending, kActive, kRetired, kRemoved };

struct SigningKeyRecord {
  std::string kid;
  KeyState state = KeyState::kPending;
  Micros created_at = 0;
  Micros retire_at = 0;
  Bytes private_sealed;
};

/// One row of the audit chain (F5). `hash` covers every other member and `prev_hash`.
struct AuditRecord {
  std::int64_t seq = 0;
  Micros at = 0;
  std::string type;
  std::string tenant_id;
  std::string user_id;
  std::string client_id;
  std::string flow_id;
  std::string policy_digest;
  std::string facts_hash;
  std::string facts_json;
  std::string outcome;
  std::string required_text;
  std::string reasons;
  std::string prev_hash;
  std::string hash;
};

}  // namespace gate::server
