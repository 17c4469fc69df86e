#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kSignInsOf(
    "SELECT at, country, latitude, longitude, device_known FROM sign_in "
    "WHERE tenant_id = $1 AND user_id = $2 AND at >= $3 ORDER BY at DESC LIMIT $4");
const Sql kRecordSignIn(
    "INSERT INTO sign_in (tenant_id, user_id, at, country, latitude, longitude, device_known) "
    "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (tenant_id, user_id, at) DO UPDATE SET country = "
    "excluded.country, "
    "latitude = excluded.latitude, longitude = excluded.longitude, "
    "device_known = excluded.device_known");
const Sql kForgetOldSignIns(
    "DELETE FROM sign_in WHERE tenant_id = $1 AND user_id = $2 AND at <= "
    "(SELECT at FROM sign_in WHERE tenant_id = $1 AND user_id = $2 "
    "ORDER BY at DESC LIMIT 1 OFFSET $3)");

}  // namespace

Result<std::vector<SignInEntry>> PostgresUnitOfWork::sign_ins_of(std::string_view tenant_id,
                                                                 std::string_view user_id,
                                                                 Micros since) {
  Query query(connection_, kSignInsOf);
  query.bind(tenant_id, user_id, since, kSignInEntriesMax);
  std::vector<SignInEntry> entries;
  while (query.next()) {
    SignInEntry entry;
    entry.at = query.integer(0);
    entry.country = query.text(1);
    if (!query.is_null(2) && !query.is_null(3)) {
      entry.place = GridPoint{static_cast<std::int32_t>(query.integer(2)),
                              static_cast<std::int32_t>(query.integer(3))};
    }
    entry.device_known = query.integer(4) != 0;
    entries.push_back(std::move(entry));
  }
  GATE_TRY_VOID(query.done());
  return entries;
}

Result<void> PostgresUnitOfWork::record_sign_in(std::string_view tenant_id,
                                                std::string_view user_id,
                                                const SignInEntry& entry) {
  // The number of entries holds for the user, so that they are counted by one at a time.
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query record(connection_, kRecordSignIn);
  record.bind(tenant_id, user_id, entry.at, entry.country);
  if (entry.place) {
    record.bind(std::int64_t{entry.place->latitude}, std::int64_t{entry.place->longitude});
  } else {
    record.bind(nullptr, nullptr);
  }
  record.bind(entry.device_known);
  GATE_TRY_VOID(record.finish());
  Query forget(connection_, kForgetOldSignIns);
  forget.bind(tenant_id, user_id, kSignInEntriesMax);
  return forget.finish();
}

}  // namespace gate::server::postgres
