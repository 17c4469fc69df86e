#pragma once

#include <array>
#include <cstddef>

namespace graph_oracle {

/// How often a rule of README.md came out one way and the other, for the test that asks whether the
/// generated sign-ins meet every rule. One process, one thread.
struct RuleCount {
  std::size_t held = 0;
  std::size_t failed = 0;
};
inline constexpr std::size_t kRules = 73;  ///< the last number in README.md

/// Counts since the start of the process, by number; element 0 is not used.
[[nodiscard]] std::array<RuleCount, kRules + 1>& rule_counts();

/// What rule `number` came to here: counted, and given back.
bool rule(std::size_t number, bool held);

}  // namespace graph_oracle
