#include "compiler/lower/attach_native.h"

#include <atomic>
#include <chrono>
#include <memory>

#include "compiler/lower/code_cache.h"
#include "compiler/lower/native_queue.h"
#include "compiler/lower/object_code.h"
#include "runtime/jit/linked_code.h"
#include "runtime/set/state.h"

namespace gate::lower {
namespace {

/// For code that another thread generates: it takes 20 ms, and others may be before it.
constexpr std::chrono::milliseconds kQueueWait{60'000};

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

KernelNames fresh_names() {
  static std::atomic<std::uint64_t> next{0};
  const std::string suffix = "_" + std::to_string(++next);
  return {"gate_rows" + suffix, "gate_residual" + suffix};
}

/// The kernels of linked code, for one set that uses it.
std::unique_ptr<CompiledCode> use(const KernelPlan& plan,
                                  std::shared_ptr<const jit::LinkedCode> code) {
  abi::Entries entries;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): addresses of generated functions
  if (plan.words > 0) {
    entries.rows = reinterpret_cast<abi::RowKernel>(code->address(0));
  }
  entries.residual = reinterpret_cast<abi::ResidualKernel>(code->address(1));
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return std::make_unique<SharedCode>(std::move(code), entries);
}

Result<std::shared_ptr<const jit::LinkedCode>> generate(const KernelPlan& plan) {
  const KernelNames names = fresh_names();
  GATE_TRY(const std::string object, compile_object(plan, names, Cpu::kHost));
  return jit::link(object, {plan.words > 0 ? names.rows : std::string(), names.residual});
}

}  // namespace

std::unique_ptr<CompiledCode> known_code(const KernelPlan& plan) {
  auto code = CodeCache::instance().find(plan.signature());
  if (code == nullptr) {
    return nullptr;
  }
  ++shared;
  return use(plan, std::move(code));
}

Result<std::unique_ptr<CompiledCode>> code_for(const KernelPlan& plan) {
  if (auto known = known_code(plan)) {
    return known;
  }
  auto code = generate(plan);
  if (!code) {
    return std::move(code).error();
  }
  ++compiled;
  return use(plan, CodeCache::instance().put(plan.signature(), std::move(code).value()));
}

Result<std::unique_ptr<CompiledCode>> compile_native(const index::Index& index) {
  const auto plan = plan_for(index);
  return plan ? code_for(*plan) : std::unique_ptr<CompiledCode>();
}

Result<void> attach_native(const PolicySet& set) {
  if (set.tier() != Tier::kTables) {
    return {};
  }
  const auto plan = plan_for(*set.state().index);
  if (!plan) {
    return {};
  }
  if (!expect_code(set)) {
    // The queue has it already.
    if (set.wait_for_native(kQueueWait) == Tier::kMachineCode) {
      return {};
    }
    return Error{ErrorCode::kUnavailable, "machine code: none came in time"};
  }
  auto code = code_for(*plan);
  if (!code) {
    ++failed;
    give_up_code(set);
    return std::move(code).error();
  }
  attach_code(set, std::move(code).value());
  return {};
}

std::string dump_llvm(const PolicySet& set) {
  const auto& index = set.state().index;
  const auto plan = index == nullptr ? std::nullopt : plan_for(*index);
  return plan ? print_llvm(*plan, {}) : "; nothing is generated for this set\n";
}

NativeCodeCounts native_counts() noexcept {
  const NativeQueue::Counts queue = NativeQueue::instance().counts();
  return {.compiled = compiled.load(),
          .shared = shared.load(),
          .failed = failed.load() + queue.failed,
          .dropped = queue.dropped,
          .refused = queue.refused,
          .waiting = queue.waiting};
}

}  // namespace gate::lower
