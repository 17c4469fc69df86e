#pragma once

#include <gate/compile.hpp>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <string>

#include "compiler/lower/shared_code.h"
#include "runtime/index/kernel_plan.h"
#include "runtime/set/build.h"

namespace gate::lower {

/// Machine code for a plan: that of another set with an equal plan, or generated now. Thread-safe;
/// 5 to 20 ms when there is something to compile. kInternal when LLVM fails, kUnavailable when code
/// for this plan is banned.
[[nodiscard]] Result<std::shared_ptr<SharedCode>> code_for(const index::KernelPlan& plan);
/// The same if it is linked already, null if not: some microseconds.
[[nodiscard]] std::shared_ptr<SharedCode> known_code(const index::KernelPlan& plan);

/// code_for() of an index, for who calls it himself; null when there is no use for any.
[[nodiscard]] Result<std::unique_ptr<CompiledCode>> compile_native(const index::Index& index);

/// CodeCache::ban() of the code that sets like this one share.
void ban_native(const PolicySet& set);

/// Lets a set decide by machine code before this returns; others may be deciding meanwhile. Does
/// nothing for a set that has no use for code or has it. On an error the set goes on deciding from
/// its tables, as PolicySet::tier() says. Thread-safe.
[[nodiscard]] Result<void> attach_native(const PolicySet& set);

/// The LLVM IR of the set's code for people to read; a comment when there is none.
[[nodiscard]] std::string dump_llvm(const PolicySet& set);

/// native_code_counts() of compile.hpp.
[[nodiscard]] NativeCodeCounts native_counts() noexcept;

}  // namespace gate::lower
