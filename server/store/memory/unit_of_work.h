#pragma once

#include "server/store/memory/reads.h"

namespace gate::server {

/// The write ports, on a copy of the state that replaces the state of the store when the unit of
/// work succeeds.
class MemoryUnitOfWork : public MemoryReads<UnitOfWork> {
 public:
  using MemoryReads::MemoryReads;

  Result<void> put_tenant(const Tenant& tenant) override;
  Result<void> put_client(const Client& client) override;
  Result<void> put_resource(const Resource& resource) override;

  Result<void> put_user(const User& user) override;
  Result<void> put_password(std::string_view tenant_id, std::string_view user_id,
                            std::string_view encoded, Micros now) override;
  Result<void> change_password(const SubjectGuard& guard, std::string_view encoded,
                               std::string_view over_channel, Micros now) override;
  Result<void> mark_reset_channel(std::string_view tenant_id, std::string_view user_id,
                                  std::string_view channel_id) override;
  Result<void> evict(const SubjectGuard& holder) override;
  Result<void> rehash_password(const SubjectGuard& guard, std::string_view encoded,
                               Micros now) override;
  Result<void> put_channel(std::string_view tenant_id, std::string_view user_id,
                           const Channel& channel, Micros now) override;
  Result<void> enrol_channel(const SubjectGuard& guard, const Channel& channel,
                             Micros now) override;
  Result<void> set_channel_blocked(std::string_view tenant_id, std::string_view user_id,
                                   std::string_view channel_id, bool blocked) override;
  Result<void> set_raised_risk(std::string_view tenant_id, std::string_view user_id,
                               std::string_view risk) override;
  Result<void> mark_password_leaked(std::string_view tenant_id, std::string_view user_id) override;
  Result<void> raise_epoch(std::string_view tenant_id, std::string_view user_id) override;

  Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                               std::int64_t max) override;
  Result<void> forget_device(std::string_view tenant_id, std::string_view user_id,
                             std::string_view device_id) override;
  Result<void> raise_device_epoch(std::string_view tenant_id, std::string_view user_id,
                                  std::string_view device_id) override;

  Result<void> create_flow(const FlowRecord& flow) override;
  Result<void> advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                            FlowPhase expected_phase,
                            const std::optional<SubjectGuard>& guard) override;
  Result<std::optional<std::int64_t>> count_wrong(std::string_view tenant_id,
                                                  std::string_view flow_id,
                                                  std::int64_t expected_gen, std::int64_t max,
                                                  FlowPhase over) override;
  Result<void> open_challenge(const ChallengeRecord& challenge, const OutboxMessage& message,
                              Micros now) override;
  Result<void> queue_notice(const OutboxMessage& notice, Micros now) override;
  Result<CodeTrial> try_code(std::string_view tenant_id, std::string_view challenge_id,
                             std::string_view flow_id, ByteSpan mac, Micros now) override;

  Result<void> keep_answer(const StoredAnswer& answer, Micros since) override;

  Result<ThrottleSetVerdict> take(std::string_view tenant_id, std::span<const ThrottleClaim> claims,
                                  Micros now) override;
  Result<void> succeeded(std::string_view tenant_id, std::string_view key) override;
  Result<void> lift(std::string_view tenant_id, std::string_view account_key) override;

  Result<void> create_session(const SessionRecord& session, const std::optional<NewFamily>& family,
                              const SubjectGuard& guard) override;
  Result<void> rotate_refresh(std::string_view tenant_id, const Rotation& rotation,
                              std::int64_t methods_gen, Micros now) override;
  Result<void> confirm_refresh(std::string_view tenant_id, ByteSpan token_hash,
                               std::int64_t methods_gen, Micros now) override;
  Result<void> revoke_family(std::string_view tenant_id, std::string_view family_id) override;

  Result<void> record_sign_in(std::string_view tenant_id, std::string_view user_id,
                              const SignInEntry& entry) override;

  Result<void> put_signing_key(const SigningKeyRecord& key) override;
  Result<void> append_audit(const AuditRecord& record) override;

 private:
  [[nodiscard]] bool holds(const SubjectGuard& guard) const;
  [[nodiscard]] bool device_stands(std::string_view tenant_id, std::string_view user_id,
                                   std::string_view device_id, std::int64_t epoch) const;
  /// The user of the family; null: the family was revoked, or its session has other epochs.
  [[nodiscard]] const User* user_of_family(std::string_view tenant_id,
                                           std::string_view family_id) const;
  [[nodiscard]] bool refresh_lives(std::string_view tenant_id, ByteSpan token_hash,
                                   std::int64_t methods_gen, Micros now) const;
  [[nodiscard]] std::optional<UserKey> device_key(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view device_id) const;
  void methods_changed(std::string_view tenant_id, std::string_view user_id);
  /// True if the row is new or has changed.
  bool keep_channel(std::string_view tenant_id, std::string_view user_id, const Channel& channel,
                    bool take_preferred);
  void erase_counters(std::string_view tenant_id, const std::string& prefix);
  ThrottleVerdict take_one(const Key& key, const ThrottleRule& rule, Micros now);
};

/// The error of a guarded statement that changed nothing.
[[nodiscard]] Error conflict(const char* what);

}  // namespace gate::server
