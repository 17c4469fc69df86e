#pragma once

#include <cstdint>
#include <vector>

#include "runtime/abi/kernel.h"
#include "runtime/index/conditions.h"
#include "runtime/index/features.h"
#include "runtime/ir/program.h"

namespace gate::index {

/// Policies as columns of bit rows, for sets of up to kPoliciesMax policies: a decision is the AND
/// and OR of some twenty rows, whatever the policies say.
class Rows {
 public:
  static constexpr std::size_t kPoliciesMax = std::size_t{64} * abi::kRowWordsMax;
  /// False if the set has too many policies, or so many names that rows would waste memory.
  [[nodiscard]] static bool suits(const ir::Program& program, const Features& features);

  /// `wide`: 256-bit registers may be used.
  Rows(const ir::Program& program, const Features& features, const Conditions& conditions,
       bool wide);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  [[nodiscard]] const abi::RowTables& tables() const { return tables_; }
  /// Fields of the context word that some policy looks at.
  [[nodiscard]] const std::vector<std::uint64_t>& context_fields() const { return fields_; }
  [[nodiscard]] std::size_t bytes() const;
  /// 256-bit registers are used by run() and admit().
  [[nodiscard]] bool is_wide() const { return wide_; }
  /// Whether this machine, and this build, has them and the instructions that came with them.
  [[nodiscard]] static bool can_be_wide() noexcept;

  /// Policies that include one of the principals and exclude none, into tables().words words.
  void admit(const std::uint32_t* keys, std::uint32_t count, std::uint64_t* out) const noexcept {
    admit_(*this, keys, count, out);
  }
  /// The static kernel: the same answer as generated code, from the same tables.
  /// `code` evaluates residuals, or null.
  void run(const Conditions& conditions, const abi::BoundRequest& request, abi::ResidualKernel code,
           std::uint64_t* applies, std::uint64_t* unknown) const noexcept;

 private:
  void fill(const ir::Program& program, const Features& features, const Conditions& conditions);
  using Combine = void (*)(const Rows& rows, const abi::BoundRequest& request,
                           std::uint64_t* candidates);
  using Admit = void (*)(const Rows& rows, const std::uint32_t* keys, std::uint32_t count,
                         std::uint64_t* out);
  template <std::uint32_t kBlocks>
  struct Plain;
  template <std::uint32_t kBlocks>
  struct Wide;
  template <template <std::uint32_t> typename Kernel>
  void use(std::uint64_t words);

  std::vector<std::uint64_t> principal_rows_;
  std::vector<std::uint64_t> target_rows_;
  std::vector<std::uint64_t> context_rows_;
  std::vector<std::uint64_t> residual_row_;
  std::vector<std::uint64_t> fields_;
  abi::RowTables tables_{};
  bool wide_;
  Combine combine_ = nullptr;
  Admit admit_ = nullptr;
};

}  // namespace gate::index
