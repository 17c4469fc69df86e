#include <vector>

#include "server/domain/throttle.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

// A user has few devices, so the first two columns of the key find them fast enough.
const Sql kFindDevice(
    "SELECT device_id, epoch, last_seen FROM known_device WHERE tenant_id = $1 AND user_id = $2 "
    "AND key_hash = $3 AND user_epoch = $4 AND last_seen >= $5");
const Sql kForgetEnded(
    "DELETE FROM known_device WHERE tenant_id = $1 AND user_id = $2 "
    "AND (user_epoch <> $3 OR last_seen < $4) RETURNING device_id");
const Sql kRemember(
    "INSERT INTO known_device (tenant_id, user_id, key_hash, device_id, user_epoch, epoch, "
    "first_seen, last_seen) VALUES ($1,$2,$3,$4,$5,$6,$7,$7) "
    "ON CONFLICT (tenant_id, user_id, key_hash) DO UPDATE SET last_seen = excluded.last_seen");
const Sql kForgetSurplus(
    "DELETE FROM known_device WHERE tenant_id = $1 AND user_id = $2 AND key_hash IN "
    "(SELECT key_hash FROM known_device WHERE tenant_id = $1 AND user_id = $2 "
    "ORDER BY key_hash = $3 DESC, last_seen DESC, device_id OFFSET $4) "
    "RETURNING device_id");
const Sql kForget(
    "DELETE FROM known_device WHERE tenant_id = $1 AND user_id = $2 AND device_id = $3");
const Sql kRaiseDeviceEpoch(
    "UPDATE known_device SET epoch = epoch + 1 "
    "WHERE tenant_id = $1 AND user_id = $2 AND device_id = $3");

Result<std::vector<std::string>> ids_of(Query& query) {
  std::vector<std::string> ids;
  while (query.next()) {
    ids.push_back(query.text(0));
  }
  GATE_TRY_VOID(query.done());
  return ids;
}

}  // namespace

Result<std::optional<KnownDevice>> PostgresUnitOfWork::find_device(std::string_view tenant_id,
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

Result<void> PostgresUnitOfWork::remember_device(const KnownDevice& device, Micros seen_since,
                                                 std::int64_t max) {
  // The number of devices holds for the user, so that they are counted by one at a time.
  GATE_TRY_VOID(lock_user(device.tenant_id, device.user_id));
  std::vector<std::string> forgotten;
  {
    Query ended(connection_, kForgetEnded);
    ended.bind(device.tenant_id, device.user_id, device.user_epoch, seen_since);
    GATE_TRY(forgotten, ids_of(ended));
  }
  Query keep(connection_, kRemember);
  keep.bind(device.tenant_id, device.user_id, device.key_hash, device.device_id, device.user_epoch,
            device.epoch, device.seen_at);
  GATE_TRY_VOID(keep.finish());
  {
    Query surplus(connection_, kForgetSurplus);
    surplus.bind(device.tenant_id, device.user_id, device.key_hash, max);
    GATE_TRY(const std::vector<std::string> ids, ids_of(surplus));
    forgotten.insert(forgotten.end(), ids.begin(), ids.end());
  }
  for (const std::string& id : forgotten) {
    GATE_TRY_VOID(forget_counters(device.tenant_id, device_throttle_prefix(id)));
  }
  return {};
}

Result<void> PostgresUnitOfWork::forget_device(std::string_view tenant_id, std::string_view user_id,
                                               std::string_view device_id) {
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kForget);
  query.bind(tenant_id, user_id, device_id);
  GATE_TRY_VOID(query.finish());
  return forget_counters(tenant_id, device_throttle_prefix(device_id));
}

Result<void> PostgresUnitOfWork::raise_device_epoch(std::string_view tenant_id,
                                                    std::string_view user_id,
                                                    std::string_view device_id) {
  // Guards compare the epoch of the device and lock the user.
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kRaiseDeviceEpoch);
  query.bind(tenant_id, user_id, device_id);
  return query.finish();
}

}  // namespace gate::server::postgres
