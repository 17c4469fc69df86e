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
#include "server/ports/clock.h"
#include "server/store/outbox.h"

namespace gate::server {

class Logger;

struct DeliverySettings {
  std::size_t threads = 2;
  /// How long an idle worker sleeps before it polls the outbox for retries and for messages of
  /// other processes.
  std::chrono::milliseconds poll_interval{1'000};
  /// The number of messages that a worker claims at once.
  std::size_t batch = 8;
  /// How long a claim lasts, and how long one attempt may take. A message that cannot be attempted
  /// within the lease is handed back unsent, so that it is not sent twice.
  Micros lease = 60 * kMicrosPerSecond;
  Micros attempt_max = 25 * kMicrosPerSecond;
};

/// The delay before the next attempt: 2 s, 4 s, 8 s ... at most a minute. A code lives for ten
/// minutes, so a longer delay would only deliver expired codes.
[[nodiscard]] Micros retry_delay(std::int64_t tries) noexcept;

/// Threads that claim messages in the store's outbox, send them, and report the result (T5). They
/// never log an address, a code or a text.
class DeliveryWorkers {
 public:
  /// Starts the threads. Fails if a channel cannot be made. A message whose kind has a null factory
  /// is refused. `outbox`, `clock` and `log` must outlive the workers.
  static Result<std::unique_ptr<DeliveryWorkers>> start(DeliverySettings settings, Outbox& outbox,
                                                        const ChannelFactory& email,
                                                        const ChannelFactory& sms,
                                                        const Clock& clock, Logger& log);
  /// Waits for the attempts under way and joins the threads. Claimed messages that were not
  /// attempted are handed back.
  ~DeliveryWorkers();
  DeliveryWorkers(const DeliveryWorkers&) = delete;
  DeliveryWorkers& operator=(const DeliveryWorkers&) = delete;

  /// Wakes a worker: there may be a message to send. Cheap, from any thread.
  void wake();

 private:
  struct Lane {
    std::unique_ptr<DeliveryChannel> email;
    std::unique_ptr<DeliveryChannel> sms;
  };
  DeliveryWorkers(DeliverySettings settings, Outbox& outbox, const Clock& clock, Logger& log);
  void run(Lane& lane);
  /// Sends one batch and returns the number of messages claimed.
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
