#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/ir/program.h"

namespace gate::index {

/// An address as two big-endian halves, v4 mapped into v6.
struct Address {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Address&, const Address&) = default;
};
/// Reads what inet_pton reads; dotted quads without its help. False: not an address.
[[nodiscard]] bool read_address(std::string_view text, Address& out) noexcept;

/// From an address and a country to the sets of locations they are in. Ranges of addresses are
/// nested or disjoint, so one binary search finds the innermost and links lead to those around it.
class Places {
 public:
  /// Sets are numbered from `first_set` on: the number of location_sets[0].
  Places(const ir::Program& program, std::uint32_t first_set);
  Places() = default;

  /// Calls found(set) for every set that holds the address; a set may come more than once.
  template <typename F>
  void sets_of(const Address& address, F found) const noexcept {
    for (std::uint32_t r = innermost(address); r != kNoRange; r = ranges_[r].around) {
      for (std::uint32_t i = ranges_[r].begin; i < ranges_[r].end; ++i) {
        found(sets_[i]);
      }
    }
  }
  /// The sets of a country (two letters of any case), or those of the unknown country when empty.
  [[nodiscard]] std::span<const std::uint32_t> sets_of_country(
      std::string_view country) const noexcept;
  [[nodiscard]] bool asks_for_addresses() const { return !starts_.empty(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kNoRange = 0xFFFFFFFF;
  static constexpr std::size_t kCountries = std::size_t{26} * 26;
  struct Range {
    std::uint32_t around = kNoRange;
    std::uint32_t begin = 0;  ///< in sets_
    std::uint32_t end = 0;
  };
  void add_ranges(const ir::Program& program,
                  const std::vector<std::vector<std::uint32_t>>& sets_of_location);
  void add_countries(const ir::Program& program,
                     const std::vector<std::vector<std::uint32_t>>& sets_of_location);
  [[nodiscard]] std::uint32_t innermost(const Address& address) const noexcept;

  std::vector<Address> starts_;          ///< where the innermost range changes, sorted
  std::vector<std::uint32_t> range_at_;  ///< the innermost range from there on
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> sets_;
  std::vector<std::uint32_t> country_sets_;
  std::array<std::uint32_t, kCountries + 2> country_begin_{};  ///< the last: unknown country
};

}  // namespace gate::index
