#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/ports/clock.h"

namespace gate::server {

/// A limit on how often something may be done. All parts apply together; a part at its default
/// never refuses.
struct ThrottleRule {
  static constexpr std::int64_t kNoLimit = std::int64_t{1} << 40;
  Micros window = kMicrosPerHour;
  std::int64_t max_in_window = kNoLimit;
  Micros spacing = 0;                  ///< least time between two
  std::int64_t delay_from = kNoLimit;  ///< failures in a row at which delays begin
  Micros delay_first = 0;              ///< the first delay; it doubles with each further failure
  Micros delay_max = 0;                ///< the longest delay
  std::int64_t stop_at = kNoLimit;     ///< failures in a row after which nothing is admitted
};

struct ThrottleVerdict {
  bool admitted = false;
  Micros retry_at = 0;  ///< when refused: the earliest time of the next try
};

/// One limit on a use. A use may have several.
struct ThrottleClaim {
  std::string key;
  ThrottleRule rule;
  /// Set for a counter that many requests update at once. A store with several writers keeps it in
  /// several rows (shards) and adds them up. Such a rule has only a window and a maximum.
  bool hot = false;
};

struct ThrottleSetVerdict {
  bool admitted = false;
  std::size_t refused_by = 0;  ///< when refused: the first refusing claim, in the order given
  Micros retry_at = 0;         ///< when refused: the earliest time that this claim may admit
};

/// The prefix of every counter key of a known device.
[[nodiscard]] inline std::string device_throttle_prefix(std::string_view device_id) {
  return std::string("device:").append(device_id).append(":");
}
/// The counter keys of an account: wrong passwords, and wrong codes by the channel that they were
/// sent to.
[[nodiscard]] inline std::string password_throttle_key(std::string_view account_key) {
  return std::string("password:").append(account_key);
}
[[nodiscard]] inline std::string code_throttle_prefix(std::string_view account_key) {
  return std::string("code:").append(account_key).append(":");
}

}  // namespace gate::server
