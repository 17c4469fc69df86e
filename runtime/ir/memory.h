#pragma once

#include <cstddef>

#include "runtime/ir/program.h"

namespace gate::ir {

/// Bytes that a program holds on the heap: the room of its vectors and of its longer strings. What
/// the allocator adds is not known here. Cost linear.
[[nodiscard]] std::size_t memory_bytes(const Program& program);

/// Gives back what the tables that policies share hold in reserve. Their rows move: to be called
/// before anything points at them.
[[nodiscard]] Program shrunk(Program program);

}  // namespace gate::ir
