#pragma once

#include <gate/result.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gate::cli {

/// The values of `--app-group GROUP=APP`, which add apps to suites (conditional-access 2.10): pairs
/// of an app id and a group. Error{kInvalidArgument} for what has another form or names a group
/// that is none.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_app_groups(
    const std::vector<std::string>& values);

}  // namespace gate::cli
