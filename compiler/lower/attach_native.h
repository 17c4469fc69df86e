#pragma once

#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "runtime/index/index.h"
#include "runtime/set/build.h"

namespace gate::lower {

/// Machine code for an index, null when it has no use for any. Indexes whose code would be equal
/// share it, so that an edit of data alone compiles nothing; it is freed with the last that uses
/// it. Thread-safe; 5 to 20 ms when there is something to compile. kInternal when LLVM fails.
[[nodiscard]] Result<std::unique_ptr<CompiledCode>> compile_native(const index::Index& index);

/// Lets a set decide by machine code from now on; others may be deciding meanwhile. Does nothing
/// for a set that has no use for code or has it. On an error the set goes on deciding from its
/// tables, as PolicySet::tier() says. Thread-safe for different sets.
[[nodiscard]] Result<void> attach_native(const PolicySet& set);

/// The LLVM IR of the set's code for people to read; a comment when there is none.
[[nodiscard]] std::string dump_llvm(const PolicySet& set);

/// Since the process began: what shows that code is shared, and that failures are noticed.
struct NativeCounts {
  std::uint64_t compiled = 0;
  std::uint64_t shared = 0;
  std::uint64_t failed = 0;
};
[[nodiscard]] NativeCounts native_counts() noexcept;

}  // namespace gate::lower
