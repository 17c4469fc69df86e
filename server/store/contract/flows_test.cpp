// The contract of the store for flows and challenges.

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

TEST_P(StoreContract, AFlowIsFoundAsItWasWritten) {
  FlowRecord known = sample_flow("f1");
  known.capabilities = kCapabilityMfa;
  known.auth_context = "c1";
  FlowRecord unknown = sample_flow("f2");
  unknown.subject.reset();
  FlowRecord step_up = sample_flow("f3");
  step_up.kind = FlowKind::kStepUp;
  step_up.origin = StepUpOrigin{"s1", "fam", "d1", 3, kNow, kNow + kMicrosPerDay, "openid a/b"};
  must([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.create_flow(known));
    GATE_TRY_VOID(unit.create_flow(step_up));
    return unit.create_flow(unknown);
  });
  EXPECT_EQ(flow("f1"), known);
  EXPECT_EQ(flow("f2"), unknown) << "no user is not the user with the empty name";
  EXPECT_EQ(flow("f3"), step_up);
  EXPECT_FALSE(found([](StoreReads& reads) { return reads.find_flow("other", "f1"); }));
}

TEST_P(StoreContract, T3_AFlowIsAdvancedByOneOfManyAndOnlyFromTheExpectedStep) {
  must([](UnitOfWork& unit) { return unit.create_flow(sample_flow("f1")); });
  std::atomic<int> winners{0};
  in_threads(16, [&](int) {
    const auto outcome = store_.write([&](UnitOfWork& unit) {
      FlowRecord next = sample_flow("f1");
      next.state.phase = FlowPhase::kFirstFactorChallenged;
      return unit.advance_flow(next, 0, FlowPhase::kAwaitingFirstFactor, std::nullopt);
    });
    EXPECT_TRUE(outcome || outcome.error().code == ErrorCode::kConflict);
    winners += outcome ? 1 : 0;
  });
  EXPECT_EQ(winners, 1);
  FlowRecord wanted = sample_flow("f1");
  wanted.gen = 1;
  wanted.state.phase = FlowPhase::kFirstFactorChallenged;
  EXPECT_EQ(flow("f1"), wanted);
}

TEST_P(StoreContract, T3_WhatAFlowIsAboutNeverChanges) {
  must([](UnitOfWork& unit) { return unit.create_flow(sample_flow("f1")); });
  must([](UnitOfWork& unit) -> Result<void> {
    GATE_TRY([[maybe_unused]] const auto total,
             unit.count_wrong(kTenant, "f1", 0, 10, FlowPhase::kExpired));
    return {};
  });
  FlowRecord next = sample_flow("f1");
  next.gen = 40;
  next.client_id = "app-2";
  next.subject = FlowSubject{"bob-id", 7};
  next.account_key = "bob";
  next.origin = StepUpOrigin{"s9", "", "", 0, 0, 0, "openid"};
  next.state = {FlowPhase::kAwaitingSecondFactor, kNow + kMicrosPerDay, kNow + kMicrosPerHour};
  next.wrong_total = 0;
  next.offered = MethodSet::of(Method::kSmsOtp);
  next.challenge_id = "c1";
  next.challenge_channel_id = "phone";
  next.pending_kind = ChannelKind::kSms;
  next.pending_address = "+15550100";
  next.completed = {{Method::kEmailOtp, kNow, "mail"}};
  next.policy_digest = "digest";
  must([&](UnitOfWork& unit) {
    return unit.advance_flow(next, 0, FlowPhase::kAwaitingFirstFactor, std::nullopt);
  });
  FlowRecord wanted = next;
  wanted.gen = 1;
  wanted.client_id = "app-1";
  wanted.subject = FlowSubject{kUser, 0};
  wanted.account_key = kUser;
  wanted.origin.reset();
  wanted.state.flow_ends_at = kNow + kMicrosPerHour;
  wanted.wrong_total = 1;
  EXPECT_EQ(flow("f1"), wanted);
}

TEST_P(StoreContract, T3_AnotherGenerationOrPhaseIsRefused) {
  must([](UnitOfWork& unit) { return unit.create_flow(sample_flow("f1")); });
  const FlowRecord next = sample_flow("f1");
  const auto advance = [&](const FlowRecord& to, std::int64_t gen, FlowPhase phase) {
    refused([&](UnitOfWork& unit) { return unit.advance_flow(to, gen, phase, std::nullopt); });
  };
  advance(next, 1, FlowPhase::kAwaitingFirstFactor);
  advance(next, -1, FlowPhase::kAwaitingFirstFactor);
  advance(next, 0, FlowPhase::kFirstFactorChallenged);
  advance(sample_flow("f2"), 0, FlowPhase::kAwaitingFirstFactor);
}

TEST_P(StoreContract, A4_ACodeIsAcceptedOnceAmong64ParallelSubmits) {
  open_challenge(sample_challenge("c1", "f1", "12345678"), sample_mail("12345678"));
  std::atomic<int> accepted{0};
  in_threads(64, [&](int) {
    accepted += try_code("c1", "f1", "12345678").verdict == CodeVerdict::kAccepted ? 1 : 0;
  });
  EXPECT_EQ(accepted, 1);
}

TEST_P(StoreContract, B1_FiveWrongCodesKillTheChallenge) {
  open_challenge(sample_challenge("c1", "f1", "12345678"), sample_mail("12345678"));
  for (int i = 1; i <= 5; ++i) {
    const CodeTrial trial = try_code("c1", "f1", "00000000");
    EXPECT_EQ(trial.verdict, CodeVerdict::kWrong);
    EXPECT_EQ(trial.attempts, i);
  }
  EXPECT_EQ(try_code("c1", "f1", "12345678").verdict, CodeVerdict::kGone);
}

TEST_P(StoreContract, A3_ACodeDiesAtItsDeadline) {
  open_challenge(sample_challenge("c1", "f1", "12345678"), sample_mail("12345678"));
  EXPECT_EQ(try_code("c1", "f1", "12345678", kNow + kMicrosPerMinute).verdict, CodeVerdict::kGone);
  EXPECT_EQ(try_code("c1", "f1", "12345678", kNow + kMicrosPerMinute - 1).verdict,
            CodeVerdict::kAccepted);
}

TEST_P(StoreContract, A5_ACodeIsGoodInItsOwnFlowOnly) {
  open_challenge(sample_challenge("c1", "f1", "12345678"), sample_mail("12345678"));
  EXPECT_EQ(try_code("c1", "f2", "12345678").verdict, CodeVerdict::kGone);
  EXPECT_EQ(try_code("c2", "f1", "12345678").verdict, CodeVerdict::kGone);
  EXPECT_EQ(try_code("c1", "f1", "12345678").verdict, CodeVerdict::kAccepted);
}

TEST_P(StoreContract, A7_ANewCodeKillsTheOlderAndItsUnsentMessage) {
  open_challenge(sample_challenge("c1", "f1", "11111111"), sample_mail("11111111"));
  open_challenge(sample_challenge("c2", "f1", "22222222"), sample_mail("22222222"));
  EXPECT_EQ(try_code("c1", "f1", "11111111").verdict, CodeVerdict::kGone);
  const auto claimed = claim(kNow);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].code, "22222222");
  EXPECT_EQ(try_code("c2", "f1", "22222222").verdict, CodeVerdict::kAccepted);
}

TEST_P(StoreContract, B2_WrongTriesOfAFlowAddUpAndKillItAtTheBound) {
  must([](UnitOfWork& unit) { return unit.create_flow(sample_flow("f1")); });
  for (int i = 1; i <= 11; ++i) {
    std::optional<std::int64_t> total;
    must([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(total, unit.count_wrong(kTenant, "f1", 0, 10, FlowPhase::kExpired));
      return {};
    });
    EXPECT_EQ(total, i <= 10 ? std::optional<std::int64_t>(i) : std::nullopt);
    EXPECT_EQ(flow("f1")->state.phase == FlowPhase::kExpired, i >= 10);
  }
  refused([](UnitOfWork& unit) {
    return unit.advance_flow(sample_flow("f1"), 0, FlowPhase::kAwaitingFirstFactor, std::nullopt);
  });
}

TEST_P(StoreContract, B2_AFlowThatIsNotLiveCountsNothing) {
  FlowRecord done = sample_flow("f1");
  done.state.phase = FlowPhase::kDone;
  must([&](UnitOfWork& unit) { return unit.create_flow(done); });
  for (const char* id : {"f1", "f2"}) {
    std::optional<std::int64_t> total = 7;
    must([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(total, unit.count_wrong(kTenant, id, 0, 10, FlowPhase::kExpired));
      return {};
    });
    EXPECT_EQ(total, std::nullopt);
  }
}

}  // namespace
}  // namespace gate::server::store_contract
