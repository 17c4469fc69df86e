#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kSigningKeys(
    "SELECT kid, state, created_at, retire_at, private_sealed FROM signing_key "
    "ORDER BY created_at, kid");
const Sql kLockKeys("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE");
const Sql kPutSigningKey(
    "INSERT INTO signing_key (kid, state, created_at, retire_at, private_sealed) "
    "VALUES ($1,$2,$3,$4,$5) ON CONFLICT (kid) DO UPDATE SET state = excluded.state, "
    "retire_at = excluded.retire_at, private_sealed = excluded.private_sealed");

}  // namespace

Result<std::vector<SigningKeyRecord>> PostgresUnitOfWork::signing_keys() {
  // A unit of work reads them to change them. The next one that does so waits.
  if (mode_ == Mode::kWrite) {
    GATE_TRY_VOID(connection_.run(kLockKeys));
  }
  Query query(connection_, kSigningKeys);
  std::vector<SigningKeyRecord> keys;
  while (query.next()) {
    keys.push_back({query.text(0), static_cast<KeyState>(query.integer(1)), query.integer(2),
                    query.integer(3), query.blob(4)});
  }
  GATE_TRY_VOID(query.done());
  return keys;
}

Result<void> PostgresUnitOfWork::put_signing_key(const SigningKeyRecord& key) {
  Query query(connection_, kPutSigningKey);
  query.bind(key.kid, static_cast<std::int64_t>(key.state), key.created_at, key.retire_at,
             key.private_sealed);
  return query.finish();
}

}  // namespace gate::server::postgres
