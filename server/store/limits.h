#pragma once

#include <gate/result.hpp>
#include <span>
#include <string_view>

#include "server/domain/throttle.h"

namespace gate::server {

class LimitWrites {
 public:
  virtual ~LimitWrites() = default;
  /// Counts one use of every claim's key if all the rules admit it, and of none otherwise: a use
  /// that one limit refuses is no use of the others. Counted in the order of the keys, so that two
  /// at once never wait for each other in a circle (T7).
  [[nodiscard]] virtual Result<ThrottleSetVerdict> take(std::string_view tenant_id,
                                                        std::span<const ThrottleClaim> claims,
                                                        Micros now) = 0;
  /// Success of a use that was counted: the row of failures ends, delays are lifted, and the window
  /// counts one less, so that it limits failures alone (B6). Not for hot claims.
  [[nodiscard]] virtual Result<void> succeeded(std::string_view tenant_id,
                                               std::string_view key) = 0;
  /// Forgets the failures of an account, of its password and of every code: the hard stop of B3
  /// ends by success, or by an operator who knows that it was not the owner.
  [[nodiscard]] virtual Result<void> lift(std::string_view tenant_id,
                                          std::string_view account_key) = 0;
};

}  // namespace gate::server
