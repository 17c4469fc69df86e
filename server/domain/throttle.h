#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/ports/clock.h"

namespace gate::server {

/// How often something may be done. All parts apply together; a part at its default never refuses.
struct ThrottleRule {
  static constexpr std::int64_t kNoLimit = std::int64_t{1} << 40;
  Micros window = kMicrosPerHour;
  std::int64_t max_in_window = kNoLimit;
  Micros spacing = 0;                  ///< least time between two
  std::int64_t delay_from = kNoLimit;  ///< in a row without success: delays begin here
  Micros delay_first = 0;              ///< doubling with each further one ...
  Micros delay_max = 0;                ///< ... up to this
  std::int64_t stop_at = kNoLimit;     ///< in a row without success: no more, ever
};

struct ThrottleVerdict {
  bool admitted = false;
  Micros retry_at = 0;  ///< when refused: the earliest time that may be admitted
};

/// One of several limits that stand before one use.
struct ThrottleClaim {
  std::string key;
  ThrottleRule rule;
  /// Counted by many requests at once: a store that has several writers keeps it in several rows
  /// and adds them up. Such a rule has a window and a maximum, and nothing else.
  bool hot = false;
};

struct ThrottleSetVerdict {
  bool admitted = false;
  std::size_t refused_by = 0;  ///< when refused: the first claim, in the order given, that does
  Micros retry_at = 0;         ///< when refused: the earliest time that this claim may admit
};

/// What the key of everything that is counted on a known device begins with.
[[nodiscard]] inline std::string device_throttle_prefix(std::string_view device_id) {
  return std::string("device:").append(device_id).append(":");
}
/// The keys of what is counted on an account: wrong passwords, and wrong codes by the channel that
/// they went to.
[[nodiscard]] inline std::string password_throttle_key(std::string_view account_key) {
  return std::string("password:").append(account_key);
}
[[nodiscard]] inline std::string code_throttle_prefix(std::string_view account_key) {
  return std::string("code:").append(account_key).append(":");
}

}  // namespace gate::server
