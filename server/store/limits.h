#pragma once

#include <gate/result.hpp>
#include <span>
#include <string_view>

#include "server/domain/throttle.h"

namespace gate::server {

class LimitReads {
 public:
  virtual ~LimitReads() = default;
  /// The wrong passwords and codes of an account since its last success, by unknown devices, as far
  /// as their windows began at `since` or later.
  [[nodiscard]] virtual Result<std::int64_t> failures_of(std::string_view tenant_id,
                                                         std::string_view account_key,
                                                         Micros since) = 0;
};

class LimitWrites {
 public:
  virtual ~LimitWrites() = default;
  /// Counts one use on every claim if all rules admit it, and on none otherwise. Keys are counted
  /// in a fixed order, so that two units of work never wait for each other in a circle (T7).
  [[nodiscard]] virtual Result<ThrottleSetVerdict> take(std::string_view tenant_id,
                                                        std::span<const ThrottleClaim> claims,
                                                        Micros now) = 0;
  /// Success of a use that was counted: resets the failures in a row and the delays, and takes the
  /// use out of the window, so that the window limits only failures (B6). Not for hot claims.
  [[nodiscard]] virtual Result<void> succeeded(std::string_view tenant_id,
                                               std::string_view key) = 0;
  /// Resets the failures of an account, of its password and of all codes. The hard stop of B3 ends
  /// by success, or by an operator who knows that the failures were not the owner's.
  [[nodiscard]] virtual Result<void> lift(std::string_view tenant_id,
                                          std::string_view account_key) = 0;
};

}  // namespace gate::server
