#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/ir/program.h"

/// Spellings of the IR's enumerations, as the text form and explanations use them.
namespace gate {
[[nodiscard]] std::string_view name(TargetKind value) noexcept;
[[nodiscard]] std::string_view name(PersistentBrowser value) noexcept;
[[nodiscard]] std::string_view name(CloudAppSecurity value) noexcept;
[[nodiscard]] std::string_view name(AccessEvaluation value) noexcept;
}  // namespace gate

namespace gate::ir {

[[nodiscard]] std::string_view name(SymbolKind value) noexcept;
[[nodiscard]] std::string_view name(CompareOp value) noexcept;
[[nodiscard]] std::string_view name(StringOp value) noexcept;
[[nodiscard]] std::string_view name(Op value) noexcept;

/// What the operand fields of an Expr mean.
enum class OperandKind : std::uint8_t { kNone, kChildren, kContext, kTable };
[[nodiscard]] OperandKind operand_kind(Op op) noexcept;
inline constexpr std::size_t kOpCount = 0
#define GATE_IR_OP(id, text, operand) +1
#include "runtime/ir/decision_ir.def"
    ;

}  // namespace gate::ir
