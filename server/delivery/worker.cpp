#include "server/delivery/worker.h"

#include <algorithm>
#include <utility>

#include "server/crypto/secret.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

constexpr Micros kFirstDelay = 2 * kMicrosPerSecond;
constexpr Micros kLongestDelay = 60 * kMicrosPerSecond;

std::string_view word(DeliveryOutcome outcome) {
  switch (outcome) {
    case DeliveryOutcome::kSent:
      return "sent";
    case DeliveryOutcome::kRetry:
      return "retry";
    case DeliveryOutcome::kFailed:
      return "failed";
    case DeliveryOutcome::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

Micros retry_delay(std::int64_t tries) noexcept {
  const std::int64_t doublings = std::clamp<std::int64_t>(tries - 1, 0, 5);
  return std::min(kFirstDelay << doublings, kLongestDelay);
}

DeliveryWorkers::DeliveryWorkers(DeliverySettings settings, Outbox& outbox, const Clock& clock,
                                 Logger& log)
    : settings_(settings), outbox_(outbox), clock_(clock), log_(log) {}

Result<std::unique_ptr<DeliveryWorkers>> DeliveryWorkers::start(DeliverySettings settings,
                                                                Outbox& outbox,
                                                                const ChannelFactory& email,
                                                                const ChannelFactory& sms,
                                                                const Clock& clock, Logger& log) {
  std::unique_ptr<DeliveryWorkers> workers(new DeliveryWorkers(settings, outbox, clock, log));
  for (std::size_t i = 0; i < std::max<std::size_t>(settings.threads, 1); ++i) {
    Lane lane;
    if (email) {
      GATE_TRY(lane.email, email());
    }
    if (sms) {
      GATE_TRY(lane.sms, sms());
    }
    workers->lanes_.push_back(std::move(lane));
  }
  for (Lane& lane : workers->lanes_) {
    workers->threads_.emplace_back([raw = workers.get(), &lane] { raw->run(lane); });
  }
  return workers;
}

DeliveryWorkers::~DeliveryWorkers() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void DeliveryWorkers::wake() {
  {
    const std::scoped_lock lock(mutex_);
    ++wakes_;
  }
  wake_.notify_one();
}

void DeliveryWorkers::run(Lane& lane) {
  while (true) {
    std::uint64_t seen = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) {
        return;
      }
      seen = wakes_;
    }
    if (deliver_batch(lane) > 0) {
      continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, settings_.poll_interval, [&] { return stopping_ || wakes_ != seen; });
  }
}

std::size_t DeliveryWorkers::deliver_batch(Lane& lane) {
  const Micros claimed_at = clock_.now();
  auto claimed = outbox_.claim_outbox(claimed_at, settings_.batch);
  if (!claimed) {
    log_.error("outbox_claim_failed", {{"error", claimed.error().message}});
    return 0;
  }
  for (OutboxMessage& message : *claimed) {
    deliver(lane, message, claimed_at);
    wipe(message.code);
    wipe(message.body);
  }
  return claimed->size();
}

void DeliveryWorkers::deliver(Lane& lane, const OutboxMessage& message, Micros claimed_at) {
  DeliveryReceipt receipt;
  const bool in_time = clock_.now() - claimed_at <= settings_.lease - settings_.attempt_max;
  if (in_time && !stopping_) {
    receipt = attempt(lane, message);
  } else {
    receipt = {
        .outcome = DeliveryOutcome::kRetry, .provider_id = {}, .detail = "handed back unsent"};
  }
  const Micros retry_at = clock_.now() + retry_delay(message.tries);
  const auto finished = outbox_.finish_outbox(message.seq, receipt.outcome, retry_at);
  const bool fine = receipt.outcome == DeliveryOutcome::kSent && finished.has_value();
  const std::initializer_list<LogField> fields = {
      {"seq", message.seq},
      {"tenant", message.tenant_id},
      {"channel", message.kind == ChannelKind::kEmail ? "email" : "sms"},
      {"outcome", word(receipt.outcome)},
      {"tries", message.tries},
      {"provider_id", receipt.provider_id},
      {"detail", receipt.detail},
      {"recorded", finished.has_value()}};
  if (fine) {
    log_.info("delivery", fields);
  } else {
    log_.warning("delivery", fields);
  }
}

DeliveryReceipt DeliveryWorkers::attempt(Lane& lane, const OutboxMessage& message) {
  DeliveryChannel* channel =
      message.kind == ChannelKind::kEmail ? lane.email.get() : lane.sms.get();
  if (channel == nullptr) {
    return {.outcome = DeliveryOutcome::kFailed,
            .provider_id = {},
            .detail = "no channel of this kind is configured"};
  }
  auto receipt = channel->send(message);
  if (!receipt) {
    return {
        .outcome = DeliveryOutcome::kRetry, .provider_id = {}, .detail = receipt.error().message};
  }
  return std::move(receipt).value();
}

}  // namespace gate::server
