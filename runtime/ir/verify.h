#pragma once

#include <gate/result.hpp>

#include "runtime/ir/program.h"

namespace gate::ir {

/// Limits that are not of the language but of one request or one table.
inline constexpr std::size_t kControlNamesMax = 256;  ///< terms of use and custom controls
inline constexpr std::size_t kStrengthsMax = 256;
inline constexpr std::size_t kCombinationsMax = 1024;  ///< of one strength
/// Nodes of one condition with shared parts counted as often as they are used: what evaluating it
/// may cost. Sharing alone would let 64 levels stand for 2^64 nodes.
inline constexpr std::uint64_t kConditionNodesMax = 65'536;
inline constexpr std::uint64_t kConditionNodesTotalMax = std::uint64_t{64}
                                                         << 20U;  ///< of all policies

/// Checks all that the executors rely on: every index in range, every order, every limit, one fact
/// per context_in, strengths[0] == "mfa", depth. Error{kCorrupt} names the first fault
/// ("policy 3: include: symbol 9 is not a principal"). Cost linear in the program.
[[nodiscard]] Result<void> verify(const Program& program);

}  // namespace gate::ir
