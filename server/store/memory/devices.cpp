#include <algorithm>
#include <vector>

#include "server/store/memory/unit_of_work.h"

namespace gate::server {
namespace {

/// A forgotten device whose epoch was raised: its key is its own id, which is no hash of any key.
bool is_forgotten(const KnownDevice& device) {
  return text_of(device.key_hash) == device.device_id;
}

/// Forgotten ones too.
std::vector<KnownDevice> devices_of(const State& state, std::string_view tenant_id,
                                    std::string_view user_id) {
  std::vector<KnownDevice> devices;
  state.devices.each_from(key_of(tenant_id, user_id, ""),
                          [&](const UserKey& key, const KnownDevice& device) {
                            if (std::get<0>(key) != tenant_id || std::get<1>(key) != user_id) {
                              return false;
                            }
                            devices.push_back(device);
                            return true;
                          });
  return devices;
}

}  // namespace

std::optional<UserKey> MemoryUnitOfWork::device_key(std::string_view tenant_id,
                                                    std::string_view user_id,
                                                    std::string_view device_id) const {
  for (const KnownDevice& device : devices_of(state_, tenant_id, user_id)) {
    if (device.device_id == device_id) {
      return key_of(tenant_id, user_id, text_of(device.key_hash));
    }
  }
  return std::nullopt;
}

bool MemoryUnitOfWork::device_stands(std::string_view tenant_id, std::string_view user_id,
                                     std::string_view device_id, std::int64_t epoch) const {
  const auto key = device_key(tenant_id, user_id, device_id);
  return !key || state_.devices.find(*key)->epoch == epoch;
}

Result<void> MemoryUnitOfWork::remember_device(const KnownDevice& device, Micros seen_since,
                                               std::int64_t max) {
  if (!state_.users.contains(key_of(device.tenant_id, device.user_id))) {
    return conflict("there is no such user");
  }
  const auto forget = [&](const KnownDevice& known) {
    return forget_device(known.tenant_id, known.user_id, known.device_id);
  };
  for (const KnownDevice& known : devices_of(state_, device.tenant_id, device.user_id)) {
    if (!is_forgotten(known) &&
        (known.user_epoch != device.user_epoch || known.seen_at < seen_since)) {
      GATE_TRY_VOID(forget(known));
    }
  }
  for (const KnownDevice& known : devices_of(state_, device.tenant_id, device.user_id)) {
    if (is_forgotten(known) && known.user_epoch != device.user_epoch) {
      state_.devices.erase(key_of(known.tenant_id, known.user_id, text_of(known.key_hash)));
    }
  }
  const UserKey key = key_of(device.tenant_id, device.user_id, text_of(device.key_hash));
  const bool seen_before =
      state_.devices.update(key, [&](KnownDevice& row) { row.seen_at = device.seen_at; });
  if (!seen_before && !device_key(device.tenant_id, device.user_id, device.device_id)) {
    state_.devices.put(key, device);
  }
  // This device is forgotten last, then those seen most recently; ties are ordered by id.
  std::vector<KnownDevice> rest = devices_of(state_, device.tenant_id, device.user_id);
  std::erase_if(rest, is_forgotten);
  std::sort(rest.begin(), rest.end(), [&](const KnownDevice& a, const KnownDevice& b) {
    const auto rank = [&](const KnownDevice& known) {
      return std::tuple(known.key_hash != device.key_hash, -known.seen_at, known.device_id);
    };
    return rank(a) < rank(b);
  });
  for (std::size_t i = static_cast<std::size_t>(max); i < rest.size(); ++i) {
    GATE_TRY_VOID(forget(rest[i]));
  }
  return {};
}

Result<void> MemoryUnitOfWork::forget_device(std::string_view tenant_id, std::string_view user_id,
                                             std::string_view device_id) {
  if (const auto key = device_key(tenant_id, user_id, device_id)) {
    KnownDevice device = *state_.devices.find(*key);
    state_.devices.erase(*key);
    if (device.epoch != 0) {
      device.key_hash = Bytes(device_id.begin(), device_id.end());
      state_.devices.put(key_of(tenant_id, user_id, device_id), std::move(device));
    }
  }
  erase_counters(tenant_id, device_throttle_prefix(device_id));
  return {};
}

Result<void> MemoryUnitOfWork::raise_device_epoch(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view device_id) {
  if (const auto key = device_key(tenant_id, user_id, device_id)) {
    state_.devices.update(*key, [](KnownDevice& device) { ++device.epoch; });
  }
  return {};
}

}  // namespace gate::server
