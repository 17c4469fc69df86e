#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace gate::compiler {

/// Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`,
/// letter case ignored; stops counting above `limit` and then returns `limit + 1`. O(|a| * |b|).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `wrong`, or empty when none is near enough (about one change in three
/// letters): no guess beats a silly guess. Ties go to the first candidate. A word of Microsoft
/// Graph is that of the language which means the same, if it is among the candidates.
[[nodiscard]] std::string_view nearest(std::string_view wrong,
                                       std::span<const std::string_view> candidates);

}  // namespace gate::compiler
