// The contract of the store for the answers that are repeated (T4), and for what a repeat rests on.

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

TEST_P(StoreContract, T4_AnAnswerIsFoundAsItWasWritten) {
  StoredAnswer answer = sample_answer("f1", "request", "answer");
  answer.gen = 7;
  answer.sid = "s1";
  EXPECT_EQ(kept_answer("f1"), std::nullopt);
  keep_answer(answer);
  EXPECT_EQ(kept_answer("f1"), answer);
  EXPECT_EQ(kept_answer("f2"), std::nullopt);
  EXPECT_FALSE(found([](StoreReads& reads) { return reads.find_answer("other", "f1"); }));
}

TEST_P(StoreContract, T4_AFlowHasOneAnswerAndTheNewestRequestHasIt) {
  keep_answer(sample_answer("f1", "one", "first"));
  keep_answer(sample_answer("f1", "two", "second"));
  EXPECT_EQ(kept_answer("f1"), sample_answer("f1", "two", "second"));
  StoredAnswer next = sample_answer("f1", "two", "third");
  next.gen = 1;
  keep_answer(next);
  EXPECT_EQ(kept_answer("f1"), next) << "equal bytes behind another token are another request";
}

TEST_P(StoreContract, T4_OfEqualRequestsOneIsCarriedOut) {
  keep_answer(sample_answer("f1", "request", "answer"));
  refuse_answer(sample_answer("f1", "request", "another"));
  refuse_answer(sample_answer("f1", "request", ""));
  EXPECT_EQ(kept_answer("f1"), sample_answer("f1", "request", "answer"));
  std::atomic<int> winners{0};
  in_threads(64, [&](int i) {
    const StoredAnswer mine = sample_answer("f2", "request", "answer " + std::to_string(i));
    const auto outcome =
        store_.write([&](UnitOfWork& unit) { return unit.keep_answer(mine, kNow - kAnswerLife); });
    EXPECT_TRUE(outcome || outcome.error().code == ErrorCode::kConflict);
    winners += outcome ? 1 : 0;
  });
  EXPECT_EQ(winners, 1);
}

TEST_P(StoreContract, T4_AnAnswerStandsUntilItIsTooOld) {
  keep_answer(sample_answer("f1", "request", "answer"));
  refuse_answer(sample_answer("f1", "request", "again"), kNow);
  keep_answer(sample_answer("f1", "request", "again"), kNow + 1);
  EXPECT_EQ(kept_answer("f1"), sample_answer("f1", "request", "again"));
}

TEST_P(StoreContract, T4_ARequestThatIsBeingAnsweredGetsOneAnswer) {
  keep_answer(sample_answer("f1", "request", ""));
  refuse_answer(sample_answer("f1", "request", ""));
  keep_answer(sample_answer("f1", "request", "answer"));
  refuse_answer(sample_answer("f1", "request", "answer"));
  EXPECT_EQ(kept_answer("f1"), sample_answer("f1", "request", "answer"));
}

TEST_P(StoreContract, T4_AnswersAreSweptAfterTheirLifeAndNotBefore) {
  for (int i = 0; i < 20; ++i) {
    keep_answer(sample_answer("g" + std::to_string(i), "request", "answer"));
  }
  EXPECT_EQ(*store_.sweep(kNow + kAnswerLife, 8), 0U);
  EXPECT_EQ(*store_.sweep(kNow + kAnswerLife + 1, 8), 8U);
  while (*store_.sweep(kNow + kAnswerLife + 1, 8) > 0) {
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(kept_answer("g" + std::to_string(i)), std::nullopt);
  }
}

TEST_P(StoreContract, T6_ASessionStandsWhileItsUserAndItsDeviceAreTheSame) {
  const auto stands = [&](const std::string& sid) {
    return found([&](StoreReads& reads) { return reads.session_stands(kTenant, sid); });
  };
  SessionRecord on_device = sample_session("s1");
  on_device.device_id = "d1";
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.remember_device(sample_device("k1", "d1"), 0, 5));
    GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
    GATE_TRY_VOID(unit.create_session(on_device, std::nullopt, guard));
    return unit.create_session(sample_session("s2"), std::nullopt, guard);
  });
  EXPECT_TRUE(stands("s1"));
  EXPECT_TRUE(stands("s2"));
  EXPECT_FALSE(stands("s3"));
  must([](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d1"); });
  EXPECT_FALSE(stands("s1"));
  EXPECT_TRUE(stands("s2"));
  must([](UnitOfWork& unit) { return unit.raise_epoch(kTenant, kUser); });
  EXPECT_FALSE(stands("s2"));
}

TEST_P(StoreContract, S19_TheNewestCodeOfAFlowToAChannelIsKnown) {
  const auto last = [&](const std::string& flow, const std::string& channel) {
    return found([&](StoreReads& reads) { return reads.last_code_at(kTenant, flow, channel); });
  };
  const auto send = [&](const std::string& id, const std::string& flow, const std::string& channel,
                        Micros at) {
    ChallengeRecord challenge = sample_challenge(id, flow, "12345678");
    challenge.channel_id = channel;
    must([&](UnitOfWork& unit) {
      return unit.open_challenge(challenge, sample_mail("12345678"), at);
    });
  };
  EXPECT_EQ(last("f1", "mail"), 0);
  send("c1", "f1", "mail", kNow);
  send("c2", "f1", "phone", kNow + 1);
  send("c3", "f2", "mail", kNow + 2);
  EXPECT_EQ(last("f1", "mail"), kNow);
  EXPECT_EQ(last("f1", "phone"), kNow + 1);
  EXPECT_EQ(last("f2", "mail"), kNow + 2);
  send("c4", "f1", "mail", kNow + 3);
  EXPECT_EQ(last("f1", "mail"), kNow + 3);
  EXPECT_EQ(try_code("c4", "f1", "12345678", kNow).verdict, CodeVerdict::kAccepted);
  EXPECT_EQ(last("f1", "mail"), kNow + 3) << "a used code was sent all the same";
}

}  // namespace
}  // namespace gate::server::store_contract
