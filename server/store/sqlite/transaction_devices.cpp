#include <vector>

#include "server/store/sqlite/transaction.h"

namespace gate::server {
namespace {

Result<std::vector<std::string>> ids_of(Query& query) {
  std::vector<std::string> ids;
  while (query.next()) {
    ids.push_back(query.text(0));
  }
  GATE_TRY_VOID(query.done());
  return ids;
}

}  // namespace

Result<void> SqliteTransaction::remember_device(const KnownDevice& device, Micros seen_since,
                                                std::int64_t max) {
  Query ended(connection_,
              "SELECT device_id FROM known_device WHERE tenant_id = ? AND user_id = ? "
              "AND (user_epoch <> ? OR last_seen < ?)");
  ended.bind(device.tenant_id, device.user_id, device.user_epoch, seen_since);
  GATE_TRY(const std::vector<std::string> ended_ids, ids_of(ended));
  for (const std::string& id : ended_ids) {
    GATE_TRY_VOID(forget_device(device.tenant_id, device.user_id, id));
  }
  Query keep(connection_,
             "INSERT INTO known_device (tenant_id, user_id, key_hash, device_id, user_epoch, "
             "first_seen, last_seen) VALUES (?1,?2,?3,?4,?5,?6,?6) "
             "ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen");
  keep.bind(device.tenant_id, device.user_id, device.key_hash, device.device_id, device.user_epoch,
            device.seen_at);
  GATE_TRY([[maybe_unused]] const std::int64_t kept, keep.change());
  Query surplus(connection_,
                "SELECT device_id FROM known_device WHERE tenant_id = ?1 AND user_id = ?2 "
                "ORDER BY key_hash = ?3 DESC, last_seen DESC, device_id LIMIT -1 OFFSET ?4");
  surplus.bind(device.tenant_id, device.user_id, device.key_hash, max);
  GATE_TRY(const std::vector<std::string> surplus_ids, ids_of(surplus));
  for (const std::string& id : surplus_ids) {
    GATE_TRY_VOID(forget_device(device.tenant_id, device.user_id, id));
  }
  return {};
}

Result<void> SqliteTransaction::forget_device(std::string_view tenant_id, std::string_view user_id,
                                              std::string_view device_id) {
  Query device(connection_,
               "DELETE FROM known_device WHERE tenant_id = ? AND user_id = ? AND device_id = ?");
  device.bind(tenant_id, user_id, device_id);
  GATE_TRY([[maybe_unused]] const std::int64_t devices, device.change());
  const std::string prefix = device_throttle_prefix(device_id);
  const std::string end = prefix.substr(0, prefix.size() - 1) + ";";  // what follows `:`
  Query counters(connection_, "DELETE FROM throttle WHERE tenant_id = ? AND key >= ? AND key < ?");
  counters.bind(tenant_id, prefix, end);
  GATE_TRY([[maybe_unused]] const std::int64_t rows, counters.change());
  return {};
}

}  // namespace gate::server
