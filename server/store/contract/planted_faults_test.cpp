// The checks of histories detect faults: stores with a planted fault are caught.

#include "server/store/contract/scenes.h"
#include "server/store/contract/store_contract.h"
#include "server/store/memory/unit_of_work.h"

namespace gate::server::store_contract {
namespace {

enum class Fault {
  kNone,
  kWorksOverlap,         ///< two units of work overlap, and the later one wins
  kGenerationIgnored,    ///< by advance_flow
  kEpochIgnoredAtIssue,  ///< by create_session
  kMethodsIgnoredAtIssue,
  kDeviceIgnoredAtIssue,
  kMethodsIgnoredAtEnrolment,
  kEpochIgnoredAtRefresh,  ///< by rotate_refresh
  kMethodsIgnoredAtRefresh,
  kFamilyIgnoredAtIssue,
  kDeviceIgnoredAtRefresh,
  kTokensUsedTwice,
  kCodesUsedTwice,
  kTriesNotCounted,
};

class PlantedUnit final : public MemoryUnitOfWork {
 public:
  PlantedUnit(State& state, Fault fault) : MemoryUnitOfWork(state), fault_(fault) {}

  Result<void> advance_flow(const FlowRecord& next, std::int64_t gen, FlowPhase phase,
                            const std::optional<SubjectGuard>& guard) override {
    const FlowRecord* flow = state_.flows.find(key_of(next.tenant_id, next.flow_id));
    if (fault_ == Fault::kGenerationIgnored && flow != nullptr) {
      return MemoryUnitOfWork::advance_flow(next, flow->gen, flow->state.phase, guard);
    }
    return MemoryUnitOfWork::advance_flow(next, gen, phase, guard);
  }
  Result<void> create_session(const SessionRecord& session, const std::optional<NewFamily>& family,
                              const SubjectGuard& guard) override {
    SubjectGuard looser = guard;
    GATE_TRY(const SubjectGuard now, guard_of(*this, guard.user_id));
    looser.epoch = fault_ == Fault::kEpochIgnoredAtIssue ? now.epoch : guard.epoch;
    looser.methods_gen =
        fault_ == Fault::kMethodsIgnoredAtIssue ? now.methods_gen : guard.methods_gen;
    looser.device_id = fault_ == Fault::kDeviceIgnoredAtIssue ? "" : guard.device_id;
    looser.family_id = fault_ == Fault::kFamilyIgnoredAtIssue ? "" : guard.family_id;
    return MemoryUnitOfWork::create_session(session, family, looser);
  }
  Result<void> enrol_channel(const SubjectGuard& guard, const Channel& channel,
                             Micros now) override {
    SubjectGuard looser = guard;
    if (fault_ == Fault::kMethodsIgnoredAtEnrolment) {
      GATE_TRY(looser, guard_of(*this, guard.user_id));
    }
    return MemoryUnitOfWork::enrol_channel(looser, channel, now);
  }
  Result<void> rotate_refresh(std::string_view tenant_id, const Rotation& rotation,
                              std::int64_t methods_gen, Micros now) override {
    GATE_TRY(const auto token, find_refresh(tenant_id, rotation.token_hash));
    if (token) {
      GATE_TRY(const SubjectGuard today, guard_of(*this, token->session.user_id));
      methods_gen = fault_ == Fault::kMethodsIgnoredAtRefresh ? today.methods_gen : methods_gen;
      state_.sessions.update(key_of(tenant_id, token->session.sid), [&](SessionRecord& session) {
        session.user_epoch =
            fault_ == Fault::kEpochIgnoredAtRefresh ? today.epoch : session.user_epoch;
        session.device_id = fault_ == Fault::kDeviceIgnoredAtRefresh ? "" : session.device_id;
      });
      state_.refresh.update(key_of(tenant_id, text_of(rotation.token_hash)), [&](RefreshRow& row) {
        row.used_at = fault_ == Fault::kTokensUsedTwice ? std::nullopt : row.used_at;
      });
    }
    return MemoryUnitOfWork::rotate_refresh(tenant_id, rotation, methods_gen, now);
  }
  Result<CodeTrial> try_code(std::string_view tenant_id, std::string_view challenge_id,
                             std::string_view flow_id, ByteSpan mac, Micros now) override {
    state_.challenges.update(key_of(tenant_id, challenge_id), [&](ChallengeRow& row) {
      row.live = row.live || fault_ == Fault::kCodesUsedTwice;
      row.attempts = fault_ == Fault::kTriesNotCounted ? 0 : row.attempts;
    });
    return MemoryUnitOfWork::try_code(tenant_id, challenge_id, flow_id, mac, now);
  }

 private:
  Fault fault_;
};

class PlantedStore final : public MemoryStore {
 public:
  explicit PlantedStore(Fault fault) : fault_(fault) {}
  Result<void> write(const Work& work) override {
    std::unique_lock lock(alone_);
    if (fault_ == Fault::kWorksOverlap) {
      lock.unlock();
    }
    State next = committed();
    PlantedUnit unit(next, fault_);
    GATE_TRY_VOID(work(unit));
    if (fault_ == Fault::kWorksOverlap) {
      std::this_thread::yield();
    }
    commit(std::move(next));
    return {};
  }

 private:
  Fault fault_;
  std::mutex alone_;
};

/// The number of rounds, of up to `rounds`, until the fault is caught; 0: it was not.
int rounds_until_caught(Fault fault, const Scene& scene, int rounds) {
  PlantedStore store(fault);
  const unsigned seed = std::random_device{}();
  for (int round = 0; round < rounds; ++round) {
    const std::vector<Event> events = play(store, scene, round, 2 + round % 7, seed);
    if (!explained(*model_of(scene, round), events)) {
      return round + 1;
    }
  }
  return 0;
}

struct Plant {
  const char* name;
  Fault fault;
  const Scene* scene;
};
class PlantedFaults : public testing::TestWithParam<Plant> {};

TEST_P(PlantedFaults, AreCaughtByTheHistories) {
  const int caught = rounds_until_caught(GetParam().fault, *GetParam().scene, 2000);
  RecordProperty("rounds", caught);
  EXPECT_GT(caught, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Memory, PlantedFaults,
    testing::Values(
        Plant{"overlapping_works_codes", Fault::kWorksOverlap, &kRacingCodes},
        Plant{"overlapping_works_steps", Fault::kWorksOverlap, &kRacingSteps},
        Plant{"overlapping_works_enrolments", Fault::kWorksOverlap, &kRacingEnrolments},
        Plant{"overlapping_works_rotations", Fault::kWorksOverlap, &kRacingRotations},
        Plant{"overlapping_works_revocations", Fault::kWorksOverlap, &kRacingRevocations},
        Plant{"codes_used_twice", Fault::kCodesUsedTwice, &kRacingCodes},
        Plant{"tries_not_counted", Fault::kTriesNotCounted, &kRacingCodes},
        Plant{"generation_ignored", Fault::kGenerationIgnored, &kRacingSteps},
        Plant{"methods_ignored_at_enrolment", Fault::kMethodsIgnoredAtEnrolment,
              &kRacingEnrolments},
        Plant{"tokens_used_twice", Fault::kTokensUsedTwice, &kRacingRotations},
        Plant{"epoch_ignored_at_issue", Fault::kEpochIgnoredAtIssue, &kRacingRevocations},
        Plant{"methods_ignored_at_issue", Fault::kMethodsIgnoredAtIssue, &kRacingRevocations},
        Plant{"device_ignored_at_issue", Fault::kDeviceIgnoredAtIssue, &kRacingRevocations},
        Plant{"epoch_ignored_at_refresh", Fault::kEpochIgnoredAtRefresh, &kRacingRevocations},
        Plant{"device_ignored_at_refresh", Fault::kDeviceIgnoredAtRefresh, &kRacingRevocations},
        Plant{"methods_ignored_at_refresh", Fault::kMethodsIgnoredAtRefresh, &kRacingRevocations},
        Plant{"family_ignored_at_issue", Fault::kFamilyIgnoredAtIssue, &kRacingRevocations}),
    [](const testing::TestParamInfo<Plant>& plant) { return plant.param.name; });

// The simpler check, which needs no search, finds the same fault.
TEST(PlantedFault, WhatIsIssuedAfterARevocationIsSeenWithoutASearch) {
  for (const Fault fault :
       {Fault::kEpochIgnoredAtIssue, Fault::kMethodsIgnoredAtIssue, Fault::kDeviceIgnoredAtIssue,
        Fault::kFamilyIgnoredAtIssue, Fault::kEpochIgnoredAtRefresh, Fault::kDeviceIgnoredAtRefresh,
        Fault::kMethodsIgnoredAtRefresh}) {
    PlantedStore store(fault);
    std::size_t late = 0;
    const unsigned seed = std::random_device{}();
    for (int round = 0; round < 2000 && late == 0; ++round) {
      late = too_late(play(store, kRacingRevocations, round, 8, seed)).size();
    }
    EXPECT_GT(late, 0U) << static_cast<int>(fault);
  }
}

TEST(PlantedFault, AStoreWithoutOneIsNotAccused) {
  for (const Scene* scene :
       {&kRacingCodes, &kRacingSteps, &kRacingEnrolments, &kRacingRotations, &kRacingRevocations}) {
    EXPECT_EQ(rounds_until_caught(Fault::kNone, *scene, 100), 0) << scene->name;
  }
}

}  // namespace
}  // namespace gate::server::store_contract
