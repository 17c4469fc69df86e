#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/ports/clock.h"

namespace gate::server {

/// How many complete sign-ins of a user are kept, and for how long.
inline constexpr std::int64_t kSignInEntriesMax = 10;
inline constexpr Micros kSignInEntryLife = 90 * kMicrosPerDay;

/// A place in tenths of a degree, some 11 km: enough for the rules, and no more is kept.
struct GridPoint {
  std::int32_t latitude = 0;
  std::int32_t longitude = 0;
  friend bool operator==(const GridPoint&, const GridPoint&) = default;
};

/// One complete sign-in of a user, as the risk rules need it.
struct SignInEntry {
  Micros at = 0;
  std::string country;  ///< empty: not known
  std::optional<GridPoint> place;
  bool device_known = false;  ///< it was done on a known device, or made the device known
  friend bool operator==(const SignInEntry&, const SignInEntry&) = default;
};

}  // namespace gate::server
