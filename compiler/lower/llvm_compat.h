#pragma once

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <memory>
#include <string>

/// The few places where LLVM 19, our floor, and newer versions differ.
namespace gate::lower::compat {

inline std::unique_ptr<llvm::TargetMachine> make_target_machine(const llvm::Target& target,
                                                                const std::string& triple,
                                                                const std::string& cpu,
                                                                const std::string& features) {
  const llvm::TargetOptions options;
#if LLVM_VERSION_MAJOR >= 21
  return std::unique_ptr<llvm::TargetMachine>(
      target.createTargetMachine(llvm::Triple(triple), cpu, features, options, llvm::Reloc::PIC_,
                                 std::nullopt, llvm::CodeGenOptLevel::Less));
#else
  return std::unique_ptr<llvm::TargetMachine>(
      target.createTargetMachine(triple, cpu, features, options, llvm::Reloc::PIC_, std::nullopt,
                                 llvm::CodeGenOptLevel::Less));
#endif
}

inline void set_triple(llvm::Module& module, const std::string& triple) {
#if LLVM_VERSION_MAJOR >= 21
  module.setTargetTriple(llvm::Triple(triple));
#else
  module.setTargetTriple(triple);
#endif
}

/// "+avx2,-avx512f,...": what the machine has.
inline std::string host_features() {
  std::string features;
  for (const auto& feature : llvm::sys::getHostCPUFeatures()) {
    features += (features.empty() ? "" : ",") +
                (std::string(feature.second ? "+" : "-") + feature.first().str());
  }
  return features;
}

}  // namespace gate::lower::compat
