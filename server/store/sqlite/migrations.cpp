#include "server/store/sqlite/migrations.h"

#include "server/store/sqlite/older_audit.h"
#include "server/store/sqlite/schema.h"

namespace gate::server {
namespace {

const Sql kVersion("PRAGMA user_version");
// IMMEDIATE: two processes that start at the same time must not both see an empty file.
const Sql kBeginMigration("BEGIN IMMEDIATE");
const Sql kEndMigration("COMMIT");

Result<std::int64_t> version_of(Connection& connection) {
  Query query(connection, kVersion);
  const std::int64_t version = query.next() ? query.integer(0) : 0;
  GATE_TRY_VOID(query.done());
  return version;
}

/// Checked before anything is written, because the right key cannot read what a wrong key sealed or
/// hashed.
Result<KeyEvidence> check_key(Connection& connection, std::int64_t version, const Secret& key,
                              const OpensSigningKey& opens) {
  if (version == 0) {
    return KeyEvidence::kNone;
  }
  if (version < kKeyCheckSince) {
    return compare_sealed_values(connection, key, opens);
  }
  GATE_TRY_VOID(compare_key_check(connection, key));
  return KeyEvidence::kRightKey;
}

}  // namespace

Result<bool> has_newest_schema(Connection& connection) {
  GATE_TRY(const std::int64_t version, version_of(connection));
  return version == kSchemaVersion;
}

Result<void> migrate(Connection& connection, const Secret& key, const OpensSigningKey& opens,
                     const std::function<Result<void>()>& on_unchecked_key) {
  GATE_TRY_VOID(connection.run(kBeginMigration));
  GATE_TRY(const std::int64_t version, version_of(connection));
  if (version < 0 || version > kSchemaVersion) {
    return Error{ErrorCode::kConflict, "the store has schema version " + std::to_string(version) +
                                           ", and this version of gated knows those up to " +
                                           std::to_string(kSchemaVersion)};
  }
  GATE_TRY(const KeyEvidence evidence, check_key(connection, version, key, opens));
  if (evidence == KeyEvidence::kPasswordsOnly && on_unchecked_key) {
    GATE_TRY_VOID(on_unchecked_key());
  }
  for (std::int64_t step = version; step < kSchemaVersion; ++step) {
    GATE_TRY_VOID(connection.run_script(kSchemaSteps[step]));
  }
  if (version < kKeyCheckSince) {
    GATE_TRY_VOID(write_key_check(connection, key));
  }
  if (version < kOlderAuditEndSince) {
    GATE_TRY_VOID(write_older_audit_end(connection, key));
  }
  if (version < kSchemaVersion) {
    const std::string mark = "PRAGMA user_version = " + std::to_string(kSchemaVersion);
    GATE_TRY_VOID(connection.run_script(mark.c_str()));
  }
  return connection.run(kEndMigration);
}

}  // namespace gate::server
