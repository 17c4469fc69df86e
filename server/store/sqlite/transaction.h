#pragma once

#include "server/ports/random.h"
#include "server/store/sqlite/reads.h"

namespace gate::server {

/// The writes of the port inside the writer's open SAVEPOINT. Lives on the writer thread.
class SqliteTransaction final : public SqliteReads<Transaction> {
 public:
  SqliteTransaction(Connection& connection, const Secret& key, Random& random)
      : SqliteReads(connection, key), random_(random) {}

  Result<void> create_flow(const FlowRecord& flow, Micros now) override;
  Result<bool> advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                            FlowPhase expected_phase) override;
  Result<std::optional<std::int64_t>> count_wrong(std::string_view tenant_id,
                                                  std::string_view flow_id,
                                                  std::int64_t max) override;
  Result<void> open_challenge(const ChallengeRecord& challenge, const OutboxMessage* message,
                              Micros now) override;
  Result<CodeTrial> try_code(std::string_view tenant_id, std::string_view challenge_id,
                             std::string_view flow_id, ByteSpan mac, Micros now) override;
  Result<ThrottleVerdict> throttle_take(std::string_view tenant_id, std::string_view key,
                                        const ThrottleRule& rule, Micros now) override;
  Result<ThrottleSetVerdict> throttle_take_all(std::string_view tenant_id,
                                               std::span<const ThrottleClaim> claims,
                                               Micros now) override;
  Result<void> throttle_succeeded(std::string_view tenant_id, std::string_view key) override;
  Result<void> lift_limits(std::string_view tenant_id, std::string_view account_key) override;
  Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                               std::int64_t max) override;
  Result<void> forget_device(std::string_view tenant_id, std::string_view user_id,
                             std::string_view device_id) override;
  Result<void> add_channel(std::string_view tenant_id, std::string_view user_id,
                           const Channel& channel, Micros now) override;
  Result<void> set_channel_blocked(std::string_view tenant_id, std::string_view channel_id,
                                   bool blocked) override;
  Result<void> set_password(std::string_view tenant_id, std::string_view user_id,
                            std::string_view encoded, Micros now) override;
  Result<void> raise_epoch(std::string_view tenant_id, std::string_view user_id) override;
  Result<void> create_session(const SessionRecord& session, std::string_view family_id,
                              ByteSpan token_hash, Micros family_ends_at) override;
  Result<bool> rotate_refresh(std::string_view tenant_id, ByteSpan token_hash, ByteSpan next_hash,
                              ByteSpan successor_sealed, Micros now) override;
  Result<void> revoke_family(std::string_view tenant_id, std::string_view family_id) override;
  Result<void> put_signing_key(const SigningKeyRecord& key) override;
  Result<void> append_audit(const AuditRecord& record) override;

  /// Not of the port: what `Store::provision` and the outbox calls are made of.
  Result<void> apply(const Provisioning& wanted);
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit);
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at);

 private:
  Result<Bytes> seal_addresses(const FlowRecord& flow);
  Result<void> sweep(Micros now);
  Result<void> apply_tenant(const Provisioning::Tenant& tenant);
  Result<void> apply_client(const Provisioning::Client& client);
  Result<void> apply_user(const Provisioning::User& user);
  Result<void> apply_channel(const Provisioning::User& user, const Provisioning::Channel& channel);

  Random& random_;
};

}  // namespace gate::server
