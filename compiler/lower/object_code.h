#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>

#include "compiler/lower/emit_kernel.h"

namespace gate::lower {

/// For which processor: this very machine, or any of its architecture.
enum class Cpu : std::uint8_t { kHost, kGeneric };

/// A plan as a relocatable object file. Thread-safe; some 10 ms. kInternal when LLVM cannot make
/// code for this machine; in builds with assertions the IR is verified first.
[[nodiscard]] Result<std::string> compile_object(const KernelPlan& plan, const KernelNames& names,
                                                 Cpu cpu);

/// The LLVM IR of a plan as text.
[[nodiscard]] std::string print_llvm(const KernelPlan& plan, const KernelNames& names);

}  // namespace gate::lower
