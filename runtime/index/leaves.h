#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/abi/kernel.h"
#include "runtime/abi/request_layout.h"
#include "runtime/ir/program.h"

namespace gate::index {

/// What a leaf of a condition asks; `a` and `b` are its abi::Constant. The first ones are a few
/// instructions over the bound request, which generated code repeats; the rest calls `Leaves`.
enum class LeafKind : std::uint8_t {
  kConstant,    ///< a: abi::kTrue or abi::kFalse
  kContext,     ///< a: bits of the context word
  kMembership,  ///< a: number of a set of conditions
  kMethod,      ///< a: methods, b: oldest age allowed
  kBool,        ///< a: slot
  kIntEq,       ///< a: slot, b: the number; in the order of ir::CompareOp
  kIntNe,
  kIntLt,
  kIntLe,
  kIntGt,
  kIntGe,
  kText,  ///< a: string test
  kList,  ///< a: list test
  kTime,  ///< a: time test
};
/// Of the kinds kIntEq to kIntGe.
[[nodiscard]] constexpr ir::CompareOp compare_op(LeafKind kind) {
  return static_cast<ir::CompareOp>(static_cast<unsigned>(kind) -
                                    static_cast<unsigned>(LeafKind::kIntEq));
}
/// True for the kinds that generated code leaves to Leaves.
[[nodiscard]] constexpr bool is_call(LeafKind kind) {
  return kind >= LeafKind::kText;
}

/// The tests that compare strings or look at calendars, with their strings folded beforehand.
class Leaves {
 public:
  explicit Leaves(const ir::Program& program);

  [[nodiscard]] std::uint32_t text(const abi::BoundRequest& r, std::uint64_t test) const noexcept;
  [[nodiscard]] std::uint32_t list(const abi::BoundRequest& r, std::uint64_t test) const noexcept;
  [[nodiscard]] std::uint32_t time(const abi::BoundRequest& r, std::uint64_t test) const noexcept;
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kNoSlot = 0xFFFFFFFF;
  struct Strings {
    std::uint32_t slot = kNoSlot;
    std::uint32_t list_slot = kNoSlot;  ///< of a text: where its values are if it has several
    ir::StringOp op = ir::StringOp::kEquals;
    std::uint32_t when_absent = abi::kFalse;
    std::vector<std::string> folded;  ///< sorted
  };
  [[nodiscard]] static bool equals_one(const Strings& test, std::string_view subject) noexcept;
  [[nodiscard]] static bool holds_of(const Strings& test, ir::StringOp op,
                                     std::string_view subject) noexcept;
  /// Of one value of the list in `list_slot`, which there is.
  [[nodiscard]] static bool holds_of_one(const Strings& test, const abi::BoundRequest& r) noexcept;
  std::vector<Strings> texts_;
  std::vector<Strings> lists_;
  struct Time {
    ir::TimeTest test;
    std::uint32_t zone_begin = 0;  ///< in transitions_
    std::uint32_t zone_end = 0;
  };
  std::vector<Time> times_;
  std::vector<std::pair<std::int64_t, std::int32_t>> transitions_;
};

/// Truth of one leaf, as abi::kTrue, kFalse or kUnknown.
[[nodiscard]] std::uint32_t leaf_truth(LeafKind kind, const abi::Constant& constant,
                                       const abi::BoundRequest& request,
                                       const Leaves& leaves) noexcept;

/// The leaf of an expression that is neither `and`, `or` nor `not`.
struct Leaf {
  LeafKind kind = LeafKind::kConstant;
  abi::Constant constant{abi::kFalse, 0};
};
[[nodiscard]] Leaf leaf_of(const ir::Program& program, const ir::Expr& expr);

}  // namespace gate::index
