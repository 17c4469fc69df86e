// The contract of the store for what risk rests on: sign-ins, failures, and what raises a user's
// risk.

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

SignInEntry entry_at(Micros at) {
  SignInEntry entry;
  entry.at = at;
  entry.country = "AT";
  entry.place = GridPoint{482, -1640};
  entry.device_known = true;
  return entry;
}

TEST_P(StoreContract, SignInsAreKeptNewestFirstAndBounded) {
  const auto all = [&](Micros since) {
    return found([&](StoreReads& reads) { return reads.sign_ins_of(kTenant, kUser, since); });
  };
  EXPECT_TRUE(all(0).empty());
  for (const Micros at : {kNow + 2, kNow, kNow + 1}) {
    must([&](UnitOfWork& unit) { return unit.record_sign_in(kTenant, kUser, entry_at(at)); });
  }
  EXPECT_EQ(all(0),
            (std::vector<SignInEntry>{entry_at(kNow + 2), entry_at(kNow + 1), entry_at(kNow)}));
  EXPECT_EQ(all(kNow + 2).size(), 1U);
  SignInEntry unknown;
  unknown.at = kNow + 2;
  must([&](UnitOfWork& unit) { return unit.record_sign_in(kTenant, kUser, unknown); });
  EXPECT_EQ(all(kNow + 2), std::vector<SignInEntry>{unknown}) << "at one moment there is one";
  for (int i = 0; i < 30; ++i) {
    must([&](UnitOfWork& unit) { return unit.record_sign_in(kTenant, kUser, entry_at(kNow + i)); });
    EXPECT_LE(all(0).size(), static_cast<std::size_t>(kSignInEntriesMax));
  }
  EXPECT_EQ(all(0).size(), static_cast<std::size_t>(kSignInEntriesMax));
  EXPECT_EQ(all(0).front().at, kNow + 29);
  must([&](UnitOfWork& unit) { return unit.record_sign_in(kTenant, kUser, entry_at(kNow - 1)); });
  EXPECT_EQ(all(0).back().at, kNow + 20) << "one older than all others is not kept";
  EXPECT_TRUE(
      found([](StoreReads& reads) { return reads.sign_ins_of(kTenant, "bob", 0); }).empty());
  EXPECT_FALSE(store_.write(
      [](UnitOfWork& unit) { return unit.record_sign_in(kTenant, "unknown", entry_at(kNow)); }));
}

TEST_P(StoreContract, OldSignInsAreSwept) {
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.record_sign_in(kTenant, kUser, entry_at(kNow)));
    return unit.record_sign_in(kTenant, kUser, entry_at(kNow + kMicrosPerDay));
  });
  const auto left = [&](Micros now) {
    EXPECT_TRUE(store_.sweep(now, 100));
    return found([](StoreReads& reads) { return reads.sign_ins_of(kTenant, kUser, 0); }).size();
  };
  EXPECT_EQ(left(kNow + kSignInEntryLife), 2U);
  EXPECT_EQ(left(kNow + kSignInEntryLife + 1), 1U);
  EXPECT_EQ(left(kNow + 2 * kSignInEntryLife), 0U);
}

TEST_P(StoreContract, FailuresOfAnAccountAddUpUntilItsSuccess) {
  const auto failures = [&](Micros since = kNow - kMicrosPerDay) {
    return found([&](StoreReads& reads) { return reads.failures_of(kTenant, "amy", since); });
  };
  ThrottleRule rule;
  rule.stop_at = 50;
  EXPECT_EQ(failures(), 0);
  for (const char* key : {"password:amy", "code:amy:mail", "code:amy:phone", "code:amy2:mail",
                          "password:amy2", "send:amy"}) {
    take(key, rule, kNow);
  }
  take("code:amy:mail", rule, kNow);
  EXPECT_EQ(failures(), 4);
  EXPECT_EQ(failures(kNow + 1), 0) << "too old";
  must([](UnitOfWork& unit) { return unit.succeeded(kTenant, "code:amy:mail"); });
  EXPECT_EQ(failures(), 2);
  must([](UnitOfWork& unit) { return unit.lift(kTenant, "amy"); });
  EXPECT_EQ(failures(), 0);
}

TEST_P(StoreContract, T6_WhatRaisesTheRiskOfAUserStopsDecisionsUnderWay) {
  const SubjectGuard before = guard();
  must([](UnitOfWork& unit) { return unit.set_raised_risk(kTenant, kUser, "high"); });
  EXPECT_EQ(amy().raised_risk, "high");
  refused([&](UnitOfWork& unit) {
    return unit.create_session(sample_session("s1"), std::nullopt, before);
  });
  const std::int64_t methods = amy().methods_gen;
  must([](UnitOfWork& unit) { return unit.set_raised_risk(kTenant, kUser, "high"); });
  EXPECT_EQ(amy().methods_gen, methods) << "no change";
  must([](UnitOfWork& unit) { return unit.put_user(sample_user()); });
  EXPECT_EQ(amy().raised_risk, "high") << "provisioning does not lower it";
  must([](UnitOfWork& unit) { return unit.set_raised_risk(kTenant, kUser, ""); });
  EXPECT_EQ(amy().raised_risk, "");
}

TEST_P(StoreContract, ALeakedPasswordIsOneUntilItIsReplaced) {
  const SubjectGuard before = guard();
  must([](UnitOfWork& unit) { return unit.mark_password_leaked(kTenant, kUser); });
  EXPECT_TRUE(amy().password_leaked);
  refused([&](UnitOfWork& unit) {
    return unit.create_session(sample_session("s1"), std::nullopt, before);
  });
  must([&](UnitOfWork& unit) {
    return unit.rehash_password(guard_of(unit, kUser).value(), "$argon2id$new", kNow);
  });
  EXPECT_TRUE(amy().password_leaked) << "the same password";
  must([](UnitOfWork& unit) { return unit.put_user(sample_user()); });
  EXPECT_TRUE(amy().password_leaked);
  must([](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, "$argon2id$new", kNow); });
  EXPECT_TRUE(amy().password_leaked) << "the same encoding";
  must([](UnitOfWork& unit) { return unit.put_password(kTenant, kUser, "$argon2id$other", kNow); });
  EXPECT_FALSE(amy().password_leaked);
}

}  // namespace
}  // namespace gate::server::store_contract
