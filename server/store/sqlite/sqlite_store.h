#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "server/crypto/secret.h"
#include "server/ports/random.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/key_check.h"
#include "server/store/store.h"

namespace gate::server {

/// The store in one SQLite file: WAL, synchronous=FULL, one writer thread that commits up to
/// `kBatchMax` transactions together, each in a SAVEPOINT of its own (T8). Callers wait for the
/// commit that carries theirs, so an answer is never ahead of the disk (T2).
class SqliteStore final : public Store {
 public:
  static constexpr std::size_t kBatchMax = 256;
  /// More writers than this waiting: the next is told kUnavailable instead of queueing up.
  static constexpr std::size_t kQueueMax = 16'384;

  /// Opens or creates the file (mode 0600) and its tables. `key` (32 bytes) seals addresses and
  /// unsent messages. A file that was written with another key is kDenied, and nothing in it is
  /// changed; `opens` helps to tell in a file of before version 3. `random` must outlive the store.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                                 Secret key, Random& random,
                                                                 const OpensSigningKey& opens = {});
  ~SqliteStore() override;

  Result<void> transact(const Work& work) override;
  Result<void> provision(const Provisioning& wanted) override;
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit) override;
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override;

  Result<std::optional<Tenant>> find_tenant(std::string_view segment) override;
  Result<std::optional<Client>> find_client(std::string_view tenant_id,
                                            std::string_view client_id) override;
  Result<bool> origin_is_listed(std::string_view tenant_id, std::string_view origin) override;
  Result<std::optional<User>> find_user_by_name(std::string_view tenant_id,
                                                std::string_view username) override;
  Result<std::optional<User>> find_user(std::string_view tenant_id,
                                        std::string_view user_id) override;
  Result<std::optional<std::string>> find_password(std::string_view tenant_id,
                                                   std::string_view user_id) override;
  Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                           std::string_view user_id) override;
  Result<std::optional<FlowRecord>> find_flow(std::string_view tenant_id,
                                              std::string_view flow_id) override;
  Result<std::optional<RefreshRecord>> find_refresh(std::string_view tenant_id,
                                                    ByteSpan token_hash) override;
  Result<std::optional<std::string>> find_known_device(std::string_view tenant_id,
                                                       std::string_view user_id, ByteSpan key_hash,
                                                       std::int64_t user_epoch,
                                                       Micros seen_since) override;
  Result<std::vector<SigningKeyRecord>> signing_keys() override;
  Result<std::vector<AuditRecord>> read_audit(std::int64_t after, std::size_t limit) override;
  Result<std::optional<AuditRecord>> audit_head() override;

 private:
  struct Job;
  class Reader;
  SqliteStore(std::string path, Secret key, Random& random,
              std::unique_ptr<Connection> writer_connection);
  Result<void> create_tables(const OpensSigningKey& opens);
  void write_loop();
  void commit_batch(std::deque<Job*>& batch);
  Result<Reader> borrow_reader();

  const std::string path_;
  const Secret key_;
  Random& random_;
  std::unique_ptr<Connection> writer_connection_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Job*> queue_;
  bool stopping_ = false;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;

  std::thread writer_;  // last: runs while everything above lives
};

}  // namespace gate::server
