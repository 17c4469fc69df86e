#include "server/store/sqlite/sqlite_store.h"

#include <future>

#include "server/crypto/aead.h"
#include "server/store/sqlite/migrations.h"

namespace gate::server {
namespace {

const Sql kBeginRead("BEGIN DEFERRED");
const Sql kBeginWrite("BEGIN IMMEDIATE");
const Sql kCommit("COMMIT");
const Sql kRollback("ROLLBACK");
const Sql kBeginOne("SAVEPOINT one");
const Sql kUndoOne("ROLLBACK TO one");
const Sql kEndOne("RELEASE one");

}  // namespace

/// One waiting unit of work. It is on the stack of its caller until `finished` is set.
struct SqliteStore::Job {
  const std::function<Result<void>(SqliteUnitOfWork&)>* work = nullptr;
  Result<void> outcome;
  std::promise<void> finished;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Secret key,
                                                       Random& random,
                                                       const SqliteOptions& options) {
  GATE_CHECK(key.size() == kAeadKeyBytes, "the store key has 32 bytes");
  GATE_CHECK(options.counter_shards > 0, "a counter is kept in one row at least");
  GATE_TRY(std::unique_ptr<Connection> connection,
           Connection::open(path, Connection::Mode::kReadWrite));
  if (options.keep_schema) {
    GATE_TRY(const bool newest, has_newest_schema(*connection));
    if (!newest) {
      return Error{ErrorCode::kConflict, "the store has the schema of another version"};
    }
  }
  GATE_TRY_VOID(migrate(*connection, key, options.opens, options.on_unchecked_key));
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(path, std::move(key), random, options.counter_shards, std::move(connection)));
  store->writer_ = std::thread([raw = store.get()] { raw->write_loop(); });
  return store;
}

SqliteStore::SqliteStore(std::string path, Secret key, Random& random, std::size_t counter_shards,
                         std::unique_ptr<Connection> writer_connection)
    : path_(std::move(path)),
      key_(std::move(key)),
      setting_{key_, random, counter_shards},
      writer_connection_(std::move(writer_connection)) {}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  if (writer_.joinable()) {
    writer_.join();
  }
}

Result<std::unique_ptr<Connection>> SqliteStore::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return connection;
    }
  }
  return Connection::open(path_, Connection::Mode::kReadOnly);
}

Result<void> SqliteStore::read(const Look& look) {
  GATE_TRY(std::unique_ptr<Connection> connection, borrow_reader());
  GATE_TRY_VOID(connection->run(kBeginRead));
  SqliteUnitOfWork reads(*connection, setting_, 0);
  Result<void> outcome = look(reads);
  // A connection whose snapshot cannot be ended is closed and not reused.
  GATE_TRY_VOID(connection->run(kCommit));
  const std::lock_guard lock(readers_mutex_);
  idle_readers_.push_back(std::move(connection));
  return outcome;
}

Result<void> SqliteStore::write(const Work& work) {
  return write_own([&work](SqliteUnitOfWork& unit) { return work(unit); });
}

Result<void> SqliteStore::write_own(const std::function<Result<void>(SqliteUnitOfWork&)>& work) {
  Job job;
  job.work = &work;
  std::future<void> finished = job.finished.get_future();
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_ || queue_.size() >= kQueueMax) {
      return Error{ErrorCode::kUnavailable, "the store takes no more writes now"};
    }
    queue_.push_back(&job);
  }
  queue_changed_.notify_one();
  finished.wait();
  return std::move(job.outcome);
}

void SqliteStore::write_loop() {
  std::deque<Job*> batch;
  while (true) {
    {
      std::unique_lock lock(queue_mutex_);
      queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) {
        return;  // stopping, and the queue is empty
      }
      while (!queue_.empty() && batch.size() < kBatchMax) {
        batch.push_back(queue_.front());
        queue_.pop_front();
      }
    }
    if (const auto committed = run_batch(batch); !committed) {
      // Nothing of the batch is on disk, so all of its jobs fail. SQLite may have rolled it back
      // already, so the result of this rollback is ignored.
      static_cast<void>(writer_connection_->run(kRollback));
      for (Job* job : batch) {
        if (job->outcome) {
          job->outcome = committed.error();
        }
      }
    }
    for (Job* job : batch) {
      job->finished.set_value();
    }
    batch.clear();
  }
}

Result<void> SqliteStore::run_batch(const std::deque<Job*>& batch) {
  GATE_TRY_VOID(writer_connection_->run(kBeginWrite));
  for (Job* job : batch) {
    GATE_TRY_VOID(run_job(*job));
  }
  return writer_connection_->run(kCommit);
}

/// An Error means that the batch cannot continue. The result of the job itself is its `outcome`.
Result<void> SqliteStore::run_job(Job& job) {
  GATE_TRY_VOID(writer_connection_->run(kBeginOne));
  SqliteUnitOfWork unit(*writer_connection_, setting_, turn_++);
  job.outcome = (*job.work)(unit);
  if (!job.outcome) {
    GATE_TRY_VOID(writer_connection_->run(kUndoOne));
  }
  return writer_connection_->run(kEndOne);
}

Result<std::vector<OutboxMessage>> SqliteStore::claim_outbox(Micros now, std::size_t limit) {
  std::vector<OutboxMessage> messages;
  GATE_TRY_VOID(write_own([&](SqliteUnitOfWork& unit) -> Result<void> {
    GATE_TRY(messages, unit.claim_outbox(now, limit));
    return {};
  }));
  return messages;
}

Result<void> SqliteStore::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                        Micros retry_at) {
  return write_own(
      [&](SqliteUnitOfWork& unit) { return unit.finish_outbox(seq, outcome, retry_at); });
}

Result<std::size_t> SqliteStore::sweep(Micros now, std::size_t rows) {
  std::size_t gone = 0;
  GATE_TRY_VOID(write_own([&](SqliteUnitOfWork& unit) -> Result<void> {
    GATE_TRY(gone, unit.sweep(now, rows));
    return {};
  }));
  return gone;
}

}  // namespace gate::server
