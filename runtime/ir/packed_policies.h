#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ir/program.h"

namespace gate::ir {

/// The policies of a program in a fraction of the memory, each to be had on its own. A set in force
/// keeps them so: decisions read tables and never a policy; explain, saving and replay do.
///
/// Records stand one after the other as describe.h has them, with flags and small enumerators as
/// bits and names of files as numbers. One of every kGroup has its place written down, the others
/// are found by their lengths. It never leaves the process: files carry encode_binary().
/// Immutable; any number of threads may read.
class PackedPolicies {
 public:
  /// What lists and reports say of a policy. The views hold as long as these PackedPolicies.
  struct Label {
    std::string_view id;
    std::string_view name;
    std::string_view description;
    std::string_view source_file;
    std::uint32_t source_line = 0;
    std::uint32_t effect = 0;
  };

  PackedPolicies() = default;
  /// Cost: linear.
  explicit PackedPolicies(std::span<const Policy> policies);

  [[nodiscard]] std::size_t size() const { return states_.size(); }
  /// Equal to what was packed. Allocates; some 100 ns for a short one. `index` < size().
  [[nodiscard]] Policy policy(std::size_t index) const;
  /// Allocates nothing. `index` < size().
  [[nodiscard]] Label label(std::size_t index) const;
  [[nodiscard]] PolicyState state(std::size_t index) const { return states_[index]; }
  /// Bytes held.
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::size_t kGroup = 8;

  [[nodiscard]] std::string_view record(std::size_t index) const;

  std::vector<PolicyState> states_;    ///< explain asks for these alone
  std::vector<std::uint64_t> starts_;  ///< of every kGroup-th record
  std::vector<std::string> files_;
  std::string records_;
};

}  // namespace gate::ir
