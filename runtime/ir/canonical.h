#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/ir/program.h"

namespace gate::ir {

/// A slot of any kind, by its number in its table.
enum class SlotKind : std::uint8_t { kInt, kBool, kString, kList };
inline constexpr std::size_t kSlotKindCount = 4;
struct SlotId {
  SlotKind kind = SlotKind::kInt;
  std::uint32_t index = 0;
  friend constexpr bool operator==(const SlotId&, const SlotId&) = default;
};
/// Which slots belong to a set, by SlotKind. A number beyond the end is not used.
using UsedSlots = std::array<std::vector<bool>, kSlotKindCount>;

/// Drops what no policy uses (but for the slots in `slots`: a declared signal is type-checked even
/// if unused), sorts every table by content and renumbers, so that equal policy sets give equal
/// programs whatever order their parts were made in. Policies keep their order. Expects indices in
/// range, and every slot that a policy uses in `slots`.
[[nodiscard]] Program canonical(Program program, const UsedSlots& slots);

}  // namespace gate::ir
