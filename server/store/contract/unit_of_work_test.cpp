// The contract of the store for units of work, snapshots and sweeps.

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

TEST_P(StoreContract, T1_AFailedWorkLeavesNothingWhateverItsError) {
  for (const ErrorCode code : {ErrorCode::kConflict, ErrorCode::kDenied, ErrorCode::kInternal}) {
    const auto outcome = store_.write([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY_VOID(unit.create_flow(sample_flow("f1")));
      return Error{code, "on purpose"};
    });
    EXPECT_EQ(outcome.error().code, code) << "the caller is told what the work said";
    EXPECT_EQ(outcome.error().message, "on purpose");
    EXPECT_FALSE(flow("f1"));
  }
}

TEST_P(StoreContract, AWorkReadsWhatItWrote) {
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.create_flow(sample_flow("f1")));
    GATE_TRY(const std::optional<FlowRecord> flow, unit.find_flow(kTenant, "f1"));
    EXPECT_TRUE(flow.has_value());
    GATE_TRY_VOID(unit.raise_epoch(kTenant, kUser));
    GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
    EXPECT_EQ(guard.epoch, 1);
    return {};
  });
}

TEST_P(StoreContract, AFailedLookTellsItsError) {
  const auto outcome = store_.read(
      [](StoreReads&) -> Result<void> { return Error{ErrorCode::kDenied, "on purpose"}; });
  EXPECT_EQ(outcome.error().code, ErrorCode::kDenied);
}

// The read waits for the write: if a snapshot held a lock that writers need, this would never end.
TEST_P(StoreContract, ALookSeesOneSnapshotAndHoldsUpNoWriter) {
  const auto outcome = store_.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const std::optional<User> before, reads.find_user(kTenant, kUser));
    in_threads(1, [&](int) {
      must([](UnitOfWork& unit) -> Result<void> {
        GATE_TRY_VOID(unit.raise_epoch(kTenant, kUser));
        return unit.create_flow(sample_flow("f1"));
      });
      EXPECT_EQ(amy().epoch, 1) << "another look sees it";
    });
    GATE_TRY(const std::optional<User> after, reads.find_user(kTenant, kUser));
    EXPECT_EQ(before->epoch, 0);
    EXPECT_EQ(after->epoch, 0);
    GATE_TRY(const std::optional<FlowRecord> flow, reads.find_flow(kTenant, "f1"));
    EXPECT_FALSE(flow.has_value());
    return {};
  });
  EXPECT_TRUE(outcome);
  EXPECT_EQ(amy().epoch, 1);
}

// Each unit of work raises both counters by one, so a snapshot in which they differ saw half a unit
// of work.
TEST_P(StoreContract, ManyLooksNeverSeeHalfAWork) {
  User bob = sample_user();
  bob.user_id = "bob-id";
  bob.username = "bob@bank.example";
  must([&](UnitOfWork& unit) { return unit.put_user(bob); });
  std::atomic<bool> done{false};
  in_threads(4, [&](int thread) {
    if (thread == 0) {
      for (int i = 0; i < 60; ++i) {
        must([](UnitOfWork& unit) -> Result<void> {
          GATE_TRY_VOID(unit.raise_epoch(kTenant, kUser));
          return unit.raise_epoch(kTenant, "bob-id");
        });
      }
      done = true;
    }
    while (!done) {
      EXPECT_TRUE(store_.read([](StoreReads& reads) -> Result<void> {
        GATE_TRY(const SubjectGuard amys, guard_of(reads, kUser));
        GATE_TRY(const SubjectGuard bobs, guard_of(reads, "bob-id"));
        EXPECT_EQ(amys.epoch, bobs.epoch);
        return {};
      }));
    }
  });
  EXPECT_EQ(amy().epoch, 60);
}

constexpr int kRows = 24;

/// Adds `kRows` rows of every kind that expires; all have expired at `kNow + kMicrosPerDay`.
Result<void> add_junk(UnitOfWork& unit) {
  GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
  for (int i = 0; i < kRows; ++i) {
    const std::string id = std::to_string(i);
    GATE_TRY_VOID(unit.create_flow(sample_flow("g" + id)));
    GATE_TRY_VOID(
        unit.open_challenge(sample_challenge("c" + id, "g" + id, "1"), sample_mail(id), kNow));
    GATE_TRY_VOID(
        unit.create_session(sample_session("s" + id), sample_family("fam" + id, "u" + id), guard));
    for (const bool hot : {false, true}) {
      const ThrottleClaim claims[] = {
          {(hot ? "hot" : "cold") + id, ThrottleRule{400 * kMicrosPerDay, 1}, hot}};
      GATE_TRY([[maybe_unused]] const auto taken, unit.take(kTenant, claims, kNow));
    }
  }
  return {};
}

TEST_P(StoreContract, ASweepIsBoundedByTheRowsThatItIsAllowed) {
  must([](UnitOfWork& unit) -> Result<void> {
    for (int i = 0; i < kRows; ++i) {
      GATE_TRY_VOID(unit.create_flow(sample_flow("g" + std::to_string(i))));
    }
    return {};
  });
  const auto left = [&] {
    return found([](StoreReads& reads) -> Result<int> {
      int count = 0;
      for (int i = 0; i < kRows; ++i) {
        GATE_TRY(const auto flow, reads.find_flow(kTenant, "g" + std::to_string(i)));
        count += flow ? 1 : 0;
      }
      return count;
    });
  };
  const Micros later = kNow + kMicrosPerDay;
  EXPECT_EQ(*store_.sweep(kNow, 8), 0U);
  for (const int rest : {16, 8, 0}) {
    EXPECT_EQ(*store_.sweep(later, 8), 8U);
    EXPECT_EQ(left(), rest);
  }
  EXPECT_EQ(*store_.sweep(later, 8), 0U);
}

TEST_P(StoreContract, ASweepGoesThroughEveryTable) {
  must(add_junk);
  const Micros later = kNow + 10 * kMicrosPerDay;
  constexpr std::size_t kPerTable = 5;
  constexpr std::size_t kTablesMax = 8;
  int calls = 0;
  for (std::size_t gone = 1; gone > 0; ++calls) {
    ASSERT_LT(calls, 10 * kRows) << "it never ends";
    gone = *store_.sweep(later, kPerTable);
    EXPECT_LE(gone, kPerTable * kTablesMax);
  }
  EXPECT_GE(calls, kRows / static_cast<int>(kPerTable));
  for (int i = 0; i < kRows; ++i) {
    const std::string id = std::to_string(i);
    EXPECT_FALSE(flow("g" + id));
    EXPECT_FALSE(
        found([&](StoreReads& reads) { return reads.find_refresh(kTenant, hash_of("u" + id)); }));
  }
  // A removed row leaves its name free; a row that stayed would be in the way.
  must(add_junk);
  for (int i = 0; i < kRows; ++i) {
    EXPECT_FALSE(
        take("cold" + std::to_string(i), ThrottleRule{400 * kMicrosPerDay, 1}, later).admitted)
        << "swept, so the second round was counted";
  }
}

// A try for a made-up user name leaves a counter that no success ever resets.
TEST_P(StoreContract, B3_AStopIsKeptForAYearAndNotForEver) {
  ThrottleRule stop;
  stop.stop_at = 1;
  EXPECT_TRUE(take("stopped", stop, kNow).admitted);
  EXPECT_EQ(*store_.sweep(kNow + 366 * kMicrosPerDay, 8), 0U);
  EXPECT_FALSE(take("stopped", stop, kNow + 366 * kMicrosPerDay).admitted);
  EXPECT_EQ(*store_.sweep(kNow + 1000 * kMicrosPerDay, 8), 1U);
  EXPECT_TRUE(take("stopped", stop, kNow + 1000 * kMicrosPerDay).admitted);
}

TEST_P(StoreContract, B3_StopsAreSweptOldestFirstAndNotAMomentBefore400Days) {
  ThrottleRule stop;
  stop.stop_at = 1;
  const ThrottleRule cap{kMicrosPerHour, 1};
  const Micros end = kNow + 400 * kMicrosPerDay;
  const char* names[] = {"c", "b", "a"};  // oldest first
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(take(names[i], stop, kNow + i).admitted);
    EXPECT_TRUE(take(std::string("cap ") + names[i], cap, end + i).admitted);
  }
  EXPECT_EQ(*store_.sweep(end, 8), 0U);
  EXPECT_EQ(*store_.sweep(end + 1, 8), 1U);
  EXPECT_TRUE(take("c", stop, end + 1).admitted);
  EXPECT_FALSE(take("b", stop, end + 1).admitted);
  // Of many that are over, as many as are allowed of each kind.
  const Micros later = end + 3 * kMicrosPerDay;
  EXPECT_EQ(*store_.sweep(later, 1), 2U);
  EXPECT_TRUE(take("b", stop, later).admitted);
  EXPECT_FALSE(take("a", stop, later).admitted);
  EXPECT_EQ(*store_.sweep(later, 8), 3U);
  EXPECT_TRUE(take("a", stop, later).admitted);
  EXPECT_FALSE(take("c", stop, later).admitted) << "its 400 days began anew";
}

TEST_P(StoreContract, ASweepLeavesWhatIsInForce) {
  ThrottleRule stop;
  stop.stop_at = 1;
  EXPECT_TRUE(take("stopped", stop, kNow).admitted);
  FlowRecord live = sample_flow("f1");
  live.state.flow_ends_at = kNow + 30 * kMicrosPerDay;
  ChallengeRecord challenge = sample_challenge("c-live", "f1", "right");
  challenge.expires_at = kNow + 30 * kMicrosPerDay;
  SessionRecord session = sample_session("s-live");
  session.ends_at = kNow + 30 * kMicrosPerDay;
  NewFamily family = sample_family("fam-live", "t1");
  family.ends_at = session.ends_at;
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY(const SubjectGuard guard, guard_of(unit, kUser));
    GATE_TRY_VOID(unit.create_flow(live));
    GATE_TRY_VOID(unit.open_challenge(challenge, sample_mail("right"), kNow));
    GATE_TRY_VOID(unit.create_session(session, family, guard));
    return unit.append_audit(sample_audit({"n", kTenant}, 1));
  });
  must(add_junk);
  const std::string before = picture(store_);
  const Micros later = kNow + 10 * kMicrosPerDay;
  while (*store_.sweep(later, 100) > 0) {
  }
  EXPECT_EQ(picture(store_), before);
  EXPECT_FALSE(take("stopped", stop, later).admitted);
  EXPECT_EQ(claim(later).size(), 1U);
  EXPECT_EQ(try_code("c-live", "f1", "right", later).verdict, CodeVerdict::kAccepted);
  must([&](UnitOfWork& unit) { return confirm_now(unit, "t1", later); });
}

}  // namespace
}  // namespace gate::server::store_contract
