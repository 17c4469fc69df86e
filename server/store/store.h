#pragma once

#include <functional>
#include <gate/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/records.h"

/// The store port. Implementations: server/store/sqlite. Every implementation passes the contract
/// suite in `store_contract_test.cpp`.
namespace gate::server {

/// Reads. On a Store they see the latest commit; on a Transaction also what it has written so far.
class StoreReader {
 public:
  StoreReader() = default;
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;
  virtual ~StoreReader() = default;

  /// By id or by domain, as either may stand in the path.
  [[nodiscard]] virtual Result<std::optional<Tenant>> find_tenant(std::string_view segment) = 0;
  [[nodiscard]] virtual Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                                                  std::string_view client_id) = 0;
  /// True if any client of the tenant lists the origin (a preflight names no client).
  [[nodiscard]] virtual Result<bool> origin_is_listed(std::string_view tenant_id,
                                                      std::string_view origin) = 0;
  /// `username` as `normalize_username` gives it.
  [[nodiscard]] virtual Result<std::optional<User>> find_user_by_name(
      std::string_view tenant_id, std::string_view username) = 0;
  [[nodiscard]] virtual Result<std::optional<User>> find_user(std::string_view tenant_id,
                                                              std::string_view user_id) = 0;
  /// The argon2 string; nothing when the user has no password.
  [[nodiscard]] virtual Result<std::optional<std::string>> find_password(
      std::string_view tenant_id, std::string_view user_id) = 0;
  /// Preferred first, then by id.
  [[nodiscard]] virtual Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                                                 std::string_view user_id) = 0;
  [[nodiscard]] virtual Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                                                    std::string_view flow_id) = 0;
  [[nodiscard]] virtual Result<std::optional<RefreshRecord>> find_refresh(
      std::string_view tenant_id, ByteSpan token_hash) = 0;
  /// The id of the device with this hash, if it became known under `user_epoch` and was last seen
  /// at `seen_since` or later.
  [[nodiscard]] virtual Result<std::optional<std::string>> find_known_device(
      std::string_view tenant_id, std::string_view user_id, ByteSpan key_hash,
      std::int64_t user_epoch, Micros seen_since) = 0;
  [[nodiscard]] virtual Result<std::vector<SigningKeyRecord>> signing_keys() = 0;
  /// Up to `limit` rows with seq > `after`, oldest first.
  [[nodiscard]] virtual Result<std::vector<AuditRecord>> read_audit(std::int64_t after,
                                                                    std::size_t limit) = 0;
  /// The newest row, which the next one has to be chained to.
  [[nodiscard]] virtual Result<std::optional<AuditRecord>> audit_head() = 0;
};

/// Writes, each one decisive statement: its guard is in its WHERE clause, its outcome is what it
/// reports (T1). Valid only inside the function given to `Store::transact`.
class Transaction : public StoreReader {
 public:
  /// Also sweeps a few flows and challenges that ended long ago, so that tables stay small.
  [[nodiscard]] virtual Result<void> create_flow(const FlowRecord& flow, Micros now) = 0;
  /// Compare-and-set: writes `next` if the stored flow still has `expected_gen` and
  /// `expected_phase`. Sets gen to expected_gen + 1. False: somebody else was first (T3).
  [[nodiscard]] virtual Result<bool> advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                                                  FlowPhase expected_phase) = 0;
  /// Adds one wrong try to a live flow; at `max` the flow is expired in the same statement (B2).
  /// The new total, or nothing if the flow is not live.
  [[nodiscard]] virtual Result<std::optional<std::int64_t>> count_wrong(std::string_view tenant_id,
                                                                        std::string_view flow_id,
                                                                        std::int64_t max) = 0;

  /// Makes `challenge` the only live one of its flow: earlier ones die, and their messages that
  /// were not sent yet are dropped (A7). A message that is not to be delivered costs the same
  /// writes (C6); `message` null: none at all.
  [[nodiscard]] virtual Result<void> open_challenge(const ChallengeRecord& challenge,
                                                    const OutboxMessage* message, Micros now) = 0;
  /// Evaluates one code (T1, A4): increments, compares, consumes or kills in one statement.
  [[nodiscard]] virtual Result<CodeTrial> try_code(std::string_view tenant_id,
                                                   std::string_view challenge_id,
                                                   std::string_view flow_id, ByteSpan mac,
                                                   Micros now) = 0;

  /// Counts one use of `key` if the rule admits it. A refused use is not counted.
  [[nodiscard]] virtual Result<ThrottleVerdict> throttle_take(std::string_view tenant_id,
                                                              std::string_view key,
                                                              const ThrottleRule& rule,
                                                              Micros now) = 0;
  /// Counts one use of every claim's key if all the rules admit it, and of none otherwise: a use
  /// that one limit refuses is no use of the others.
  [[nodiscard]] virtual Result<ThrottleSetVerdict> throttle_take_all(
      std::string_view tenant_id, std::span<const ThrottleClaim> claims, Micros now) = 0;
  /// Success of a use that was counted: the row of failures ends, delays are lifted, and the window
  /// counts one less, so that it limits failures alone (B6).
  [[nodiscard]] virtual Result<void> throttle_succeeded(std::string_view tenant_id,
                                                        std::string_view key) = 0;

  /// Forgets the failures of an account, of its password and of every code: the hard stop of B3
  /// ends by success, or by an operator who knows that it was not the owner.
  [[nodiscard]] virtual Result<void> lift_limits(std::string_view tenant_id,
                                                 std::string_view account_key) = 0;

  /// Makes the device known, or notes that it was seen again; a device that still is known keeps
  /// its id and with it its count of tries. Forgets the user's devices of another epoch, those not
  /// seen since `seen_since`, and of the others the longest unseen beyond `max`.
  [[nodiscard]] virtual Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                                                     std::int64_t max) = 0;
  /// The device is none of the user's any more, and nothing is counted on it: the rows of
  /// `throttle_take` whose key begins with `device_throttle_prefix` end with it.
  [[nodiscard]] virtual Result<void> forget_device(std::string_view tenant_id,
                                                   std::string_view user_id,
                                                   std::string_view device_id) = 0;

  /// Adds the channel, or takes over `verified` where the user has it already; a block stays.
  [[nodiscard]] virtual Result<void> add_channel(std::string_view tenant_id,
                                                 std::string_view user_id, const Channel& channel,
                                                 Micros now) = 0;
  [[nodiscard]] virtual Result<void> set_channel_blocked(std::string_view tenant_id,
                                                         std::string_view channel_id,
                                                         bool blocked) = 0;
  [[nodiscard]] virtual Result<void> set_password(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view encoded, Micros now) = 0;
  /// Everything that the user holds dies: flows, sessions and refresh tokens compare epochs.
  [[nodiscard]] virtual Result<void> raise_epoch(std::string_view tenant_id,
                                                 std::string_view user_id) = 0;

  /// `family_id` empty: a session without refresh tokens.
  [[nodiscard]] virtual Result<void> create_session(const SessionRecord& session,
                                                    std::string_view family_id, ByteSpan token_hash,
                                                    Micros family_ends_at) = 0;
  /// Uses up `token_hash` and adds its successor, if it was unused and its family lives (E3).
  /// Sweeps like `create_flow`.
  [[nodiscard]] virtual Result<bool> rotate_refresh(std::string_view tenant_id, ByteSpan token_hash,
                                                    ByteSpan next_hash, ByteSpan successor_sealed,
                                                    Micros now) = 0;
  [[nodiscard]] virtual Result<void> revoke_family(std::string_view tenant_id,
                                                   std::string_view family_id) = 0;

  [[nodiscard]] virtual Result<void> put_signing_key(const SigningKeyRecord& key) = 0;
  [[nodiscard]] virtual Result<void> append_audit(const AuditRecord& record) = 0;
};

/// A durable store. All members may be called from any thread; writes block until they are on disk.
class Store : public StoreReader {
 public:
  using Work = std::function<Result<void>(Transaction&)>;

  /// Runs `work` alone and durably (T2): when this returns success, everything that `work` wrote is
  /// on disk; when it returns an Error, nothing is. `work` must not block or call the Store, and
  /// may be run again after a conflict, so it must assign its results, not accumulate them.
  [[nodiscard]] virtual Result<void> transact(const Work& work) = 0;

  /// Applies all of it or nothing. kInvalidArgument with the place when it contradicts itself or
  /// what is stored.
  [[nodiscard]] virtual Result<void> provision(const Provisioning& wanted) = 0;

  /// Takes up to `limit` messages that are due, for this caller alone, for `kOutboxLease`. Mail
  /// whose lease ran out is due again (at least once); an SMS whose lease ran out becomes unknown
  /// and is never sent again (at most once, T5). Messages of dead or expired challenges are
  /// dropped.
  [[nodiscard]] virtual Result<std::vector<OutboxMessage>> claim_outbox(Micros now,
                                                                        std::size_t limit) = 0;
  /// Reports what became of a claimed message. `retry_at` is looked at when the outcome leads to
  /// another try.
  [[nodiscard]] virtual Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                                   Micros retry_at) = 0;
};

/// What the key of everything that is counted on a known device begins with.
[[nodiscard]] inline std::string device_throttle_prefix(std::string_view device_id) {
  return std::string("device:").append(device_id).append(":");
}

/// How long a claimed message belongs to its claimer.
inline constexpr Micros kOutboxLease = 60 * kMicrosPerSecond;

}  // namespace gate::server
