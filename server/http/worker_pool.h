#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gate::server {

/// A fixed number of threads with a bounded queue.
///
/// Blocking work (password hashing, waiting for a durable commit) runs here, so that the thread for
/// socket work never blocks. The queue is bounded because under overload an unbounded queue causes
/// minutes of latency. When it is full, the caller learns at once and answers 503.
class WorkerPool {
 public:
  using Task = std::function<void()>;

  /// Starts `threads` threads (at least one). `queue_max` tasks may wait beside those that run.
  WorkerPool(std::size_t threads, std::size_t queue_max);
  /// Finishes the queued tasks, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or the pool is stopping; the task is then not kept. From any
  /// thread. A task must not throw.
  [[nodiscard]] bool try_submit(Task task);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  std::size_t queue_max_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace gate::server
