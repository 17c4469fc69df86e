#pragma once

#include <cstddef>
#include <cstdint>

/// Hash tables of fixed content as one array: the slot of a hash, then the slots behind it, round
/// to the first one. Sizes need not be powers of two, so that a table is no emptier than meant.
namespace gate::index {

/// Which of `slots` a hash stands for first. Its low half decides, so that has to be mixed well.
[[nodiscard]] constexpr std::size_t first_slot(std::uint64_t hash, std::size_t slots) {
  return static_cast<std::size_t>((hash & 0xFFFFFFFF) * slots >> 32U);
}
/// The slot behind `at`.
[[nodiscard]] constexpr std::size_t next_slot(std::size_t at, std::size_t slots) {
  return at + 1 == slots ? 0 : at + 1;
}

}  // namespace gate::index
