#include "compiler/lower/attach_native.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "compiler/lower/object_code.h"
#include "runtime/jit/linked_code.h"
#include "runtime/set/state.h"

namespace gate::lower {
namespace {

std::atomic<std::uint64_t> compiled{0};
std::atomic<std::uint64_t> shared{0};
std::atomic<std::uint64_t> failed{0};

/// Code of one plan, for all sets that have it.
class SharedCode : public CompiledCode {
 public:
  SharedCode(std::shared_ptr<const jit::LinkedCode> code, const abi::Entries& entries)
      : code_(std::move(code)), entries_(entries) {}
  [[nodiscard]] abi::Entries entries() const noexcept override { return entries_; }

 private:
  std::shared_ptr<const jit::LinkedCode> code_;
  abi::Entries entries_;
};

/// What is linked at the moment, by signature. Holds nothing alive.
class CodeCache {
 public:
  static CodeCache& instance() {
    static auto* cache = new CodeCache;  // outlives every set, so that none has to outlive it
    return *cache;
  }

  std::shared_ptr<const jit::LinkedCode> find(const std::string& signature) {
    const std::lock_guard lock(mutex_);
    const auto it = code_.find(signature);
    return it == code_.end() ? nullptr : it->second.lock();
  }
  void put(const std::string& signature, const std::shared_ptr<const jit::LinkedCode>& code) {
    const std::lock_guard lock(mutex_);
    std::erase_if(code_, [](const auto& entry) { return entry.second.expired(); });
    code_[signature] = code;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<const jit::LinkedCode>> code_;
};

KernelNames fresh_names() {
  static std::atomic<std::uint64_t> next{0};
  const std::string suffix = "_" + std::to_string(++next);
  return {"gate_rows" + suffix, "gate_residual" + suffix};
}

Result<std::shared_ptr<const jit::LinkedCode>> code_for(const KernelPlan& plan) {
  const std::string signature = plan.signature();
  if (auto known = CodeCache::instance().find(signature)) {
    ++shared;
    return known;
  }
  const KernelNames names = fresh_names();
  GATE_TRY(const std::string object, compile_object(plan, names, Cpu::kHost));
  GATE_TRY(auto code,
           jit::link(object, {plan.words > 0 ? names.rows : std::string(), names.residual}));
  ++compiled;
  CodeCache::instance().put(signature, code);
  return code;
}

}  // namespace

Result<std::unique_ptr<CompiledCode>> compile_native(const index::Index& index) {
  const auto plan = plan_for(index);
  if (!plan) {
    return std::unique_ptr<CompiledCode>();
  }
  auto code = code_for(*plan);
  if (!code) {
    ++failed;
    return std::move(code).error();
  }
  abi::Entries entries;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): addresses of generated functions
  if (plan->words > 0) {
    entries.rows = reinterpret_cast<abi::RowKernel>((*code)->address(0));
  }
  entries.residual = reinterpret_cast<abi::ResidualKernel>((*code)->address(1));
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return std::unique_ptr<CompiledCode>(
      std::make_unique<SharedCode>(std::move(code).value(), entries));
}

Result<void> attach_native(const PolicySet& set) {
  if (set.tier() != Tier::kTables) {
    return {};
  }
  GATE_TRY(auto code, compile_native(*set.state().index));
  if (code != nullptr) {
    attach_code(set, std::move(code));
  }
  return {};
}

std::string dump_llvm(const PolicySet& set) {
  const auto& index = set.state().index;
  const auto plan = index == nullptr ? std::nullopt : plan_for(*index);
  return plan ? print_llvm(*plan, {}) : "; nothing is generated for this set\n";
}

NativeCounts native_counts() noexcept {
  return {compiled.load(), shared.load(), failed.load()};
}

}  // namespace gate::lower
