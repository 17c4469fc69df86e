#pragma once

#include <cstdint>
#include <vector>

#include "runtime/abi/kernel.h"
#include "runtime/index/leaves.h"
#include "runtime/ir/program.h"

namespace gate::index {

/// One step of a shape, over a stack of truths (abi::kTrue, ...).
struct Step {
  enum class Code : std::uint8_t {
    kLeaf,  ///< push the truth of leaf `arg`, whose constant is constants[arg]
    kNot,   ///< swap the two bits of the top
    kAnd,   ///< join the two topmost
    kOr,
    kSkipIfFalse,  ///< the top is false: an `and` is decided, go on at step `arg`
    kSkipIfTrue,   ///< the top is true: an `or` is decided, go on at step `arg`
  };
  Code code = Code::kLeaf;
  LeafKind leaf = LeafKind::kConstant;
  std::uint32_t arg = 0;
  friend auto operator<=>(const Step&, const Step&) = default;
};
/// A condition without its constants: equal shapes are one entry of the table, and one function of
/// generated code.
using Shape = std::vector<Step>;

/// The conditions of a program, taken apart: what the context word decides is a mask per policy,
/// the rest is a shape with constants. Residuals, shapes and constants are shared.
class Conditions {
 public:
  explicit Conditions(const ir::Program& program);
  Conditions(const Conditions&) = delete;
  Conditions& operator=(const Conditions&) = delete;

  static constexpr std::uint32_t kNoResidual = 0;

  /// The bits of the context word that the policy lets pass, those of both plans included
  /// (request.context & ~mask == 0).
  [[nodiscard]] std::uint64_t context_mask(std::size_t policy) const { return masks_[policy]; }
  /// kNoResidual, or a number for residuals().
  [[nodiscard]] std::uint32_t residual_of(std::size_t policy) const { return residual_of_[policy]; }
  [[nodiscard]] const std::vector<std::uint32_t>& residual_of() const { return residual_of_; }
  [[nodiscard]] const std::vector<abi::Residual>& residuals() const { return residuals_; }
  /// Sorted, so that sets with the same shapes have the same code.
  [[nodiscard]] const std::vector<Shape>& shapes() const { return shapes_; }
  [[nodiscard]] const std::vector<abi::Constant>& constants() const { return constants_; }
  [[nodiscard]] const abi::LeafCalls& calls() const { return calls_; }

  /// The static executor of a residual: abi::kTrue, kFalse or kUnknown.
  [[nodiscard]] std::uint32_t truth(const abi::Residual& residual,
                                    const abi::BoundRequest& request) const noexcept;
  /// The same by generated code, where there is some.
  [[nodiscard]] std::uint32_t truth(const abi::Residual& residual, const abi::BoundRequest& request,
                                    abi::ResidualKernel code) const noexcept {
    return code == nullptr ? truth(residual, request)
                           : code(&request, &residual, constants_.data(), &calls_);
  }
  /// The first absent fact because of which a condition is unknown, abi::kNoFact if it is not.
  [[nodiscard]] std::uint16_t unknown_fact(const ir::Program& program, ir::ExprId expr,
                                           const abi::BoundRequest& request) const noexcept;
  /// Frees the masks, which the tables built from them hold in their own order, and what lists of
  /// policies hold as well: which residual is whose.
  void forget_masks() { std::vector<std::uint64_t>().swap(masks_); }  // `= {}` keeps the room
  void forget_residuals() { std::vector<std::uint32_t>().swap(residual_of_); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  class Splitter;
  [[nodiscard]] std::uint32_t truth(const ir::Program& program, ir::ExprId expr,
                                    const abi::BoundRequest& request) const noexcept;
  std::vector<std::uint64_t> masks_;
  std::vector<std::uint32_t> residual_of_;
  std::vector<abi::Residual> residuals_;
  std::vector<Shape> shapes_;
  std::vector<abi::Constant> constants_;
  void sort_shapes();
  Leaves leaves_;
  abi::LeafCalls calls_;
};

}  // namespace gate::index
