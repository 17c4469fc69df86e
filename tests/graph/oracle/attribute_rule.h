#pragma once

#include <optional>
#include <string_view>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Whether a device-filter rule matches a device (README rules 42 to 45). `device` is a What-If
/// `deviceInfo`, or null for a device that is not registered. Nothing: the rule cannot be read.
[[nodiscard]] std::optional<bool> device_rule_matches(std::string_view rule,
                                                      const json::value* device);

/// The same for a filter over custom security attributes (README rule 46): `attributes` maps
/// "Set_Name" to a string or a list of strings, or is null when there are none.
[[nodiscard]] std::optional<bool> attribute_rule_matches(std::string_view rule,
                                                         const json::value* attributes);

}  // namespace graph_oracle
