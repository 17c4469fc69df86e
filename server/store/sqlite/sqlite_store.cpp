#include "server/store/sqlite/sqlite_store.h"

#include <future>

#include "server/store/sqlite/reads.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/transaction.h"

namespace gate::server {

/// One waiting transaction. Lives on the stack of its caller until `finished` is set.
struct SqliteStore::Job {
  const Work* work = nullptr;
  Result<void> outcome;
  std::promise<void> finished;
};

/// A read-only connection taken from the pool for one call.
class SqliteStore::Reader {
 public:
  Reader(SqliteStore& store, std::unique_ptr<Connection> connection)
      : store_(&store), connection_(std::move(connection)) {}
  Reader(Reader&& other) noexcept = default;
  Reader& operator=(Reader&&) = delete;
  ~Reader() {
    if (connection_) {
      const std::lock_guard lock(store_->readers_mutex_);
      store_->idle_readers_.push_back(std::move(connection_));
    }
  }
  [[nodiscard]] SqliteReads<StoreReader> reads() const { return {*connection_, store_->key_}; }

 private:
  SqliteStore* store_;
  std::unique_ptr<Connection> connection_;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Secret key,
                                                       Random& random,
                                                       const OpensSigningKey& opens) {
  GATE_CHECK(key.size() == kAeadKeyBytes, "the store key has 32 bytes");
  GATE_TRY(std::unique_ptr<Connection> connection,
           Connection::open(path, Connection::Mode::kReadWrite));
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(path, std::move(key), random, std::move(connection)));
  GATE_TRY_VOID(store->create_tables(opens));
  store->writer_ = std::thread([raw = store.get()] { raw->write_loop(); });
  return store;
}

SqliteStore::SqliteStore(std::string path, Secret key, Random& random,
                         std::unique_ptr<Connection> writer_connection)
    : path_(std::move(path)),
      key_(std::move(key)),
      random_(random),
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

Result<void> SqliteStore::create_tables(const OpensSigningKey& opens) {
  // IMMEDIATE: two processes that start at once must not both find an empty file.
  GATE_TRY_VOID(writer_connection_->run("BEGIN IMMEDIATE"));
  std::int64_t version = 0;
  {
    Query query(*writer_connection_, "PRAGMA user_version");
    if (query.next()) {
      version = query.integer(0);
    }
    GATE_TRY_VOID(query.done());
  }
  if (version < 0 || version > kSchemaVersion) {
    return Error{ErrorCode::kConflict, "the store was written by another version of gated"};
  }
  // Before anything is written: what a wrong key seals or hashes, the right one cannot read.
  if (version >= 3) {
    GATE_TRY_VOID(compare_key_check(*writer_connection_, key_));
  } else if (version >= 1) {
    GATE_TRY_VOID(compare_sealed_values(*writer_connection_, key_, opens));
  }
  if (version < 1) {
    GATE_TRY_VOID(writer_connection_->run(kSchemaOne));
  }
  if (version < 2) {
    GATE_TRY_VOID(writer_connection_->run(kSchemaTwo));
  }
  if (version < 3) {
    GATE_TRY_VOID(writer_connection_->run(kSchemaThree));
    GATE_TRY_VOID(write_key_check(*writer_connection_, key_));
    GATE_TRY_VOID(writer_connection_->run("PRAGMA user_version = 3"));
    static_assert(kSchemaVersion == 3, "the line above names the version");
  }
  return writer_connection_->run("COMMIT");
}

Result<void> SqliteStore::transact(const Work& work) {
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
        return;  // stopping, and nobody waits any more
      }
      while (!queue_.empty() && batch.size() < kBatchMax) {
        batch.push_back(queue_.front());
        queue_.pop_front();
      }
    }
    commit_batch(batch);
    for (Job* job : batch) {
      job->finished.set_value();
    }
    batch.clear();
  }
}

void SqliteStore::commit_batch(std::deque<Job*>& batch) {
  const auto fail_all = [&batch](const Error& error) {
    for (Job* job : batch) {
      if (job->outcome) {
        job->outcome = error;
      }
    }
  };
  if (auto begun = writer_connection_->run("BEGIN IMMEDIATE"); !begun) {
    fail_all(begun.error());
    return;
  }
  for (Job* job : batch) {
    if (auto set = writer_connection_->run("SAVEPOINT one"); !set) {
      job->outcome = std::move(set);
      continue;
    }
    SqliteTransaction transaction(*writer_connection_, key_, random_);
    job->outcome = (*job->work)(transaction);
    if (!job->outcome) {
      // If the rollback itself fails, the whole batch must not be committed.
      if (auto undone = writer_connection_->run("ROLLBACK TO one"); !undone) {
        fail_all(undone.error());
        static_cast<void>(writer_connection_->run("ROLLBACK"));
        return;
      }
    }
    if (auto released = writer_connection_->run("RELEASE one"); !released) {
      fail_all(released.error());
      static_cast<void>(writer_connection_->run("ROLLBACK"));
      return;
    }
  }
  if (auto committed = writer_connection_->run("COMMIT"); !committed) {
    fail_all(committed.error());
    static_cast<void>(writer_connection_->run("ROLLBACK"));
  }
}

Result<SqliteStore::Reader> SqliteStore::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return Reader(*this, std::move(connection));
    }
  }
  GATE_TRY(std::unique_ptr<Connection> connection,
           Connection::open(path_, Connection::Mode::kReadOnly));
  return Reader(*this, std::move(connection));
}

Result<void> SqliteStore::provision(const Provisioning& wanted) {
  return transact([&wanted](Transaction& transaction) {
    return static_cast<SqliteTransaction&>(transaction).apply(wanted);
  });
}

Result<std::vector<OutboxMessage>> SqliteStore::claim_outbox(Micros now, std::size_t limit) {
  std::vector<OutboxMessage> messages;
  GATE_TRY_VOID(transact([&](Transaction& transaction) -> Result<void> {
    GATE_TRY(messages, static_cast<SqliteTransaction&>(transaction).claim_outbox(now, limit));
    return {};
  }));
  return messages;
}

Result<void> SqliteStore::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                        Micros retry_at) {
  return transact([&](Transaction& transaction) {
    return static_cast<SqliteTransaction&>(transaction).finish_outbox(seq, outcome, retry_at);
  });
}

Result<std::optional<Tenant>> SqliteStore::find_tenant(std::string_view segment) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_tenant(segment);
}
Result<std::optional<Client>> SqliteStore::find_client(std::string_view tenant_id,
                                                       std::string_view client_id) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_client(tenant_id, client_id);
}
Result<bool> SqliteStore::origin_is_listed(std::string_view tenant_id, std::string_view origin) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().origin_is_listed(tenant_id, origin);
}
Result<std::optional<User>> SqliteStore::find_user_by_name(std::string_view tenant_id,
                                                           std::string_view username) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_user_by_name(tenant_id, username);
}
Result<std::optional<User>> SqliteStore::find_user(std::string_view tenant_id,
                                                   std::string_view user_id) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_user(tenant_id, user_id);
}
Result<std::optional<std::string>> SqliteStore::find_password(std::string_view tenant_id,
                                                              std::string_view user_id) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_password(tenant_id, user_id);
}
Result<std::vector<Channel>> SqliteStore::channels_of(std::string_view tenant_id,
                                                      std::string_view user_id) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().channels_of(tenant_id, user_id);
}
Result<std::optional<FlowRecord>> SqliteStore::find_flow(std::string_view tenant_id,
                                                         std::string_view flow_id) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_flow(tenant_id, flow_id);
}
Result<std::optional<RefreshRecord>> SqliteStore::find_refresh(std::string_view tenant_id,
                                                               ByteSpan token_hash) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_refresh(tenant_id, token_hash);
}
Result<std::optional<std::string>> SqliteStore::find_known_device(std::string_view tenant_id,
                                                                  std::string_view user_id,
                                                                  ByteSpan key_hash,
                                                                  std::int64_t user_epoch,
                                                                  Micros seen_since) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().find_known_device(tenant_id, user_id, key_hash, user_epoch, seen_since);
}
Result<std::vector<SigningKeyRecord>> SqliteStore::signing_keys() {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().signing_keys();
}
Result<std::vector<AuditRecord>> SqliteStore::read_audit(std::int64_t after, std::size_t limit) {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().read_audit(after, limit);
}
Result<std::optional<AuditRecord>> SqliteStore::audit_head() {
  GATE_TRY(const Reader reader, borrow_reader());
  return reader.reads().audit_head();
}

}  // namespace gate::server
