#include "server/store/postgres/postgres_store.h"

#include <chrono>
#include <thread>

#include "server/crypto/aead.h"
#include "server/store/postgres/migrations.h"

namespace gate::server {

using postgres::Connection;
using postgres::Ending;
using postgres::Failure;
using postgres::Pool;
using postgres::PostgresUnitOfWork;
using postgres::Query;
using postgres::Sql;

namespace {

// A server that restarts is back within seconds; a request does not wait longer.
constexpr auto kPause = std::chrono::milliseconds(10);
constexpr int kStatusQuestionsMax = 200;

const Sql kStatus("SELECT pg_xact_status(CAST($1 AS xid8))");

/// Longer each time, so that two units of work do not meet again.
void pause_before(int attempt) {
  std::this_thread::sleep_for(kPause * (attempt - 1) * attempt / 2);
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& url, Secret key,
                                                           Random& random,
                                                           const PostgresOptions& options) {
  GATE_CHECK(key.size() == kAeadKeyBytes, "the store key has 32 bytes");
  GATE_CHECK(options.counter_shards > 0, "a counter is kept in one row at least");
  GATE_CHECK(options.connections > 0, "the store needs a connection");
  std::unique_ptr<PostgresStore> store(new PostgresStore(url, std::move(key), random, options));
  Result<void> migrated;
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    pause_before(attempt);
    GATE_TRY(Pool::Loan connection, store->pool_.borrow());
    migrated = options.keep_schema ? postgres::check_newest(*connection, store->key_)
                                   : postgres::migrate(*connection, store->key_);
    if (connection->failure() != Failure::kLost) {
      break;
    }
    connection.close();  // a migration that was committed all the same is found by the next attempt
  }
  GATE_TRY_VOID(migrated);
  return store;
}

Result<bool> PostgresStore::is_there(const std::string& url) {
  GATE_TRY(const std::unique_ptr<Connection> connection, Connection::open(url));
  return postgres::has_tables(*connection);
}

PostgresStore::PostgresStore(const std::string& url, Secret key, Random& random,
                             const PostgresOptions& options)
    : key_(std::move(key)),
      setting_{key_, random, options.counter_shards},
      pool_(url, options.connections) {}

Result<void> PostgresStore::run(const std::function<Next(Result<void>&)>& once) {
  Result<void> outcome;
  int unreachable = 0;
  for (int attempt = 1; attempt <= kAttemptsMax && unreachable < kConnectsMax; ++attempt) {
    pause_before(attempt);
    const Next next = once(outcome);
    if (next == Next::kDone) {
      break;
    }
    unreachable += next == Next::kUnreachable ? 1 : 0;
  }
  return outcome;
}

Result<void> PostgresStore::read(const Look& look) {
  return run([&](Result<void>& outcome) { return read_once(look, outcome); });
}

PostgresStore::Next PostgresStore::read_once(const Look& look, Result<void>& outcome) {
  auto loan = pool_.borrow();
  if (!loan) {
    outcome = std::move(loan).error();
    return Next::kUnreachable;
  }
  Connection& connection = **loan;
  if (const auto begun = connection.begin_read(); begun) {
    PostgresUnitOfWork reads(connection, setting_, PostgresUnitOfWork::Mode::kRead, 0);
    outcome = look(reads);
    // What was read is one snapshot, however its transaction ends.
    if (connection.failure() == Failure::kNone) {
      if (connection.commit() != Ending::kCommitted) {
        loan->close();
      }
      return Next::kDone;
    }
  }
  outcome = connection.error();
  const bool again =
      connection.failure() == Failure::kLost || connection.failure() == Failure::kRetry;
  if (!connection.undo()) {
    loan->close();
  }
  return again ? Next::kAgain : Next::kDone;
}

Result<void> PostgresStore::write(const Work& work) {
  return write_own([&work](PostgresUnitOfWork& unit) { return work(unit); });
}

Result<void> PostgresStore::write_own(const OwnWork& work) {
  return run([&](Result<void>& outcome) { return write_once(work, outcome); });
}

PostgresStore::Next PostgresStore::write_once(const OwnWork& work, Result<void>& outcome) {
  auto loan = pool_.borrow();
  if (!loan) {
    outcome = std::move(loan).error();
    return Next::kUnreachable;
  }
  Connection& connection = **loan;
  if (const auto begun = connection.begin_write(); begun) {
    PostgresUnitOfWork unit(connection, setting_, PostgresUnitOfWork::Mode::kWrite, loan->place());
    outcome = work(unit);
    if (outcome && connection.failure() == Failure::kNone) {
      switch (connection.commit()) {
        case Ending::kCommitted:
          return Next::kDone;
        case Ending::kUnknown: {
          const std::string id = connection.transaction_id();
          loan->close();
          {
            const Pool::Loan closed = std::move(*loan);
          }
          return after_lost_commit(id, outcome);
        }
        case Ending::kUndone:
          break;
      }
    }
  }
  const Failure failure = connection.failure();
  if (failure != Failure::kNone) {
    outcome = connection.error();
  }
  if (!connection.undo()) {
    loan->close();
  }
  return failure == Failure::kLost || failure == Failure::kRetry ? Next::kAgain : Next::kDone;
}

/// The server may still be at work on the commit, or may not have noticed that the client is gone.
PostgresStore::Next PostgresStore::after_lost_commit(const std::string& transaction_id,
                                                     Result<void>& outcome) {
  outcome = Error{ErrorCode::kUnavailable,
                  "the connection to PostgreSQL was lost during a commit, and what became of it "
                  "is not known"};
  for (int question = 0; question < kStatusQuestionsMax; ++question) {
    std::this_thread::sleep_for(kPause * (question < 10 ? 1 : 5));
    auto loan = pool_.borrow();
    if (!loan) {
      question += kStatusQuestionsMax / kConnectsMax;  // it takes longer than a question
      continue;
    }
    if (!(*loan)->begin_read()) {
      loan->close();
      continue;
    }
    std::string status;
    {
      Query query(**loan, kStatus);
      query.bind(transaction_id);
      status = query.next() ? query.text(0) : "";
    }
    if ((*loan)->commit() != Ending::kCommitted) {
      loan->close();
    }
    if (status == "committed") {
      outcome = {};
      return Next::kDone;
    }
    if (status == "aborted") {
      return Next::kAgain;
    }
  }
  return Next::kDone;
}

Result<std::vector<OutboxMessage>> PostgresStore::claim_outbox(Micros now, std::size_t limit) {
  std::vector<OutboxMessage> messages;
  GATE_TRY_VOID(write_own([&](PostgresUnitOfWork& unit) -> Result<void> {
    GATE_TRY(messages, unit.claim_outbox(now, limit));
    return {};
  }));
  return messages;
}

Result<void> PostgresStore::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                          Micros retry_at) {
  return write_own(
      [&](PostgresUnitOfWork& unit) { return unit.finish_outbox(seq, outcome, retry_at); });
}

Result<std::size_t> PostgresStore::sweep(Micros now, std::size_t rows) {
  std::size_t gone = 0;
  GATE_TRY_VOID(write_own([&](PostgresUnitOfWork& unit) -> Result<void> {
    GATE_TRY(gone, unit.sweep(now, rows));
    return {};
  }));
  return gone;
}

}  // namespace gate::server
