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
  /// Makes the device known, or records that it was seen again. A device that is still known keeps
  /// its id, its epoch and its count of tries. Forgets the devices of the user that have another
  /// user epoch or were not seen since `seen_since`; of the rest, those seen least recently beyond
  /// `max`. A device whose epoch was raised is forgotten as by `forget_device`. An id that
  /// another device of the user has, a forgotten one included, is not remembered: ids are random,
  /// and guards find devices by them.
  [[nodiscard]] virtual Result<void> remember_device(const KnownDevice& device, Micros seen_since,
                                                     std::int64_t max) = 0;
  /// Forgets the device and its counters, whose keys begin with `device_throttle_prefix`. It is not
  /// found any more and does not count as one of `max`, but an epoch that was raised is kept for as
  /// long as the user's epoch is the same: what it ended stays ended (T6).
  [[nodiscard]] virtual Result<void> forget_device(std::string_view tenant_id,
                                                   std::string_view user_id,
                                                   std::string_view device_id) = 0;
  /// Ends the sessions that began on this device: they compare its epoch.
  [[nodiscard]] virtual Result<void> raise_device_epoch(std::string_view tenant_id,
                                                        std::string_view user_id,
                                                        std::string_view device_id) = 0;
};

}  // namespace gate::server
