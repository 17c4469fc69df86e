// The contract of the store for messages (T5).

#include <atomic>
#include <mutex>
#include <set>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

ChallengeRecord long_lived(const std::string& id, const std::string& flow) {
  ChallengeRecord challenge = sample_challenge(id, flow, "1");
  challenge.expires_at = kNow + kMicrosPerDay;
  return challenge;
}

OutboxMessage sample_sms(const std::string& code) {
  OutboxMessage message = sample_mail(code);
  message.kind = ChannelKind::kSms;
  message.to = "+15550100104";
  return message;
}

TEST_P(StoreContract, AMessageComesOutAsItWasQueued) {
  open_challenge(long_lived("c1", "f1"), sample_mail("12345678"));
  const auto messages = claim(kNow);
  ASSERT_EQ(messages.size(), 1U);
  const OutboxMessage& message = messages[0];
  EXPECT_GT(message.seq, 0);
  EXPECT_EQ(message.tenant_id, kTenant);
  EXPECT_EQ(message.challenge_id, "c1");
  EXPECT_EQ(message.kind, ChannelKind::kEmail);
  EXPECT_EQ(message.to, "amy@bank.example");
  EXPECT_EQ(message.code, "12345678");
  EXPECT_EQ(message.subject, "A code");
  EXPECT_EQ(message.body, "Your code is 12345678");
  EXPECT_EQ(message.message_id, "m-12345678");
  EXPECT_EQ(message.tries, 1);
}

TEST_P(StoreContract, T5_MailIsSentAtLeastOnceAndSmsAtMostOnce) {
  open_challenge(long_lived("c1", "f1"), sample_mail("1"));
  open_challenge(long_lived("c2", "f2"), sample_sms("2"));
  EXPECT_EQ(claim(kNow).size(), 2U);
  EXPECT_TRUE(claim(kNow).empty()) << "claimed by another worker";
  EXPECT_TRUE(claim(kNow + kOutboxLease - 1).empty());
  const auto again = claim(kNow + kOutboxLease);
  ASSERT_EQ(again.size(), 1U) << "the worker died; only mail goes out again";
  EXPECT_EQ(again[0].kind, ChannelKind::kEmail);
  EXPECT_EQ(again[0].message_id, "m-1");
  EXPECT_EQ(again[0].tries, 2);
  ASSERT_TRUE(
      store_.finish_outbox(again[0].seq, DeliveryOutcome::kRetry, kNow + 2 * kMicrosPerMinute));
  EXPECT_TRUE(claim(kNow + 2 * kMicrosPerMinute - 1).empty());
  const auto third = claim(kNow + 2 * kMicrosPerMinute);
  ASSERT_EQ(third.size(), 1U);
  ASSERT_TRUE(store_.finish_outbox(third[0].seq, DeliveryOutcome::kSent, 0));
  EXPECT_TRUE(claim(kNow + kMicrosPerHour).empty());
}

TEST_P(StoreContract, T5_WhatBecameOfAMessageDecidesWhetherItGoesOutAgain) {
  struct Case {
    DeliveryOutcome outcome;
    bool mail_again;
    bool sms_again;
  };
  const Case cases[] = {{DeliveryOutcome::kSent, false, false},
                        {DeliveryOutcome::kRetry, true, true},
                        {DeliveryOutcome::kFailed, false, false},
                        {DeliveryOutcome::kUnknown, true, false}};
  int i = 0;
  for (const Case& one : cases) {
    for (const bool mail : {true, false}) {
      const std::string id = std::to_string(++i);
      open_challenge(long_lived("c" + id, "g" + id), mail ? sample_mail(id) : sample_sms(id));
      const auto messages = claim(kNow);
      ASSERT_EQ(messages.size(), 1U);
      ASSERT_TRUE(store_.finish_outbox(messages[0].seq, one.outcome, kNow + 1));
      const auto again = claim(kNow + 1);
      EXPECT_EQ(again.size(), (mail ? one.mail_again : one.sms_again) ? 1U : 0U) << id;
      for (const OutboxMessage& message : again) {
        ASSERT_TRUE(store_.finish_outbox(message.seq, DeliveryOutcome::kSent, 0));
      }
    }
  }
}

TEST_P(StoreContract, T5_AReportOfAMessageThatIsNotClaimedChangesNothing) {
  open_challenge(long_lived("c1", "f1"), sample_mail("1"));
  ASSERT_TRUE(store_.finish_outbox(1, DeliveryOutcome::kFailed, 0));
  ASSERT_TRUE(store_.finish_outbox(999, DeliveryOutcome::kRetry, 0));
  EXPECT_EQ(claim(kNow).size(), 1U);
}

TEST_P(StoreContract, T5_MessagesOfDeadOrExpiredCodesAreNotSent) {
  open_challenge(sample_challenge("c1", "f1", "1"), sample_mail("1"));
  EXPECT_TRUE(claim(kNow + kMicrosPerMinute).empty());
  EXPECT_TRUE(claim(kNow).empty()) << "dropped for good";
  open_challenge(sample_challenge("c2", "f2", "right"), sample_mail("2"));
  EXPECT_EQ(try_code("c2", "f2", "right").verdict, CodeVerdict::kAccepted);
  EXPECT_TRUE(claim(kNow).empty()) << "the code was used";
}

TEST_P(StoreContract, T5_ALiveMessageIsReachedBehindManyThatAreNotSentAnyMore) {
  constexpr int kDead = 30;
  for (int i = 0; i < kDead; ++i) {
    const std::string id = std::to_string(i);
    open_challenge(sample_challenge("c" + id, "g" + id, "1"), sample_mail("dead"));
  }
  open_challenge(long_lived("c-live", "g-live"), sample_mail("live"));
  std::vector<OutboxMessage> messages;
  for (int call = 0; call <= kDead && messages.empty(); ++call) {
    messages = claim(kNow + kMicrosPerMinute, 5);
  }
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].code, "live");
}

TEST_P(StoreContract, A7_AClaimedMessageOfAnOlderCodeDoesNotComeBack) {
  open_challenge(long_lived("c1", "f1"), sample_mail("1"));
  const auto first = claim(kNow);
  ASSERT_EQ(first.size(), 1U);
  open_challenge(long_lived("c2", "f1"), sample_mail("2"));
  ASSERT_TRUE(store_.finish_outbox(first[0].seq, DeliveryOutcome::kRetry, kNow));
  const auto next = claim(kNow);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].code, "2");
}

TEST_P(StoreContract, C6_AMessageThatIsNotToBeDeliveredNeverComesOut) {
  OutboxMessage message = sample_mail("1");
  message.deliver = false;
  open_challenge(long_lived("c1", "f1"), message);
  EXPECT_TRUE(claim(kNow).empty());
  EXPECT_EQ(try_code("c1", "f1", "2").verdict, CodeVerdict::kWrong) << "the code is there";
}

TEST_P(StoreContract, T5_EveryMessageIsClaimedByOneWorker) {
  constexpr int kMessages = 40;
  for (int i = 0; i < kMessages; ++i) {
    const std::string id = std::to_string(i);
    open_challenge(long_lived("c" + id, "g" + id), sample_mail(id));
  }
  std::mutex mutex;
  std::multiset<std::string> codes;
  in_threads(4, [&](int) {
    for (int i = 0; i < 20; ++i) {
      for (const OutboxMessage& message : claim(kNow, 3)) {
        const std::lock_guard lock(mutex);
        codes.insert(message.code);
      }
    }
  });
  EXPECT_EQ(codes.size(), std::size_t{kMessages});
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), std::size_t{kMessages});
}

TEST_P(StoreContract, T5_MessagesGoOutInTheirOrder) {
  for (const char* id : {"1", "2", "3"}) {
    open_challenge(long_lived(std::string("c") + id, std::string("g") + id), sample_mail(id));
  }
  const auto first = claim(kNow, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].code, "1");
  EXPECT_EQ(first[1].code, "2");
  const auto rest = claim(kNow, 2);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].code, "3");
}

}  // namespace
}  // namespace gate::server::store_contract
