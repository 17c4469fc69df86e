#pragma once

#include <gate/result.hpp>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/store/limits.h"

namespace gate::server {

/// True the first time for `key`, and again only after `until`. It takes a use of a counter of its
/// own in this unit of work: of many refusals by one limit, one is recorded.
[[nodiscard]] Result<bool> is_first_until(LimitWrites& limits, const Caller& caller,
                                          std::string_view key, Micros until);

}  // namespace gate::server
