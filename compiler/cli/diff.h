#pragma once

#include <string>
#include <string_view>

namespace gate::cli {

/// The changes that lead from `before` to `after`, as `diff -u` shows them: two lines with the
/// names, then hunks with three lines around each change. Empty for equal texts. Memory and time
/// grow with lines times changes; beyond kDiffEditsMax changes all lines are shown as replaced.
inline constexpr std::size_t kDiffEditsMax = 1'000;
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after,
                                       std::string_view before_name, std::string_view after_name);

}  // namespace gate::cli
