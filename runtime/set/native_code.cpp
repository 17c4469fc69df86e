// Machine code that comes to a set while it decides already.
#include <condition_variable>
#include <mutex>

#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

using CodeProgress = internal::PolicySetState::CodeProgress;

/// One for all sets: waiting is rare, and a set should not carry a condition variable for it.
/// Decisions never come here; they follow the pointer that Index::attach() stores.
struct Settling {
  std::mutex mutex;
  std::condition_variable settled;
};
Settling& settling() {
  static auto* one = new Settling;  // outlives every set
  return *one;
}

}  // namespace

Tier PolicySet::tier() const noexcept {
  if (state_->index == nullptr) {
    return Tier::kInterpreter;
  }
  return state_->index->has_code() ? Tier::kMachineCode : Tier::kTables;
}

Tier PolicySet::wait_for_native(std::chrono::milliseconds wait) const {
  {
    Settling& s = settling();
    std::unique_lock lock(s.mutex);
    s.settled.wait_for(lock, wait,
                       [this] { return state_->code_progress != CodeProgress::kExpected; });
  }
  return tier();
}

bool expect_code(const PolicySet& set) {
  const std::lock_guard lock(settling().mutex);
  CodeProgress& progress = internal::state_for_code(set).code_progress;
  if (progress != CodeProgress::kNone) {
    return false;
  }
  progress = CodeProgress::kExpected;
  return true;
}

bool attach_code(const PolicySet& set, std::unique_ptr<CompiledCode> code) {
  internal::PolicySetState& state = internal::state_for_code(set);
  Settling& s = settling();
  const std::lock_guard lock(s.mutex);
  if (state.code_progress == CodeProgress::kWithdrawn) {
    return false;
  }
  GATE_CHECK(state.index != nullptr && state.code == nullptr && code != nullptr,
             "code is attached once, to a set with tables");
  state.code = std::move(code);
  state.index->attach(state.code->entries());
  state.code_progress = CodeProgress::kAttached;
  s.settled.notify_all();
  return true;
}

void give_up_code(const PolicySet& set) {
  Settling& s = settling();
  const std::lock_guard lock(s.mutex);
  CodeProgress& progress = internal::state_for_code(set).code_progress;
  if (progress != CodeProgress::kWithdrawn) {
    progress = CodeProgress::kNone;
  }
  s.settled.notify_all();
}

bool withdraw_code(internal::PolicySetState& set) {
  Settling& s = settling();
  const std::lock_guard lock(s.mutex);
  const bool had_code = set.index != nullptr && set.index->has_code();
  if (had_code) {
    set.index->withdraw();
  }
  set.code_progress = CodeProgress::kWithdrawn;
  s.settled.notify_all();
  return had_code;
}

}  // namespace gate
