#include "compiler/lower/native_queue.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "compiler/lower/code_cache.h"
#include "runtime/probe/cross_check.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::lower {
namespace {

/// LLVM makes static objects at its first use, and they are destroyed before whatever was made
/// earlier: a thread that generates code must have ended by then. The one thing that is destroyed
/// before all static objects is what belongs to the thread that ends the process, which is the main
/// thread, but for programs that call exit() elsewhere: those have stop_at_exit().
struct EndOfMainThread {
  bool watched = true;
  ~EndOfMainThread() {
    if (watched && gettid() == getpid()) {
      NativeQueue::instance().stop();
    }
  }
};
thread_local EndOfMainThread end_of_main_thread;
/// Made before main(), by the main thread.
[[maybe_unused]] const bool kMainThreadIsWatched = end_of_main_thread.watched;

/// Bans code that decides otherwise than the interpreter, in sets whose tables do not.
bool is_right(SharedCode& code, const PolicySet& set) {
  const std::size_t sign_ins = internal::state_of(set).cross_check;
  if (!probe::find_difference(set, code.entries(), sign_ins)) {
    return true;
  }
  if (!probe::find_difference(set, abi::Entries{}, sign_ins)) {
    ban_native(set);
  }
  return false;
}

}  // namespace

NativeQueue& NativeQueue::instance() {
  static auto* queue = new NativeQueue;
  return *queue;
}

NativeQueue::NativeQueue(std::size_t waiting_max, Generate generate)
    : waiting_max_(waiting_max), generate_(std::move(generate)) {}

void NativeQueue::stop_at_exit() {
  // What was made last is destroyed first. So this is asked for before the thread starts, and again
  // once it has generated code. In between, some 20 ms, only the main thread may end the process.
  static_cast<void>(std::atexit([] { instance().stop(); }));
}

void NativeQueue::add(const std::shared_ptr<const PolicySet>& set) {
  if (set == nullptr || set->tier() != Tier::kTables) {
    return;
  }
  const auto plan = index::plan_for(*internal::state_of(*set).index);
  if (!plan || !expect_code(*set)) {
    return;
  }
  if (const auto code = known_code(*plan)) {
    static_cast<void>(code->attach_to(*set));
  } else if (CodeCache::instance().is_banned(plan->signature())) {
    count_failure();
    give_up_code(*set);
  } else if (!enqueue(set)) {
    give_up_code(*set);
  }
}

bool NativeQueue::enqueue(const std::shared_ptr<const PolicySet>& set) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= waiting_max_) {
    counts_.dropped += std::erase_if(queue_, [](const auto& s) { return s.expired(); });
  }
  if (stopping_ || queue_.size() >= waiting_max_ || (worker_.joinable() && process_ != getpid())) {
    ++counts_.refused;
    return false;
  }
  if (!worker_.joinable()) {
    stop_at_exit();
    try {
      worker_ = std::thread([this] { work(); });
      process_ = getpid();
    } catch (const std::system_error&) {
      ++counts_.refused;
      return false;
    }
  }
  queue_.push_back(set);
  changed_.notify_one();
  return true;
}

void NativeQueue::work() {
  bool is_first = true;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) {
      return;
    }
    const std::weak_ptr<const PolicySet> next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    serve(next);
    if (std::exchange(is_first, false)) {
      stop_at_exit();
    }
    lock.lock();
  }
}

void NativeQueue::serve(const std::weak_ptr<const PolicySet>& waiting) {
  std::optional<index::KernelPlan> plan;
  if (const auto set = waiting.lock()) {
    plan = index::plan_for(*internal::state_of(*set).index);
  }
  if (!plan) {
    const std::lock_guard lock(mutex_);
    ++counts_.dropped;
    return;
  }
  const auto code = generate_(*plan);
  const auto set = waiting.lock();
  const bool good = code && (set == nullptr || is_right(**code, *set));
  if (!good) {
    count_failure();
  }
  if (set != nullptr && good) {
    static_cast<void>((*code)->attach_to(*set));
  } else if (set != nullptr) {
    give_up_code(*set);
  }
}

void NativeQueue::count_failure() {
  const std::lock_guard lock(mutex_);
  ++counts_.failed;
}

void NativeQueue::stop() {
  std::deque<std::weak_ptr<const PolicySet>> left;
  std::thread worker;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
    worker = std::move(worker_);
    changed_.notify_all();
  }
  if (worker.joinable() && process_ != getpid()) {
    worker.detach();
  }
  if (worker.joinable()) {
    worker.join();
  }
  for (const auto& waiting : left) {
    if (const auto set = waiting.lock()) {
      give_up_code(*set);
    }
  }
}

NativeQueue::Counts NativeQueue::counts() {
  const std::lock_guard lock(mutex_);
  Counts now = counts_;
  now.waiting = queue_.size();
  return now;
}

}  // namespace gate::lower
