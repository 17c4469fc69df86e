#pragma once

#include <optional>
#include <string_view>

#include "tests/graph/oracle/json_access.h"

namespace graph_oracle {

/// Whether a device-filter rule matches a device (conditional-access 3). `device` is a What-If
/// `deviceInfo`; null is an unregistered device, all of whose attributes are null: positive
/// operators are false, negative ones true. Extension attributes have a value only on devices that
/// are managed, compliant or hybrid joined. Empty: the rule is not a rule.
[[nodiscard]] std::optional<bool> device_rule_matches(std::string_view rule,
                                                      const json::value* device);

/// The same for a filter over custom security attributes (conditional-access 1.1): `attributes` is
/// an object of strings, or null when there are none.
[[nodiscard]] std::optional<bool> attribute_rule_matches(std::string_view rule,
                                                         const json::value* attributes);

}  // namespace graph_oracle
