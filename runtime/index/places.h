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

  static constexpr std::uint32_t kNoRange = 0xFFFFFFFF;
  /// The innermost range that holds the address, kNoRange if none does.
  [[nodiscard]] std::uint32_t innermost(const Address& address) const noexcept;
  /// The number of a country (two letters of any case), or of the unknown one when empty.
  [[nodiscard]] static std::uint32_t country(std::string_view country) noexcept;
  [[nodiscard]] bool knows(std::uint32_t range, std::uint32_t country) const noexcept {
    return (range == kNoRange || range < ranges_.size()) && country <= kCountries;
  }
  /// Calls found(set) for every set that holds the range (or kNoRange) or the country; a set may
  /// come more than once.
  template <typename F>
  void sets_of(std::uint32_t range, std::uint32_t country, F found) const noexcept {
    for (std::uint32_t r = range; r != kNoRange; r = ranges_[r].around) {
      for (std::uint32_t i = ranges_[r].begin; i < ranges_[r].end; ++i) {
        found(sets_[i]);
      }
    }
    for (std::uint32_t i = country_begin_[country]; i < country_begin_[country + 1]; ++i) {
      found(country_sets_[i]);
    }
  }
  [[nodiscard]] bool asks_for_addresses() const { return !starts_.empty(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
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

  std::vector<Address> starts_;          ///< where the innermost range changes, sorted
  std::vector<std::uint32_t> range_at_;  ///< the innermost range from there on
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> sets_;
  std::vector<std::uint32_t> country_sets_;
  std::array<std::uint32_t, kCountries + 2> country_begin_{};  ///< the last: unknown country
};

}  // namespace gate::index
