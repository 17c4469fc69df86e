#pragma once

#include <cstdint>
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

  /// Adds every policy that applies. `code` evaluates residuals, or null: the static executor.
  void run(const Bound& bound, const Conditions& conditions, abi::ResidualKernel code,
           Applied& applied) const noexcept;

  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class PostingsBuilder;
  /// The half of a pair that is not looked at.
  static constexpr std::uint32_t kAny = 0xFFFFFFFE;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  /// Lists of this length and more are stored as blocks of 256 policies, one row per context bit.
  static constexpr std::size_t kBlocksFrom = 96;
  static constexpr std::size_t kBlockWords = 4;
  static constexpr std::size_t kBlockPolicies = kBlockWords * 64;

  struct Pair {
    std::uint32_t target = kNone;
    std::uint32_t principal = kNone;
    std::uint32_t list = 0;
  };
  struct List {
    std::uint32_t refs = 0;  ///< in refs_
    std::uint32_t count = 0;
    std::uint32_t masks = 0;  ///< in masks_, or number of the first block from kBlocksFrom on
  };
  struct Ref {
    std::uint32_t policy = 0;
    std::uint32_t check = 0;  ///< 0: nothing is left to be checked
  };
  /// Four runs of keys_, one after the other. An empty include: the list has settled it.
  struct Check {
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
  class Present;
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
  [[nodiscard]] const List* find(std::uint32_t target, std::uint32_t principal) const noexcept;
  [[nodiscard]] bool may_have(std::uint32_t target, std::uint32_t principal) const noexcept {
    const Filter& filter = filters_[target];
    const std::uint32_t bit = mixed(principal) & filter.mask;
    return (filter_bits_[filter.begin + bit / 64] >> (bit % 64) & 1U) != 0;
  }
  void scan(const List& list, Run& run) const noexcept;
  void scan_blocks(const List& list, Run& run) const noexcept;
  void check(const Ref& ref, Run& run) const noexcept;

  std::vector<Pair> pairs_;      ///< open addressing, a power of two
  std::vector<Filter> filters_;  ///< [target key], and one more for kAny
  std::vector<std::uint64_t> filter_bits_;
  std::vector<List> lists_;
  std::vector<Ref> refs_;
  std::vector<std::uint64_t> masks_;   ///< of short lists: what the context word must be within
  std::vector<std::uint64_t> blocks_;  ///< of long lists: [block][context bit][kBlockWords]
  std::vector<Check> checks_;
  std::vector<std::uint32_t> keys_;
  std::uint64_t context_fields_ = 0;  ///< the fields that some policy looks at
};

}  // namespace gate::index
