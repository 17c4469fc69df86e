#pragma once

#include <functional>
#include <memory>

#include "server/crypto/secret.h"
#include "server/ports/random.h"
#include "server/store/postgres/pool.h"
#include "server/store/postgres/unit_of_work.h"
#include "server/store/store.h"

namespace gate::server {

struct PostgresOptions {
  /// The most connections that are open at the same time.
  std::size_t connections = 16;
  /// The number of rows of a hot counter (T7). All nodes of a store must have the same.
  std::size_t counter_shards = 16;
  /// Changes no schema: kConflict where there is no store, or one of another version.
  bool keep_schema = false;
};

/// The store in one schema of a PostgreSQL database, which several nodes may share. Each unit of
/// work is one transaction (READ COMMITTED) on a connection of its own, so units of work of one
/// node run at the same time too; the server writes their commits to disk together. A snapshot is a
/// REPEATABLE READ transaction.
///
/// A unit of work that another one was in the way of (40001, 40P01), or whose connection was lost
/// before its commit, has changed nothing and runs again. When the connection is lost during the
/// commit, the server is asked what became of the transaction; so a lost answer does not change the
/// outcome.
class PostgresStore final : public Store {
 public:
  /// How often a unit of work runs before it ends with kConflict (others were in the way each time)
  /// or kUnavailable (no connection).
  static constexpr int kAttemptsMax = 8;
  /// How often a connection is tried to be made for it; each try may take 5 s.
  static constexpr int kConnectsMax = 3;

  /// Connects, and creates or migrates the tables in the first schema of the search path. `url` is
  /// a libpq URL. `key` (32 bytes) seals addresses and unsent messages. kDenied: the store was
  /// written with another key, and nothing in it is changed. kConflict: a later version of gated
  /// wrote it. `random` must outlive the store.
  [[nodiscard]] static Result<std::unique_ptr<PostgresStore>> open(
      const std::string& url, Secret key, Random& random, const PostgresOptions& options = {});

  /// True if there is a store in the first schema of the search path. kUnavailable: the server
  /// cannot be asked.
  [[nodiscard]] static Result<bool> is_there(const std::string& url);

  Result<void> read(const Look& look) override;
  Result<void> write(const Work& work) override;
  Result<std::size_t> sweep(Micros now, std::size_t rows) override;
  Result<std::vector<OutboxMessage>> claim_outbox(Micros now, std::size_t limit) override;
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override;

 private:
  using OwnWork = std::function<Result<void>(postgres::PostgresUnitOfWork&)>;
  enum class Next : std::uint8_t { kDone, kAgain, kUnreachable };
  PostgresStore(const std::string& url, Secret key, Random& random, const PostgresOptions& options);
  /// Calls `once` until it is done, or was called as often as it may be.
  static Result<void> run(const std::function<Next(Result<void>&)>& once);
  Result<void> write_own(const OwnWork& work);
  Next write_once(const OwnWork& work, Result<void>& outcome);
  Next read_once(const Look& look, Result<void>& outcome);
  Next after_lost_commit(const std::string& transaction_id, Result<void>& outcome);

  const Secret key_;
  const postgres::Setting setting_;
  postgres::Pool pool_;
};

}  // namespace gate::server
