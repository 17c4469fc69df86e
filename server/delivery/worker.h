#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/delivery/channel.h"
#include "server/store/outbox.h"
#include "server/ports/clock.h"

namespace gate::server {

class Logger;

struct DeliverySettings {
  std::size_t threads = 2;
  /// How long a worker sleeps when nothing is due and nobody wakes it (retries, another process's
  /// messages).
  std::chrono::milliseconds poll_interval{1'000};
  /// Messages claimed at once by one worker.
  std::size_t batch = 8;
  /// For how long a claim is ours, and how long one attempt may take: what cannot be attempted
  /// inside the lease is handed back unsent instead of being sent twice.
  Micros lease = 60 * kMicrosPerSecond;
  Micros attempt_max = 25 * kMicrosPerSecond;
};

/// When to try again after the given number of tries: 2 s, 4 s, 8 s ... at most a minute apart. A
/// code lives ten minutes, so longer waits would only deliver dead ones.
[[nodiscard]] Micros retry_delay(std::int64_t tries) noexcept;

/// Threads that take messages out of the store's outbox, send them, and report what became of them
/// (T5). Never logs an address, a code or a text.
class DeliveryWorkers {
 public:
  /// Starts the threads. Fails if a channel cannot be made. A null factory means that messages of
  /// this kind are refused. `outbox`, `clock` and `log` must outlive the workers.
  static Result<std::unique_ptr<DeliveryWorkers>> start(DeliverySettings settings,
                                                        Outbox& outbox,
                                                        const ChannelFactory& email,
                                                        const ChannelFactory& sms,
                                                        const Clock& clock, Logger& log);
  /// Waits for attempts under way, then joins. Claimed messages that were not attempted are handed
  /// back.
  ~DeliveryWorkers();
  DeliveryWorkers(const DeliveryWorkers&) = delete;
  DeliveryWorkers& operator=(const DeliveryWorkers&) = delete;

  /// Says that there may be something to send. Cheap, from any thread.
  void wake();

 private:
  struct Lane {
    std::unique_ptr<DeliveryChannel> email;
    std::unique_ptr<DeliveryChannel> sms;
  };
  DeliveryWorkers(DeliverySettings settings, Outbox& outbox, const Clock& clock, Logger& log);
  void run(Lane& lane);
  /// The number of messages that were claimed.
  std::size_t deliver_batch(Lane& lane);
  void deliver(Lane& lane, const OutboxMessage& message, Micros claimed_at);
  DeliveryReceipt attempt(Lane& lane, const OutboxMessage& message);

  DeliverySettings settings_;
  Outbox& outbox_;
  const Clock& clock_;
  Logger& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t wakes_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<Lane> lanes_;
  std::vector<std::thread> threads_;
};

}  // namespace gate::server
