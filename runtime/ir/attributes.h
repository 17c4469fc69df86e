#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "runtime/ir/program.h"

/// Which attributes may hold several values, asked by every executor.
namespace gate::ir {

/// The slot that holds the values of `slot` when a request gives it as a list; empty: `slot` is a
/// signal or an attribute of one value, of which a request must not give a list.
[[nodiscard]] inline std::optional<std::uint32_t> list_slot_of(const Program& program,
                                                               const StringSlot& slot) {
  const auto& lists = program.list_slots;
  const auto at = slot.signal ? lists.end() : std::find(lists.begin(), lists.end(), slot.name);
  return at == lists.end() ? std::nullopt
                           : std::optional(static_cast<std::uint32_t>(at - lists.begin()));
}

/// What a test asks of each value of a list: `contains` asks for one as a whole.
[[nodiscard]] constexpr StringOp element_op(StringOp op) {
  return op == StringOp::kContains ? StringOp::kEquals : op;
}

}  // namespace gate::ir
