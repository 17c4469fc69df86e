#pragma once

#include "server/ports/random.h"
#include "server/store/postgres/connection.h"
#include "server/store/unit_of_work.h"

namespace gate::server::postgres {

/// What the statements need beside a connection. It lives as long as the store.
struct Setting {
  const Secret& key;  ///< seals addresses, pending contacts and messages
  Random& random;
  std::size_t counter_shards = 1;
};

/// The ports over one connection inside an open transaction: READ COMMITTED to write, one snapshot
/// to read. A reader gets only `StoreReads`.
///
/// Every statement decides on the newest committed rows, and locks those that it changes. What a
/// guard compares is locked before, so that no other unit of work changes it until this one ends:
/// the row of the user stands for its methods, its devices and its epochs, and the row of the flow
/// for its challenges. All units of work lock in one order, so that they do not wait in a circle:
/// device, counters, flow, family, user, audit chain. Where one does after all, PostgreSQL ends it
/// and it runs again.
class PostgresUnitOfWork final : public UnitOfWork {
 public:
  enum class Mode : std::uint8_t { kRead, kWrite };
  /// `place` is the place of the connection in the pool: the audit lane, and the first shard of a
  /// hot counter.
  PostgresUnitOfWork(Connection& connection, const Setting& setting, Mode mode, std::size_t place)
      : connection_(connection), setting_(setting), mode_(mode), place_(place) {}

  Result<std::vector<Tenant>> tenants() override;
  Result<std::optional<Tenant>> find_tenant(std::string_view segment) override;
  Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                            std::string_view client_id) override;
  Result<std::optional<Resource>> find_resource(std::string_view tenant_id,
                                                std::string_view audience) override;
  Result<bool> origin_is_listed(std::string_view tenant_id, std::string_view origin) override;
  Result<void> put_tenant(const Tenant& tenant) override;
  Result<void> put_client(const Client& client) override;
  Result<void> put_resource(const Resource& resource) override;

  Result<std::optional<User>> find_user_by_name(std::string_view tenant_id,
                                                std::string_view username) override;
  Result<std::optional<User>> find_user(std::string_view tenant_id,
                                        std::string_view user_id) override;
  Result<std::optional<std::string>> find_password(std::string_view tenant_id,
                                                   std::string_view user_id) override;
  Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                           std::string_view user_id) override;
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

  Result<std::optional<KnownDevice>> find_device(std::string_view tenant_id,
                                                 std::string_view user_id, ByteSpan key_hash,
                                                 std::int64_t user_epoch,
                                                 Micros seen_since) override;
  Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                               std::int64_t max) override;
  Result<void> forget_device(std::string_view tenant_id, std::string_view user_id,
                             std::string_view device_id) override;
  Result<void> raise_device_epoch(std::string_view tenant_id, std::string_view user_id,
                                  std::string_view device_id) override;

  Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                              std::string_view flow_id) override;
  Result<Micros> last_code_at(std::string_view tenant_id, std::string_view flow_id,
                              std::string_view channel_id) override;
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

  Result<std::int64_t> failures_of(std::string_view tenant_id, std::string_view account_key,
                                   Micros since) override;
  Result<std::optional<StoredAnswer>> find_answer(std::string_view tenant_id,
                                                  std::string_view flow_id) override;
  Result<void> keep_answer(const StoredAnswer& answer, Micros since) override;

  Result<ThrottleSetVerdict> take(std::string_view tenant_id, std::span<const ThrottleClaim> claims,
                                  Micros now) override;
  Result<void> succeeded(std::string_view tenant_id, std::string_view key) override;
  Result<void> lift(std::string_view tenant_id, std::string_view account_key) override;

  Result<std::optional<RefreshRecord>> find_refresh(std::string_view tenant_id,
                                                    ByteSpan token_hash) override;
  Result<bool> session_stands(std::string_view tenant_id, std::string_view sid) override;
  Result<bool> family_stands(std::string_view tenant_id, std::string_view family_id,
                             Micros now) override;
  Result<void> create_session(const SessionRecord& session, const std::optional<NewFamily>& family,
                              const SubjectGuard& guard) override;
  Result<void> rotate_refresh(std::string_view tenant_id, const Rotation& rotation,
                              std::int64_t methods_gen, Micros now) override;
  Result<void> confirm_refresh(std::string_view tenant_id, ByteSpan token_hash,
                               std::int64_t methods_gen, Micros now) override;
  Result<void> revoke_family(std::string_view tenant_id, std::string_view family_id) override;

  Result<std::vector<SignInEntry>> sign_ins_of(std::string_view tenant_id, std::string_view user_id,
                                               Micros since) override;
  Result<void> record_sign_in(std::string_view tenant_id, std::string_view user_id,
                              const SignInEntry& entry) override;

  Result<std::vector<SigningKeyRecord>> signing_keys() override;
  Result<void> put_signing_key(const SigningKeyRecord& key) override;

  Result<std::vector<AuditRecord>> read_audit(std::int64_t after, std::size_t limit) override;
  Result<std::optional<AuditHead>> audit_head(const AuditChain& chain) override;
  Result<std::vector<AuditHead>> audit_heads(const AuditChain& after, std::size_t limit) override;
  Result<AuditHead> older_audit_end() override;
  Result<void> append_audit(const AuditRecord& record) override;
  std::size_t audit_lane() const override { return place_; }

  /// Not part of the port: the statements behind members of Store.
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit);
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at);
  Result<std::size_t> sweep(Micros now, std::size_t rows);

 private:
  Result<void> move_methods(std::string_view tenant_id, std::string_view user_id);
  Result<Bytes> seal_text(const std::string& context, std::string_view plain);
  Result<void> queue_message(const ChallengeRecord& challenge, const OutboxMessage& message,
                             Micros now);
  Result<ThrottleVerdict> take_one(std::string_view tenant_id, const ThrottleClaim& claim,
                                   Micros now);
  Result<ThrottleVerdict> take_hot(std::string_view tenant_id, const ThrottleClaim& claim,
                                   Micros now);
  Result<void> forget_counters(std::string_view tenant_id, std::string_view prefix);

  Result<void> lock_subject(const SubjectGuard& guard);
  Result<void> lock_user(std::string_view tenant_id, std::string_view user_id);
  Result<void> lock_flow(std::string_view tenant_id, std::string_view flow_id);
  Result<void> lock_chain(const AuditChain& chain);

  Connection& connection_;
  const Setting& setting_;
  Mode mode_;
  std::size_t place_;
  // What is locked already; most units of work lock one of each.
  std::string user_;
  std::string flow_;
  std::string family_;
  std::string chain_;
};

}  // namespace gate::server::postgres
