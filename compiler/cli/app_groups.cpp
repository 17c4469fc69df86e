#include "compiler/cli/app_groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/fact_schema.h"

namespace gate::cli {

Result<std::vector<std::pair<std::string, std::string>>> parse_app_groups(
    const std::vector<std::string>& values) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto known = compiler::sema::app_group_words();
  for (const std::string& value : values) {
    const auto equals = value.find('=');
    const auto group = value.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == value.size() ||
        std::ranges::find(known, group) == known.end()) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("--app-group {}: expected GROUP=APP, where GROUP is {}", value,
                               fmt::join(known, ", "))};
    }
    out.emplace_back(value.substr(equals + 1), group);
  }
  return out;
}

}  // namespace gate::cli
