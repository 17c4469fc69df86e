#pragma once

#include <cstddef>
#include <cstdint>

namespace gate::bench {

/// Calls of operator new by this thread since it started. The program that links allocations.cpp
/// replaces the global operators for this.
[[nodiscard]] std::uint64_t allocations_of_this_thread();

/// Bytes that malloc has handed out and not got back, in the whole process; code that a JIT maps by
/// itself is not among them.
[[nodiscard]] std::size_t heap_bytes();

/// Resident bytes of the process, as the kernel counts them; 0 where it does not say.
[[nodiscard]] std::size_t resident_bytes();
/// The most that it ever was.
[[nodiscard]] std::size_t peak_resident_bytes();

}  // namespace gate::bench
