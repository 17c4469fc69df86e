#pragma once

#include <memory>
#include <string>

#include "runtime/index/kernel_plan.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace gate::lower {

using index::KernelPlan;
using index::plan_for;

/// Names of the two functions of a module. `rows` is there only if the plan has words.
struct KernelNames {
  std::string rows = "gate_rows";
  std::string residual = "gate_residual";
};

/// LLVM IR of a plan: abi::RowKernel and abi::ResidualKernel. Clean SSA that needs no passes.
[[nodiscard]] std::unique_ptr<llvm::Module> emit_kernel(llvm::LLVMContext& context,
                                                        const KernelPlan& plan,
                                                        const KernelNames& names);

}  // namespace gate::lower
