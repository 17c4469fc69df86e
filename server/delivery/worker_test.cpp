#include "server/delivery/worker.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <latch>
#include <map>

#include "server/log/log.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// An outbox in memory that records the reported outcomes.
class MemoryOutbox final : public Outbox {
 public:
  void add(std::int64_t seq, ChannelKind kind, std::int64_t tries = 1) {
    OutboxMessage message;
    message.seq = seq;
    message.kind = kind;
    message.to = "canary-to@x.example";
    message.code = "55554444";
    message.body = "canary-body 55554444";
    message.tries = tries;
    const std::scoped_lock lock(mutex_);
    due_.push_back(std::move(message));
  }
  Result<std::vector<OutboxMessage>> claim_outbox(Micros /*now*/, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<OutboxMessage> claimed;
    while (!due_.empty() && claimed.size() < limit) {
      claimed.push_back(std::move(due_.front()));
      due_.pop_front();
    }
    return claimed;
  }
  Result<void> finish_outbox(std::int64_t seq, DeliveryOutcome outcome, Micros retry_at) override {
    const std::scoped_lock lock(mutex_);
    finished_[seq] = {outcome, retry_at};
    changed_.notify_all();
    return {};
  }
  std::pair<DeliveryOutcome, Micros> outcome_of(std::int64_t seq) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_.contains(seq); });
    return finished_[seq];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<OutboxMessage> due_;
  std::map<std::int64_t, std::pair<DeliveryOutcome, Micros>> finished_;
};

class ScriptedChannel final : public DeliveryChannel {
 public:
  explicit ScriptedChannel(std::function<Result<DeliveryReceipt>(const OutboxMessage&)> answer)
      : answer_(std::move(answer)) {}
  Result<DeliveryReceipt> send(const OutboxMessage& message) override { return answer_(message); }

 private:
  std::function<Result<DeliveryReceipt>(const OutboxMessage&)> answer_;
};

ChannelFactory scripted(std::function<Result<DeliveryReceipt>(const OutboxMessage&)> answer) {
  return [answer]() -> Result<std::unique_ptr<DeliveryChannel>> {
    return std::unique_ptr<DeliveryChannel>(std::make_unique<ScriptedChannel>(answer));
  };
}

ChannelFactory always(DeliveryOutcome outcome) {
  return scripted([outcome](const OutboxMessage&) -> Result<DeliveryReceipt> {
    return DeliveryReceipt{.outcome = outcome, .provider_id = {}, .detail = {}};
  });
}

class WorkersTest : public ::testing::Test {
 protected:
  ~WorkersTest() override {
    for (const int end : ends_) {
      close(end);
    }
  }
  std::unique_ptr<DeliveryWorkers> start(const ChannelFactory& email, const ChannelFactory& sms) {
    auto started = DeliveryWorkers::start({.threads = 2, .poll_interval = std::chrono::hours(1)},
                                          outbox_, email, sms, clock_, log_);
    EXPECT_TRUE(started.has_value());
    return std::move(started).value();
  }
  std::string logged() {
    std::array<char, 65536> bytes{};
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    const ssize_t size = read(ends_[0], bytes.data(), bytes.size());
    return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
  }

  static std::array<int, 2> open_pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    return ends;
  }

  std::array<int, 2> ends_ = open_pipe();
  FakeClock clock_{1'000'000'000};
  MemoryOutbox outbox_;
  Logger log_{ends_[1], LogLevel::kDebug, LogFormat::kJson};
};

TEST_F(WorkersTest, SendsWhatIsDueAndWhatComesAfterAWake) {
  outbox_.add(1, ChannelKind::kEmail);
  const auto workers = start(always(DeliveryOutcome::kSent), always(DeliveryOutcome::kSent));
  EXPECT_EQ(outbox_.outcome_of(1).first, DeliveryOutcome::kSent);
  outbox_.add(2, ChannelKind::kSms);
  workers->wake();
  EXPECT_EQ(outbox_.outcome_of(2).first, DeliveryOutcome::kSent);
}

TEST_F(WorkersTest, T5_ReportsWhatIsCertainAndWhenToTryAgain) {
  const auto workers = start(always(DeliveryOutcome::kRetry), always(DeliveryOutcome::kUnknown));
  outbox_.add(1, ChannelKind::kEmail, 3);
  outbox_.add(2, ChannelKind::kSms);
  workers->wake();
  const auto mail = outbox_.outcome_of(1);
  EXPECT_EQ(mail.first, DeliveryOutcome::kRetry);
  EXPECT_EQ(mail.second, clock_.now() + 8 * kMicrosPerSecond);
  EXPECT_EQ(outbox_.outcome_of(2).first, DeliveryOutcome::kUnknown);
}

TEST_F(WorkersTest, WhatNoChannelTakesFailsAndABrokenChannelIsTriedAgain) {
  const auto workers = start(scripted([](const OutboxMessage&) -> Result<DeliveryReceipt> {
                               return Error{ErrorCode::kUnavailable, "disk full"};
                             }),
                             nullptr);
  outbox_.add(1, ChannelKind::kEmail);
  outbox_.add(2, ChannelKind::kSms);
  workers->wake();
  EXPECT_EQ(outbox_.outcome_of(1).first, DeliveryOutcome::kRetry);
  EXPECT_EQ(outbox_.outcome_of(2).first, DeliveryOutcome::kFailed);
}

TEST_F(WorkersTest, T5_WhatTheLeaseLeavesNoTimeForIsHandedBackUnsent) {
  std::atomic<int> sent{0};
  const auto slow = scripted([&](const OutboxMessage&) -> Result<DeliveryReceipt> {
    ++sent;
    clock_.advance(40 * kMicrosPerSecond);
    return DeliveryReceipt{.outcome = DeliveryOutcome::kSent, .provider_id = {}, .detail = {}};
  });
  outbox_.add(1, ChannelKind::kEmail);
  outbox_.add(2, ChannelKind::kEmail);
  auto started = DeliveryWorkers::start({.threads = 1, .poll_interval = std::chrono::hours(1)},
                                        outbox_, slow, nullptr, clock_, log_);
  EXPECT_EQ(outbox_.outcome_of(1).first, DeliveryOutcome::kSent);
  EXPECT_EQ(outbox_.outcome_of(2).first, DeliveryOutcome::kRetry);
  EXPECT_EQ(sent.load(), 1);
}

TEST_F(WorkersTest, A8_NeitherAddressNorCodeNorTextReachesTheLog) {
  {
    const auto workers = start(always(DeliveryOutcome::kSent), always(DeliveryOutcome::kFailed));
    outbox_.add(1, ChannelKind::kEmail);
    outbox_.add(2, ChannelKind::kSms);
    workers->wake();
    outbox_.outcome_of(1);
    outbox_.outcome_of(2);
  }
  const std::string log = logged();
  EXPECT_THAT(log, HasSubstr("\"delivery\""));
  EXPECT_THAT(log, Not(HasSubstr("canary")));
  EXPECT_THAT(log, Not(HasSubstr("55554444")));
}

TEST(RetryDelay, DoublesFromTwoSecondsAndStaysUnderAMinute) {
  EXPECT_EQ(retry_delay(1), 2 * kMicrosPerSecond);
  EXPECT_EQ(retry_delay(2), 4 * kMicrosPerSecond);
  EXPECT_EQ(retry_delay(5), 32 * kMicrosPerSecond);
  EXPECT_EQ(retry_delay(6), 60 * kMicrosPerSecond);
  EXPECT_EQ(retry_delay(1'000'000), 60 * kMicrosPerSecond);
}

}  // namespace
}  // namespace gate::server
