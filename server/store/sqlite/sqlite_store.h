#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
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
  /// The number of rows of a hot counter (T7). One is enough: this store has one writer, so more
  /// rows would only have to be added up.
  std::size_t counter_shards = 1;
  /// Tests the key of a file before version 3, which has no key check.
  OpensSigningKey opens;
  /// Called when such a file holds passwords and nothing that shows whether the key is theirs. Its
  /// error refuses the file; otherwise the store has the key check of this key from then on.
  std::function<Result<void>()> on_unchecked_key;
  /// kConflict for a file of an older version, which is then not changed.
  bool keep_schema = false;
};

/// The store in one SQLite file: WAL, synchronous=FULL, one writer thread that commits up to
/// `kBatchMax` units of work together, each in a SAVEPOINT of its own (T8). Callers wait for the
/// commit of their unit of work, so an answer is never sent before the data is on disk (T2). Each
/// connection is used by one thread at a time; SQLite's own locks are off.
class SqliteStore final : public Store {
 public:
  static constexpr std::size_t kBatchMax = 256;
  /// When this many units of work wait, the next one gets kUnavailable.
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
  std::size_t turn_ = 0;  // used by the writer thread only

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Job*> queue_;
  bool stopping_ = false;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;

  std::thread writer_;  // last: it uses everything above
};

}  // namespace gate::server
