#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string_view>

#include "server/domain/device.h"

namespace gate::server {

class DeviceReads {
 public:
  virtual ~DeviceReads() = default;
  /// The device with this hash, if it became known under `user_epoch` and was last seen at
  /// `seen_since` or later.
  [[nodiscard]] virtual Result<std::optional<KnownDevice>> find_device(std::string_view tenant_id,
                                                                       std::string_view user_id,
                                                                       ByteSpan key_hash,
                                                                       std::int64_t user_epoch,
                                                                       Micros seen_since) = 0;
};

class DeviceWrites {
 public:
  virtual ~DeviceWrites() = default;
  /// Makes the device known, or notes that it was seen again; a device that still is known keeps
  /// its id and its epoch, and with the id its count of tries. Forgets the user's devices of
  /// another user epoch, those not seen since `seen_since`, and of the others the longest unseen
  /// beyond `max`.
  [[nodiscard]] virtual Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                                                     std::int64_t max) = 0;
  /// The device is none of the user's any more, and nothing is counted on it: the counters whose
  /// key begins with `device_throttle_prefix` end with it.
  [[nodiscard]] virtual Result<void> forget_device(std::string_view tenant_id,
                                                   std::string_view user_id,
                                                   std::string_view device_id) = 0;
  /// The sessions that began on this device die; they compare epochs.
  [[nodiscard]] virtual Result<void> raise_device_epoch(std::string_view tenant_id,
                                                        std::string_view user_id,
                                                        std::string_view device_id) = 0;
};

}  // namespace gate::server
