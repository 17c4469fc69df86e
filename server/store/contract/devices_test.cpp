// The contract of the store for known devices (B8).

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

std::string key(int i) {
  return "k" + std::to_string(i);
}

TEST_P(StoreContract, B8_DevicesAreKnownUntilTheirEpochTheirAgeOrTheirNumberEnds) {
  const auto remember = [&](int i, std::int64_t epoch, Micros at) {
    KnownDevice device = sample_device(key(i), "id" + std::to_string(i) + "@" + std::to_string(at));
    device.user_epoch = epoch;
    device.seen_at = at;
    must([&](UnitOfWork& unit) { return unit.remember_device(device, at - kMicrosPerDay, 3); });
  };
  const auto find = [&](int i, std::int64_t epoch, Micros since) -> std::optional<std::string> {
    const auto device = found([&](StoreReads& reads) {
      return reads.find_device(kTenant, kUser, hash_of(key(i)), epoch, since);
    });
    return device ? std::optional<std::string>(device->device_id) : std::nullopt;
  };
  EXPECT_EQ(find(1, 0, 0), std::nullopt);
  remember(1, 0, 100);
  EXPECT_EQ(find(1, 0, 100), "id1@100");
  EXPECT_EQ(find(1, 0, 101), std::nullopt);
  EXPECT_EQ(find(1, 1, 0), std::nullopt);
  EXPECT_FALSE(found([&](StoreReads& reads) {
    return reads.find_device(kTenant, "unknown", hash_of(key(1)), 0, 0);
  }));
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
  must([](UnitOfWork& unit) { return unit.remember_device(sample_device("k1", "d1"), 0, 3); });
  ThrottleRule rule;
  rule.stop_at = 1;
  const char* keys[] = {"device:d1:password", "device:d1:code:c", "device:d10:password", "device"};
  for (const char* name : keys) {
    EXPECT_TRUE(take(name, rule, kNow).admitted);
  }
  must([](UnitOfWork& unit) { return unit.forget_device(kTenant, kUser, "d1"); });
  EXPECT_FALSE(found(
      [](StoreReads& reads) { return reads.find_device(kTenant, kUser, hash_of("k1"), 0, 0); }));
  for (const char* name : keys) {
    EXPECT_EQ(take(name, rule, kNow).admitted, std::string(name).starts_with("device:d1:")) << name;
  }
}

TEST_P(StoreContract, B8_ADeviceThatIsCrowdedOutTakesItsCountersWithIt) {
  ThrottleRule rule;
  rule.stop_at = 1;
  must([](UnitOfWork& unit) { return unit.remember_device(sample_device("k1", "d1"), 0, 1); });
  EXPECT_TRUE(take("device:d1:password", rule, kNow).admitted);
  EXPECT_FALSE(take("device:d1:password", rule, kNow).admitted);
  must([](UnitOfWork& unit) { return unit.remember_device(sample_device("k2", "d2"), 0, 1); });
  EXPECT_TRUE(take("device:d1:password", rule, kNow).admitted);
}

TEST_P(StoreContract, T6_AKnownDeviceKeepsItsEpoch) {
  const auto epoch = [&] {
    return found([](StoreReads& reads) {
             return reads.find_device(kTenant, kUser, hash_of("k1"), 0, 0);
           })
        ->epoch;
  };
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.remember_device(sample_device("k1", "d1"), 0, 3));
    return unit.remember_device(sample_device("k2", "d2"), 0, 3);
  });
  EXPECT_EQ(epoch(), 0);
  must([](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d1"); });
  EXPECT_EQ(epoch(), 1);
  must([](UnitOfWork& unit) { return unit.remember_device(sample_device("k1", "other"), 0, 3); });
  EXPECT_EQ(epoch(), 1) << "seen again";
  must([](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d2"); });
  EXPECT_EQ(epoch(), 1) << "another device of the user";
  EXPECT_EQ(amy().epoch, 0);
}

TEST_P(StoreContract, T6_TheEpochOfADeviceEndsItsOwnSessionsAlone) {
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const SubjectGuard now, guard_of(unit, kUser));
    for (const char* i : {"1", "2"}) {
      GATE_TRY_VOID(
          unit.remember_device(sample_device(std::string("k") + i, std::string("d") + i), 0, 3));
      SessionRecord session = sample_session(std::string("s") + i);
      session.device_id = std::string("d") + i;
      GATE_TRY_VOID(unit.create_session(
          session, sample_family(std::string("fam") + i, std::string("t") + i), now));
    }
    return unit.create_session(sample_session("s3"), sample_family("fam3", "t3"), now);
  });
  must([](UnitOfWork& unit) { return unit.raise_device_epoch(kTenant, kUser, "d1"); });
  const auto confirm = [](const char* token) {
    return [=](UnitOfWork& unit) { return confirm_now(unit, token, kNow); };
  };
  refused(confirm("t1"));
  must(confirm("t2"));
  must(confirm("t3"));
}

// What the epoch of a device ended stays ended, whatever happens to the device afterwards.
TEST_P(StoreContract, T6_AForgottenDeviceIsNotFoundAndTakesNoPlace) {
  const auto knows = [&](const char* key) {
    return found([&](StoreReads& reads) {
             return reads.find_device(kTenant, kUser, hash_of(key), 0, 0);
           })
        .has_value();
  };
  const auto remember = [&](const char* key, const char* id) {
    must([&](UnitOfWork& unit) { return unit.remember_device(sample_device(key, id), 0, 2); });
  };
  remember("k1", "d1");
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.raise_device_epoch(kTenant, kUser, "d1"));
    return unit.forget_device(kTenant, kUser, "d1");
  });
  EXPECT_FALSE(knows("k1"));
  remember("k2", "d2");
  remember("k3", "d3");
  EXPECT_TRUE(knows("k2") && knows("k3")) << "both places are free";
  remember("k1", "d4");
  EXPECT_TRUE(knows("k1")) << "known anew, as another device";
  const auto device = found(
      [](StoreReads& reads) { return reads.find_device(kTenant, kUser, hash_of("k1"), 0, 0); });
  EXPECT_EQ(device->device_id, "d4");
  EXPECT_EQ(device->epoch, 0);
}

// The unit of work that spends the last try forgets the device with its counter. One that found the
// device before must not begin the count anew.
TEST_P(StoreContract, B8_ParallelTriesOfADeviceDoNotOutrunItsBudget) {
  constexpr std::int64_t kTries = 3;
  ThrottleRule budget;
  budget.stop_at = kTries;
  for (int round = 0; round < 5; ++round) {
    const std::string id = "budget" + std::to_string(round);
    must([&](UnitOfWork& unit) { return unit.remember_device(sample_device(id, id), 0, 5); });
    std::atomic<std::int64_t> admitted{0};
    in_threads(12, [&](int) {
      bool counted = false;
      must([&](UnitOfWork& unit) -> Result<void> {
        counted = false;
        GATE_TRY(const auto device, unit.find_device(kTenant, kUser, hash_of(id), 0, 0));
        if (!device) {
          return {};
        }
        const ThrottleClaim claims[] = {{device_throttle_prefix(id) + "password", budget}};
        GATE_TRY(const ThrottleSetVerdict verdict, unit.take(kTenant, claims, kNow));
        counted = verdict.admitted;
        return counted ? Result<void>() : unit.forget_device(kTenant, kUser, id);
      });
      admitted += counted ? 1 : 0;
    });
    EXPECT_EQ(admitted, kTries);
  }
}

}  // namespace
}  // namespace gate::server::store_contract
