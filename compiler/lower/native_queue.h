#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <gate/policy_set.hpp>
#include <memory>
#include <mutex>
#include <thread>

#include "compiler/lower/attach_native.h"

namespace gate::lower {

/// Machine code in the background: one thread, which starts with the first set that needs code and
/// ends with the process. Sets are served in the order in which they came, each once. The queue
/// holds none of them alive: one that is gone when its turn comes is skipped, so a process that
/// reloads faster than code is generated does no work for sets that are no longer used. While
/// code is generated the set is not held either; it may be freed meanwhile. Where the set asks for
/// it (CompileOptions::cross_check), code is held against the interpreter before it is attached,
/// and banned when they disagree.
class NativeQueue {
 public:
  /// Sets that may wait. Beyond that a set keeps its tables, and `refused` counts it.
  static constexpr std::size_t kWaitingMax = 4096;

  using Generate =
      std::function<Result<std::shared_ptr<SharedCode>>(const index::KernelPlan& plan)>;

  /// The one of the process. Never destroyed; its thread is joined when the process exits.
  static NativeQueue& instance();

  explicit NativeQueue(std::size_t waiting_max = kWaitingMax, Generate generate = code_for);
  /// stop(). No thread may add any more.
  ~NativeQueue() { stop(); }
  NativeQueue(const NativeQueue&) = delete;
  NativeQueue& operator=(const NativeQueue&) = delete;

  /// Code that is known already is attached at once, the rest is generated in turn. Costs
  /// microseconds. Any thread; does nothing for a set that has no use for code, or has it.
  void add(const std::shared_ptr<const PolicySet>& set);

  /// Ends the thread for good: the set in work is finished, those that wait keep their tables.
  void stop();

  struct Counts {
    std::uint64_t failed = 0;
    std::uint64_t dropped = 0;
    std::uint64_t refused = 0;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Counts counts();

 private:
  /// False: no room, no thread, or the process is ending.
  [[nodiscard]] bool enqueue(const std::shared_ptr<const PolicySet>& set);
  void work();
  void count_failure();
  void serve(const std::weak_ptr<const PolicySet>& waiting);
  static void stop_at_exit();

  const std::size_t waiting_max_;
  const Generate generate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::weak_ptr<const PolicySet>> queue_;
  Counts counts_;
  bool stopping_ = false;
  std::thread worker_;
  pid_t process_ = 0;  ///< that has the thread: a child of fork() has the object and no thread
};

}  // namespace gate::lower
