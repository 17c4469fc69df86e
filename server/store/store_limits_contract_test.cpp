// The promises of the store port about limits (B3, B5, B8). Instantiated with the others.

#include <algorithm>
#include <atomic>
#include <thread>

#include "server/store/store_contract.h"

namespace gate::server::store_contract {
namespace {

TEST_P(StoreContract, B3_DelaysGrowFromTheTenthAndStopForGoodAtTheFiftieth) {
  ThrottleRule rule;
  rule.delay_from = 10;
  rule.delay_first = 30 * kMicrosPerSecond;
  rule.delay_max = kMicrosPerHour;
  rule.stop_at = 50;
  Micros now = kNow;
  int admitted = 0;
  for (int i = 0; i < 200; ++i) {
    const ThrottleVerdict verdict = take("code", rule, now);
    admitted += verdict.admitted ? 1 : 0;
    if (admitted == 10 && verdict.admitted) {
      EXPECT_FALSE(take("code", rule, now + 30 * kMicrosPerSecond - 1).admitted);
    }
    now += verdict.admitted && admitted < 10 ? 1 : kMicrosPerHour;
  }
  EXPECT_EQ(admitted, 50);
  must([](Transaction& transaction) { return transaction.throttle_succeeded(kTenant, "code"); });
  EXPECT_TRUE(take("code", rule, now).admitted);
}

TEST_P(StoreContract, B3_AnOperatorLiftsTheHardStopOfOneAccountAlone) {
  ThrottleRule rule;
  rule.stop_at = 1;
  const char* amys[] = {"password:amy", "code:amy:phone", "code:amy:mail"};
  const char* others[] = {"password:amy2", "code:amy2:phone", "send-hour:amy"};
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  for (const char* key : others) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  must([](Transaction& transaction) { return transaction.lift_limits(kTenant, "amy"); });
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted) << key;
  }
  for (const char* key : others) {
    EXPECT_FALSE(take(key, rule, kNow).admitted) << key;
  }
}

TEST_P(StoreContract, B5_SendsKeepTheirDistanceAndTheirNumberPerWindow) {
  ThrottleRule rule;
  rule.window = kMicrosPerHour;
  rule.max_in_window = 5;
  rule.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("send", rule, kNow).admitted);
  const ThrottleVerdict early = take("send", rule, kNow + kMicrosPerMinute - 1);
  EXPECT_FALSE(early.admitted);
  EXPECT_EQ(early.retry_at, kNow + kMicrosPerMinute);
  for (int i = 1; i < 5; ++i) {
    EXPECT_TRUE(take("send", rule, kNow + i * kMicrosPerMinute).admitted);
  }
  const ThrottleVerdict full = take("send", rule, kNow + 5 * kMicrosPerMinute);
  EXPECT_FALSE(full.admitted);
  EXPECT_EQ(full.retry_at, kNow + kMicrosPerHour);
  EXPECT_TRUE(take("send", rule, kNow + kMicrosPerHour).admitted);
}

// Many requests run into a cap of a whole tenant at once, and the store counts them in another
// order than they came in.
TEST_P(StoreContract, B5_ARequestThatCameFirstAndIsCountedLaterIsNotTooEarly) {
  ThrottleRule cap;
  cap.max_in_window = 3;
  EXPECT_TRUE(take("cap", cap, kNow).admitted);
  EXPECT_TRUE(take("cap", cap, kNow - 20'000).admitted);
  EXPECT_TRUE(take("cap", cap, kNow - 10'000).admitted);
  EXPECT_FALSE(take("cap", cap, kNow + 1).admitted);
  cap.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("spaced", cap, kNow).admitted);
  EXPECT_FALSE(take("spaced", cap, kNow - 1).admitted)
      << "where there is a distance to keep, it is";
}

TEST_P(StoreContract, B5_AUseThatOneLimitRefusesIsNoUseOfTheOthers) {
  ThrottleRule wide;
  wide.max_in_window = 3;
  ThrottleRule narrow;
  narrow.window = kMicrosPerDay;
  narrow.max_in_window = 1;
  const auto take_both = [&](const char* narrow_key, Micros now) {
    ThrottleSetVerdict verdict;
    must([&](Transaction& transaction) -> Result<void> {
      const ThrottleClaim claims[] = {{"tenant", wide}, {narrow_key, narrow}};
      GATE_TRY(verdict, transaction.throttle_take_all(kTenant, claims, now));
      return {};
    });
    return verdict;
  };
  EXPECT_TRUE(take_both("43", kNow).admitted);
  for (int i = 0; i < 10; ++i) {
    const ThrottleSetVerdict refused = take_both("43", kNow + i);
    EXPECT_FALSE(refused.admitted);
    EXPECT_EQ(refused.refused_by, 1U);
    EXPECT_EQ(refused.retry_at, kNow + kMicrosPerDay);
  }
  EXPECT_TRUE(take_both("44", kNow + 10).admitted);
  EXPECT_TRUE(take_both("45", kNow + 10).admitted) << "what was refused has been counted";
  const ThrottleSetVerdict full = take_both("46", kNow + 10);
  EXPECT_FALSE(full.admitted);
  EXPECT_EQ(full.refused_by, 0U);
  EXPECT_EQ(full.retry_at, kNow + kMicrosPerHour);
  EXPECT_TRUE(take_both("46", kNow + kMicrosPerHour).admitted);
}

TEST_P(StoreContract, B5_ACapHoldsAgainstManyAtOnce) {
  ThrottleRule cap;
  cap.max_in_window = 10;
  ThrottleRule own;
  own.max_in_window = 2;
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3; ++i) {
        const auto outcome = store_.transact([&](Transaction& transaction) -> Result<void> {
          const ThrottleClaim claims[] = {{"own:" + std::to_string(t), own}, {"cap", cap}};
          GATE_TRY(const ThrottleSetVerdict verdict,
                   transaction.throttle_take_all(kTenant, claims, kNow));
          admitted += verdict.admitted ? 1 : 0;
          return {};
        });
        EXPECT_TRUE(outcome);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(admitted, 10);
}

TEST_P(StoreContract, B8_DevicesAreKnownUntilTheirEpochTheirAgeOrTheirNumberEnds) {
  const auto hash = [](int i) { return sha256(as_bytes("key " + std::to_string(i))); };
  const auto remember = [&](int i, std::int64_t epoch, Micros at) {
    must([&](Transaction& transaction) {
      const Digest digest = hash(i);
      return transaction.remember_device(
          {kTenant, kUser, Bytes(digest.begin(), digest.end()),
           "id" + std::to_string(i) + "@" + std::to_string(at), epoch, at},
          at - kMicrosPerDay, 3);
    });
  };
  const auto find = [&](int i, std::int64_t epoch, Micros since) {
    return *store_.find_known_device(kTenant, kUser, hash(i), epoch, since);
  };
  EXPECT_EQ(find(1, 0, 0), std::nullopt);
  remember(1, 0, 100);
  EXPECT_EQ(find(1, 0, 100), "id1@100");
  EXPECT_EQ(find(1, 0, 101), std::nullopt);
  EXPECT_EQ(find(1, 1, 0), std::nullopt);
  EXPECT_EQ(*store_.find_known_device(kTenant, "somebody", hash(1), 0, 0), std::nullopt);
  remember(1, 0, 200);
  EXPECT_EQ(find(1, 0, 200), "id1@100") << "seen again, the same device";
  remember(2, 0, 201);
  remember(3, 0, 202);
  remember(4, 0, 202);
  EXPECT_EQ(find(1, 0, 0), std::nullopt) << "three, and this one was away longest";
  EXPECT_EQ(find(2, 0, 0), "id2@201");
  EXPECT_EQ(find(4, 0, 0), "id4@202");
  remember(4, 1, 203);
  EXPECT_EQ(find(4, 1, 0), "id4@203") << "another epoch, another device";
  EXPECT_EQ(find(2, 0, 0), std::nullopt);
  remember(4, 1, 204 + kMicrosPerDay);
  EXPECT_EQ(find(4, 1, 0), "id4@" + std::to_string(204 + kMicrosPerDay)) << "away too long";
}

TEST_P(StoreContract, B8_WhatWasCountedOnADeviceIsForgottenWithIt) {
  const Digest digest = sha256(as_bytes("key"));
  must([&](Transaction& transaction) {
    return transaction.remember_device(
        {kTenant, kUser, Bytes(digest.begin(), digest.end()), "d1", 0, kNow}, 0, 3);
  });
  ThrottleRule rule;
  rule.stop_at = 1;
  const char* keys[] = {"device:d1:password", "device:d1:code:c", "device:d10:password", "device"};
  for (const char* key : keys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  must([](Transaction& transaction) { return transaction.forget_device(kTenant, kUser, "d1"); });
  EXPECT_EQ(*store_.find_known_device(kTenant, kUser, digest, 0, 0), std::nullopt);
  for (const char* key : keys) {
    EXPECT_EQ(take(key, rule, kNow).admitted, std::string(key).starts_with("device:d1:")) << key;
  }
}

}  // namespace
}  // namespace gate::server::store_contract
