// The contract of the store for limits (B3, B5, B6, B8), hot counters included.

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

ThrottleRule at_most(std::int64_t max, Micros window = kMicrosPerHour) {
  ThrottleRule rule;
  rule.window = window;
  rule.max_in_window = max;
  return rule;
}

ThrottleRule stop_at(std::int64_t count) {
  ThrottleRule rule;
  rule.stop_at = count;
  return rule;
}

TEST_P(StoreContract, B3_DelaysGrowFromTheTenthAndStopForGoodAtTheFiftieth) {
  ThrottleRule rule = stop_at(50);
  rule.delay_from = 10;
  rule.delay_first = 30 * kMicrosPerSecond;
  rule.delay_max = kMicrosPerHour;
  Micros now = kNow;
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    const ThrottleSetVerdict verdict = take("code", rule, now);
    admitted += verdict.admitted ? 1 : 0;
    if (admitted >= 10 && admitted < 20 && verdict.admitted) {
      const Micros delay =
          std::min(rule.delay_max, rule.delay_first * (Micros{1} << (admitted - 10)));
      const ThrottleSetVerdict early = take("code", rule, now + delay - 1);
      EXPECT_FALSE(early.admitted);
      EXPECT_EQ(early.retry_at, now + delay);
    }
    now += verdict.admitted && admitted < 10 ? 1 : kMicrosPerHour;
  }
  EXPECT_EQ(admitted, 50);
  must([](UnitOfWork& unit) { return unit.succeeded(kTenant, "code"); });
  EXPECT_TRUE(take("code", rule, now).admitted);
}

TEST_P(StoreContract, B3_AnOperatorLiftsTheHardStopOfOneAccountAlone) {
  const ThrottleRule once = stop_at(1);
  const char* amys[] = {"password:amy", "code:amy:phone", "code:amy:mail"};
  const char* others[] = {"password:amy2", "code:amy2:phone", "send-hour:amy"};
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, once, kNow).admitted);
  }
  for (const char* key : others) {
    EXPECT_TRUE(take(key, once, kNow).admitted);
  }
  must([](UnitOfWork& unit) { return unit.lift(kTenant, "amy"); });
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, once, kNow).admitted) << key;
  }
  for (const char* key : others) {
    EXPECT_FALSE(take(key, once, kNow).admitted) << key;
  }
}

TEST_P(StoreContract, B6_ASuccessIsNoFailureOfItsWindow) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(take("password", at_most(2), kNow).admitted);
    must([](UnitOfWork& unit) { return unit.succeeded(kTenant, "password"); });
  }
  EXPECT_TRUE(take("password", at_most(2), kNow).admitted);
  EXPECT_TRUE(take("password", at_most(2), kNow).admitted);
  EXPECT_FALSE(take("password", at_most(2), kNow).admitted);
  must([](UnitOfWork& unit) { return unit.succeeded(kTenant, "never used"); });
}

TEST_P(StoreContract, B5_SendsKeepTheirDistanceAndTheirNumberPerWindow) {
  ThrottleRule rule = at_most(5);
  rule.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("send", rule, kNow).admitted);
  const ThrottleSetVerdict early = take("send", rule, kNow + kMicrosPerMinute - 1);
  EXPECT_FALSE(early.admitted);
  EXPECT_EQ(early.retry_at, kNow + kMicrosPerMinute);
  for (int i = 1; i < 5; ++i) {
    EXPECT_TRUE(take("send", rule, kNow + i * kMicrosPerMinute).admitted);
  }
  const ThrottleSetVerdict full = take("send", rule, kNow + 5 * kMicrosPerMinute);
  EXPECT_FALSE(full.admitted);
  EXPECT_EQ(full.retry_at, kNow + kMicrosPerHour);
  EXPECT_TRUE(take("send", rule, kNow + kMicrosPerHour).admitted);
}

// Many requests reach a cap of a whole tenant at once, and the store counts them in another order
// than they came in.
TEST_P(StoreContract, B5_ARequestThatCameFirstAndIsCountedLaterIsNotTooEarly) {
  ThrottleRule cap = at_most(3);
  for (const bool hot : {false, true}) {
    const std::string key = hot ? "hot" : "cap";
    EXPECT_TRUE(take_all({{key, cap, hot}}, kNow).admitted);
    EXPECT_TRUE(take_all({{key, cap, hot}}, kNow - 20'000).admitted);
    EXPECT_TRUE(take_all({{key, cap, hot}}, kNow - 10'000).admitted);
    EXPECT_FALSE(take_all({{key, cap, hot}}, kNow + 1).admitted);
  }
  cap.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("spaced", cap, kNow).admitted);
  EXPECT_FALSE(take("spaced", cap, kNow - 1).admitted)
      << "where there is a distance to keep, it is";
}

TEST_P(StoreContract, B5_AUseThatOneLimitRefusesIsNoUseOfTheOthers) {
  for (const bool hot : {false, true}) {
    const std::string tenant = hot ? "hot" : "tenant";
    const auto take_both = [&](const std::string& narrow, Micros now) {
      return take_all({{tenant, at_most(3), hot}, {tenant + narrow, at_most(1, kMicrosPerDay)}},
                      now);
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
    EXPECT_GT(full.retry_at, kNow + 10);
    EXPECT_LE(full.retry_at, kNow + 10 + kMicrosPerHour);
    EXPECT_TRUE(take_both("46", kNow + 10 + kMicrosPerHour).admitted);
  }
}

TEST_P(StoreContract, B5_TheFirstRefusalInTheOrderGivenIsTold) {
  // Counted in the order of the keys, reported in the order of the claims.
  EXPECT_TRUE(take("a", at_most(1), kNow).admitted);
  EXPECT_TRUE(take("z", at_most(1, kMicrosPerDay), kNow).admitted);
  const ThrottleSetVerdict verdict =
      take_all({{"m", at_most(1)}, {"z", at_most(1, kMicrosPerDay)}, {"a", at_most(1)}}, kNow + 1);
  EXPECT_FALSE(verdict.admitted);
  EXPECT_EQ(verdict.refused_by, 1U);
  EXPECT_EQ(verdict.retry_at, kNow + kMicrosPerDay);
  EXPECT_TRUE(take("m", at_most(1), kNow + 1).admitted);
}

TEST_P(StoreContract, B5_NoClaimsAreAdmitted) {
  EXPECT_TRUE(take_all({}, kNow).admitted);
}

TEST_P(StoreContract, B5_ACapHoldsAgainstManyAtOnce) {
  for (const bool hot : {false, true}) {
    std::atomic<int> admitted{0};
    in_threads(16, [&](int thread) {
      const std::string own = (hot ? "hot-own:" : "own:") + std::to_string(thread);
      for (int i = 0; i < 3; ++i) {
        admitted +=
            take_all({{own, at_most(2)}, {hot ? "hot" : "cap", at_most(10), hot}}, kNow).admitted
                ? 1
                : 0;
      }
    });
    EXPECT_EQ(admitted, 10);
  }
}

TEST_P(StoreContract, B5_AHotCapCountsEachUseOnceAndOpensWithTheNextWindow) {
  for (int window = 0; window < 3; ++window) {
    // Each window begins when the previous one is over for every use of it.
    const Micros start = kNow + 2 * window * kMicrosPerHour;
    int admitted = 0;
    for (int i = 0; i < 60; ++i) {
      const ThrottleSetVerdict verdict = take_all({{"hot", at_most(40), true}}, start + i);
      admitted += verdict.admitted ? 1 : 0;
      if (!verdict.admitted) {
        EXPECT_EQ(i, admitted) << "only a full one refuses";
        EXPECT_GT(verdict.retry_at, start + i);
        EXPECT_LE(verdict.retry_at, start + i + kMicrosPerHour);
        break;
      }
    }
    EXPECT_EQ(admitted, 40);
  }
}

TEST_P(StoreContract, B5_LimitsOfTenantsAreApart) {
  for (const bool hot : {false, true}) {
    const ThrottleClaim claims[] = {{hot ? "hot" : "cap", at_most(1), hot}};
    for (const char* tenant : {kTenant, "other"}) {
      for (const bool expected : {true, false}) {
        must([&](UnitOfWork& unit) -> Result<void> {
          GATE_TRY(const ThrottleSetVerdict verdict, unit.take(tenant, claims, kNow));
          EXPECT_EQ(verdict.admitted, expected);
          return {};
        });
      }
    }
  }
}

TEST_P(StoreContract, T7_AFailedWorkCountsNothing) {
  for (const bool hot : {false, true}) {
    const ThrottleClaim claims[] = {{hot ? "hot" : "cap", at_most(1), hot}};
    for (int i = 0; i < 3; ++i) {
      refused([&](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const ThrottleSetVerdict verdict, unit.take(kTenant, claims, kNow));
        EXPECT_TRUE(verdict.admitted);
        return Error{ErrorCode::kConflict, "on purpose"};
      });
    }
  }
}

}  // namespace
}  // namespace gate::server::store_contract
