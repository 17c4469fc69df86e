#include <vector>

#include "server/domain/throttle.h"
#include "server/store/sqlite/unit_of_work.h"

namespace gate::server {
namespace {

// A user has few devices, so the first two columns of the key find them fast enough.
const Sql kFindDevice(
    "SELECT device_id, epoch, last_seen FROM known_device WHERE tenant_id = ? AND user_id = ? "
    "AND key_hash = ? AND user_epoch = ? AND last_seen >= ?");
// The row of a forgotten device whose epoch was raised: its key is its own id, which is no hash of
// any key. Guards go on to compare its epoch.
#define GATE_FORGOTTEN "key_hash = CAST(device_id AS BLOB)"
const Sql kFindEnded(
    "SELECT device_id FROM known_device WHERE tenant_id = ? AND user_id = ? "
    "AND (user_epoch <> ? OR last_seen < ?) AND NOT " GATE_FORGOTTEN);
const Sql kDropForgotten(
    "DELETE FROM known_device WHERE tenant_id = ? AND user_id = ? AND user_epoch <> ? "
    "AND " GATE_FORGOTTEN);
const Sql kRemember(
    "INSERT INTO known_device (tenant_id, user_id, key_hash, device_id, user_epoch, epoch, "
    "first_seen, last_seen) SELECT ?1,?2,?3,?4,?5,?6,?7,?7 WHERE NOT EXISTS (SELECT 1 FROM "
    "known_device WHERE tenant_id = ?1 AND user_id = ?2 AND device_id = ?4 AND key_hash <> ?3) "
    "ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen");
const Sql kFindSurplus(
    "SELECT device_id FROM known_device WHERE tenant_id = ?1 AND user_id = ?2 "
    "AND NOT " GATE_FORGOTTEN
    " ORDER BY key_hash = ?3 DESC, last_seen DESC, device_id LIMIT -1 OFFSET ?4");
const Sql kForget(
    "DELETE FROM known_device WHERE tenant_id = ? AND user_id = ? AND device_id = ? "
    "AND epoch = 0");
const Sql kKeepEpoch(
    "UPDATE known_device SET key_hash = CAST(device_id AS BLOB) "
    "WHERE tenant_id = ? AND user_id = ? AND device_id = ?");
const Sql kRaiseDeviceEpoch(
    "UPDATE known_device SET epoch = epoch + 1 "
    "WHERE tenant_id = ? AND user_id = ? AND device_id = ?");

Result<std::vector<std::string>> ids_of(Query& query) {
  std::vector<std::string> ids;
  while (query.next()) {
    ids.push_back(query.text(0));
  }
  GATE_TRY_VOID(query.done());
  return ids;
}

}  // namespace

Result<std::optional<KnownDevice>> SqliteUnitOfWork::find_device(std::string_view tenant_id,
                                                                 std::string_view user_id,
                                                                 ByteSpan key_hash,
                                                                 std::int64_t user_epoch,
                                                                 Micros seen_since) {
  Query query(connection_, kFindDevice);
  query.bind(tenant_id, user_id, key_hash, user_epoch, seen_since);
  std::optional<KnownDevice> found;
  if (query.next()) {
    found = KnownDevice{
        std::string(tenant_id), std::string(user_id), Bytes(key_hash.begin(), key_hash.end()),
        query.text(0),          user_epoch,           query.integer(1),
        query.integer(2)};
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<void> SqliteUnitOfWork::remember_device(const KnownDevice& device, Micros seen_since,
                                               std::int64_t max) {
  const auto forget = [&](const std::vector<std::string>& ids) -> Result<void> {
    for (const std::string& id : ids) {
      GATE_TRY_VOID(forget_device(device.tenant_id, device.user_id, id));
    }
    return {};
  };
  {
    Query query(connection_, kFindEnded);
    query.bind(device.tenant_id, device.user_id, device.user_epoch, seen_since);
    GATE_TRY(const std::vector<std::string> ended, ids_of(query));
    GATE_TRY_VOID(forget(ended));
  }
  Query drop(connection_, kDropForgotten);
  drop.bind(device.tenant_id, device.user_id, device.user_epoch);
  GATE_TRY_VOID(drop.finish());
  Query keep(connection_, kRemember);
  keep.bind(device.tenant_id, device.user_id, device.key_hash, device.device_id, device.user_epoch,
            device.epoch, device.seen_at);
  GATE_TRY_VOID(keep.finish());
  Query query(connection_, kFindSurplus);
  query.bind(device.tenant_id, device.user_id, device.key_hash, max);
  GATE_TRY(const std::vector<std::string> surplus, ids_of(query));
  return forget(surplus);
}

Result<void> SqliteUnitOfWork::forget_device(std::string_view tenant_id, std::string_view user_id,
                                             std::string_view device_id) {
  Query query(connection_, kForget);
  query.bind(tenant_id, user_id, device_id);
  GATE_TRY_VOID(query.finish());
  Query keep(connection_, kKeepEpoch);
  keep.bind(tenant_id, user_id, device_id);
  GATE_TRY_VOID(keep.finish());
  return forget_counters(tenant_id, device_throttle_prefix(device_id));
}

Result<void> SqliteUnitOfWork::raise_device_epoch(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view device_id) {
  Query query(connection_, kRaiseDeviceEpoch);
  query.bind(tenant_id, user_id, device_id);
  return query.finish();
}

}  // namespace gate::server
