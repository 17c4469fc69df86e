#include "compiler/lower/object_code.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>

#include <mutex>

#include "compiler/lower/llvm_compat.h"

namespace gate::lower {
namespace {

void initialise_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

Error failure(const std::string& what) {
  return Error{ErrorCode::kInternal, "machine code: " + what};
}

}  // namespace

Result<std::string> compile_object(const KernelPlan& plan, const KernelNames& names, Cpu cpu) {
  initialise_target();
  const std::string triple = llvm::sys::getProcessTriple();
  std::string problem;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, problem);
  if (target == nullptr) {
    return failure(problem);
  }
  const bool host = cpu == Cpu::kHost;
  const auto machine = compat::make_target_machine(
      *target, triple, host ? llvm::sys::getHostCPUName().str() : std::string(),
      host ? compat::host_features() : std::string());
  if (machine == nullptr) {
    return failure("no code generator for " + triple);
  }
  llvm::LLVMContext context;
  const auto module = emit_kernel(context, plan, names);
  compat::set_triple(*module, triple);
  module->setDataLayout(machine->createDataLayout());
#ifdef GATE_VERIFY_LLVM
  llvm::raw_string_ostream complaint(problem);
  if (llvm::verifyModule(*module, &complaint)) {
    return failure("the module is not well-formed: " + problem);
  }
#endif
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream out(object);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::ObjectFile)) {
    return failure("the target writes no object files");
  }
  passes.run(*module);
  return std::string(object.data(), object.size());
}

std::string print_llvm(const KernelPlan& plan, const KernelNames& names) {
  llvm::LLVMContext context;
  std::string text;
  llvm::raw_string_ostream out(text);
  emit_kernel(context, plan, names)->print(out, nullptr);
  return text;
}

}  // namespace gate::lower
