#include "server/store/postgres/migrations.h"

#include <chrono>
#include <thread>

#include "server/store/codec/sealed.h"
#include "server/store/postgres/schema.h"

namespace gate::server::postgres {
namespace {

constexpr const char* kKeyCheck = "key_check";

const Sql kIsThere(
    "SELECT 1 FROM information_schema.tables "
    "WHERE table_schema = current_schema() AND table_name = 'schema_version'");
const Sql kVersion("SELECT version FROM schema_version");
// Of two nodes that migrate at the same time, the second waits here.
const Sql kVersionAlone("SELECT version FROM schema_version FOR UPDATE");
const Sql kSetVersion("UPDATE schema_version SET version = $1");
const Sql kReadMeta("SELECT value FROM meta WHERE name = $1");
const Sql kWriteMeta("INSERT INTO meta (name, value) VALUES ($1, $2)");
constexpr const char* kCreateVersion =
    "CREATE TABLE schema_version (one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one), "
    "version BIGINT NOT NULL); INSERT INTO schema_version (version) VALUES (0); "
    // A migration may take longer than the statements of a request.
    "SET LOCAL statement_timeout = 0";

// Two nodes that both find an empty schema cannot both create a table: the second fails, and finds
// the tables when it looks again.
constexpr int kAttempts = 20;
constexpr auto kPause = std::chrono::milliseconds(50);

/// The only row and column of a query; nothing when it has no row.
Result<std::optional<std::int64_t>> number_of(Connection& connection, const Sql& sql) {
  Query query(connection, sql);
  std::optional<std::int64_t> number;
  if (query.next()) {
    number = query.integer(0);
  }
  GATE_TRY_VOID(query.done());
  return number;
}

Result<void> compare_key_check(Connection& connection, const Secret& key) {
  Query query(connection, kReadMeta);
  query.bind(kKeyCheck);
  Bytes stored;
  if (query.next()) {
    stored = query.blob(0);
  }
  GATE_TRY_VOID(query.done());
  const Digest own = key_check_of(key);
  return equal_constant_time(stored, ByteSpan(own))
             ? Result<void>()
             : Error{ErrorCode::kDenied, "the store was written with another key"};
}

Result<void> write_key_check(Connection& connection, const Secret& key) {
  const Digest value = key_check_of(key);
  Query query(connection, kWriteMeta);
  query.bind(kKeyCheck, ByteSpan(value));
  return query.finish();
}

Result<void> check(Connection& connection, std::int64_t version, const Secret& key) {
  if (version < 0 || version > kSchemaVersion) {
    return Error{ErrorCode::kConflict, "the store has schema version " + std::to_string(version) +
                                           ", and this version of gated knows those up to " +
                                           std::to_string(kSchemaVersion)};
  }
  // Checked before anything is written, because the right key cannot read what a wrong key sealed.
  return version == 0 ? Result<void>() : compare_key_check(connection, key);
}

Result<void> take_steps(Connection& connection, std::int64_t version, const Secret& key) {
  for (std::int64_t step = version; step < kSchemaVersion; ++step) {
    GATE_TRY([[maybe_unused]] const std::string none, connection.run_script(kSchemaSteps[step]));
  }
  if (version == 0) {
    GATE_TRY_VOID(write_key_check(connection, key));
  }
  Query query(connection, kSetVersion);
  query.bind(kSchemaVersion);
  return query.finish();
}

/// True for the failures of a node that was not the first: the names that it creates are taken.
bool is_race(const Connection& connection) {
  return connection.failure() == Failure::kRetry || connection.sqlstate() == "23505" ||
         connection.sqlstate() == "42P07";
}

Result<void> migrate_once(Connection& connection, const Secret& key) {
  GATE_TRY_VOID(connection.begin_write());
  GATE_TRY(const auto there, number_of(connection, kIsThere));
  if (there) {
    GATE_TRY(const auto version, number_of(connection, kVersion));
    GATE_TRY_VOID(check(connection, version.value_or(-1), key));
    if (version == kSchemaVersion) {
      return {};
    }
  } else {
    GATE_TRY([[maybe_unused]] const std::string none, connection.run_script(kCreateVersion));
  }
  GATE_TRY(const auto version, number_of(connection, kVersionAlone));
  GATE_TRY_VOID(check(connection, version.value_or(-1), key));
  return take_steps(connection, version.value_or(0), key);
}

}  // namespace

Result<bool> has_tables(Connection& connection) {
  GATE_TRY(const auto there, number_of(connection, kIsThere));
  return there.has_value();
}

Result<void> check_newest(Connection& connection, const Secret& key) {
  GATE_TRY_VOID(connection.begin_read());
  GATE_TRY(const bool there, has_tables(connection));
  std::optional<std::int64_t> version;
  if (there) {
    GATE_TRY(version, number_of(connection, kVersion));
  }
  if (version != kSchemaVersion) {
    return Error{ErrorCode::kConflict, "the store has the schema of another version"};
  }
  GATE_TRY_VOID(compare_key_check(connection, key));
  return connection.undo() ? Result<void>() : connection.error();
}

Result<void> migrate(Connection& connection, const Secret& key) {
  for (int attempt = 1;; ++attempt) {
    Result<void> outcome = migrate_once(connection, key);
    if (outcome && connection.commit() == Ending::kCommitted) {
      return {};
    }
    if (outcome) {
      outcome = connection.error();
    }
    const bool again = is_race(connection) && attempt < kAttempts;
    if (!connection.undo() || !again) {
      return outcome;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace gate::server::postgres
