#pragma once

#include <algorithm>
#include <cstdint>
#include <gate/request.hpp>
#include <optional>
#include <string_view>

#include "runtime/ir/program.h"

namespace gate::ir {

/// The number that a slot of this name holds, if it is no signal's.
[[nodiscard]] constexpr std::optional<BuiltInNumber> built_in_number(std::string_view name) {
  const auto found = std::ranges::find(kBuiltInNumbers, name);
  return found == kBuiltInNumbers.end()
             ? std::nullopt
             : std::optional(static_cast<BuiltInNumber>(found - kBuiltInNumbers.begin()));
}

/// Its value in a request (or in an InternedRequest); absent: unknown.
template <typename Request>
[[nodiscard]] std::optional<std::int64_t> value_of(BuiltInNumber number, const Request& request) {
  switch (number) {
    case BuiltInNumber::kSessionAge:
      return request.session_age_s;
    case BuiltInNumber::kDeviceFirstSeen:
      return request.device.first_seen_s;
    case BuiltInNumber::kNow:
      return request.now_unix_s;
  }
  return std::nullopt;
}

}  // namespace gate::ir
