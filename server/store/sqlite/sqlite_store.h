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
#include "server/store/sqlite/unit_of_work.h"
#include "server/store/store.h"

namespace gate::server {

struct SqliteOptions {
  /// In how many rows a counter is kept that many requests count at once (T7). One: there is one
  /// writer here, so that a second row would only be added up.
  std::size_t counter_shards = 1;
  /// Helps to tell whether the key is the file's own, in a file of before version 3.
  OpensSigningKey opens;
};

/// The store in one SQLite file: WAL, synchronous=FULL, one writer thread that commits up to
/// `kBatchMax` units of work together, each in a SAVEPOINT of its own (T8). Callers wait for the
/// commit that carries theirs, so an answer is never ahead of the disk (T2). Each connection is
/// used by one thread at a time, and SQLite's own locks are off.
class SqliteStore final : public Store {
 public:
  static constexpr std::size_t kBatchMax = 256;
  /// More writers than this waiting: the next is told kUnavailable instead of queueing up.
  static constexpr std::size_t kQueueMax = 16'384;

  /// Opens or creates the file (mode 0600) and its tables. `key` (32 bytes) seals addresses and
  /// unsent messages. kDenied: the file was written with another key, and nothing in it is changed.
  /// kConflict: a later version of gated wrote it. `random` must outlive the store.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                                 Secret key, Random& random,
                                                                 const SqliteOptions& options = {});
  ~SqliteStore() override;

  Result<void> read(const Look& look) override;
  Result<void> write(const Work& work) override;
  Result<std::size_t> sweep(Micros now, std::size_t rows) override;
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit) override;
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override;

 private:
  struct Job;
  SqliteStore(std::string path, Secret key, Random& random, std::size_t counter_shards,
              std::unique_ptr<Connection> writer_connection);
  Result<void> write_own(const std::function<Result<void>(SqliteUnitOfWork&)>& work);
  void write_loop();
  Result<void> run_batch(const std::deque<Job*>& batch);
  Result<void> run_job(Job& job);
  Result<std::unique_ptr<Connection>> borrow_reader();

  const std::string path_;
  const Secret key_;
  const SqliteSetting setting_;
  std::unique_ptr<Connection> writer_connection_;
  std::size_t turn_ = 0;  // of the writer thread

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Job*> queue_;
  bool stopping_ = false;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;

  std::thread writer_;  // last: runs while everything above lives
};

}  // namespace gate::server
