#pragma once

#include <string_view>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Whether an address lies in "a.b.c.d/n" or "x:y::/n". False for anything that is neither.
[[nodiscard]] bool address_in(std::string_view address, std::string_view cidr);

/// Whether a sign-in from this address and country (empty = maps to none) is in the named location.
[[nodiscard]] bool in_location(const json::value& location, std::string_view address,
                               std::string_view country);

}  // namespace graph_oracle
