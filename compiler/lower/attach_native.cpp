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

KernelNames fresh_names() {
  static std::atomic<std::uint64_t> next{0};
  const std::string suffix = "_" + std::to_string(++next);
  return {"gate_rows" + suffix, "gate_residual" + suffix};
}

Result<std::shared_ptr<const jit::LinkedCode>> generate(const KernelPlan& plan) {
  const KernelNames names = fresh_names();
  GATE_TRY(const std::string object, compile_object(plan, names, Cpu::kHost));
  return jit::link(object, {plan.words > 0 ? names.rows : std::string(), names.residual});
}

Error banned() {
  return {ErrorCode::kUnavailable,
          "machine code: what was generated for such sets disagreed with the interpreter"};
}

}  // namespace

std::shared_ptr<SharedCode> known_code(const KernelPlan& plan) {
  auto code = CodeCache::instance().find(plan.signature());
  if (code != nullptr) {
    ++shared;
  }
  return code;
}

Result<std::shared_ptr<SharedCode>> code_for(const KernelPlan& plan) {
  if (auto known = known_code(plan)) {
    return known;
  }
  CodeCache& cache = CodeCache::instance();
  const std::string signature = plan.signature();
  if (cache.is_banned(signature)) {
    return banned();
  }
  GATE_TRY(auto linked, generate(plan));
  ++compiled;
  auto code = cache.put(signature, std::make_shared<SharedCode>(std::move(linked)));
  if (code == nullptr) {
    return banned();
  }
  return code;
}

Result<std::unique_ptr<CompiledCode>> compile_native(const index::Index& index) {
  const auto plan = plan_for(index);
  if (!plan) {
    return std::unique_ptr<CompiledCode>();
  }
  GATE_TRY(const auto code, code_for(*plan));
  return code->on_its_own();
}

void ban_native(const PolicySet& set) {
  const auto& index = internal::state_of(set).index;
  const auto plan = index == nullptr ? std::nullopt : plan_for(*index);
  if (plan) {
    CodeCache::instance().ban(plan->signature());
  }
}

Result<void> attach_native(const PolicySet& set) {
  if (set.tier() != Tier::kTables) {
    return {};
  }
  const auto plan = plan_for(*internal::state_of(set).index);
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
  if (!(*code)->attach_to(set)) {
    return banned();
  }
  return {};
}

std::string dump_llvm(const PolicySet& set) {
  const auto& index = internal::state_of(set).index;
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
          .waiting = queue.waiting,
          .wrong = CodeCache::instance().bans()};
}

}  // namespace gate::lower
