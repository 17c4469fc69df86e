#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/abi/kernel.h"
#include "runtime/index/applied.h"
#include "runtime/index/binding.h"
#include "runtime/index/conditions.h"
#include "runtime/index/features.h"
#include "runtime/ir/program.h"

namespace gate::index {

/// The index for sets too large for rows: policies stand in lists under pairs of a target and a
/// principal that they include, and a request looks only at the lists of the pairs it has. What a
/// list does not settle (exclusions, the residual, an include too long to be spelled in pairs) is
/// a shared `Check`.
class Postings {
 public:
  Postings(const ir::Program& program, const Features& features, const Conditions& conditions);

  /// Fills `bound.lists`: what depends on who signs in to what, and on nothing else.
  void find_lists(Bound& bound) const noexcept;
  /// Adds every policy that applies. `code` evaluates residuals, or null: the static executor.
  void run(const Bound& bound, const Conditions& conditions, abi::ResidualKernel code,
           Applied& applied) const noexcept;

  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class PostingsBuilder;
  /// The half of a pair that is not looked at.
  static constexpr std::uint32_t kAny = 0xFFFFFFFE;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  /// Lists of this length and more are also stored as blocks of 256 policies, one row per context
  /// bit.
  static constexpr std::size_t kBlocksFrom = 96;
  static constexpr std::size_t kBlockWords = 4;
  static constexpr std::size_t kBlockPolicies = kBlockWords * 64;

  /// One list, found by its pair.
  struct Pair {
    std::uint32_t target = kNone;
    std::uint32_t principal = kNone;
    std::uint32_t first : 25 = 0;  ///< in entries_, or number in long_lists_
    std::uint32_t count : 7 = 0;   ///< kLong: a long list
  };
  static constexpr std::uint32_t kLong = 127;
  static constexpr std::uint32_t kEntriesMax = 1U << 25;
  static_assert(kBlocksFrom <= kLong);
  struct LongList {
    std::uint32_t first = 0;  ///< in entries_
    std::uint32_t count = 0;
    std::uint32_t block = 0;  ///< number of the first block
  };
  /// One policy in one list. Nearly all of them are settled without a look at anything else.
  struct Entry {
    std::uint64_t mask = 0;  ///< what the context word must be within
    std::uint32_t policy = 0;
    std::uint32_t check = 0;  ///< number in checks_; kMore: more than exclusions is to be checked
  };
  static constexpr std::uint32_t kMore = 0x80000000;
  static constexpr std::uint8_t kNotExcluded = 64;
  /// Four runs of keys_, one after the other. An empty include: the list has settled it.
  struct Check {
    std::uint64_t excluded = 0;  ///< signature of the excluded keys: none in common, none excluded
    std::uint32_t excluded_principals = 0;  ///< where the run begins; it ends where the next begins
    std::uint32_t excluded_targets = 0;
    std::uint32_t included_principals = 0;
    std::uint32_t included_targets = 0;
    std::uint32_t end = 0;
    std::uint32_t residual = Conditions::kNoResidual;
  };
  /// Which principals a target has lists with; answers "perhaps" or "no".
  struct Filter {
    std::uint32_t begin = 0;  ///< word of filter_bits_
    std::uint32_t mask = 0;   ///< number of bits - 1
  };
  struct Probe {
    std::uint32_t target;
    std::uint32_t principal;
  };
  struct Run;

  [[nodiscard]] static std::uint32_t mixed(std::uint32_t key) {
    key *= 0x9E3779B1U;
    return key ^ (key >> 15);
  }
  [[nodiscard]] static std::uint64_t pair_hash(std::uint32_t target, std::uint32_t principal) {
    const std::uint64_t h =
        (std::uint64_t{target} << 32 | principal) * std::uint64_t{0x9E3779B97F4A7C15};
    return h ^ (h >> 32);
  }
  [[nodiscard]] bool may_have(std::uint32_t target, std::uint32_t principal) const noexcept {
    const Filter& filter = filters_[target];
    const std::uint32_t bit = mixed(principal) & filter.mask;
    return (filter_bits_[filter.begin + bit / 64] >> (bit % 64) & 1U) != 0;
  }
  template <typename F>
  void for_each_list(const Bound& bound, F f) const noexcept;
  template <typename F>
  void look_up(const Probe* probes, std::uint32_t count, F f) const noexcept;
  void scan(const Pair& pair, Run& run) const noexcept;
  void scan_blocks(const LongList& list, Run& run) const noexcept;
  void settle(Run& run) const noexcept;
  void check(const Entry& entry, Run& run) const noexcept;
  [[nodiscard]] static bool has_principal(const Bound& bound,
                                          std::span<const std::uint32_t> any_of) noexcept;
  [[nodiscard]] static bool has_target(const Bound& bound,
                                       std::span<const std::uint32_t> any_of) noexcept;

  std::vector<Pair> pairs_;      ///< open_addressing.h
  std::vector<Filter> filters_;  ///< [target key], and one more for kAny
  std::vector<std::uint64_t> filter_bits_;
  std::vector<Entry> entries_;  ///< of all lists, one after the other
  std::vector<LongList> long_lists_;
  std::vector<std::uint64_t> blocks_;  ///< of long lists: [block][context bit][kBlockWords]
  std::vector<Check> checks_;
  std::vector<std::uint32_t> keys_;
  /// The bit of Check::excluded for a key, kNotExcluded for one that no policy excludes: a request
  /// has many keys, and few of them are ever excluded.
  std::vector<std::uint8_t> principal_bits_;
  std::vector<std::uint8_t> target_bits_;
  std::uint64_t context_fields_ = 0;  ///< the fields that some policy looks at
};

}  // namespace gate::index
