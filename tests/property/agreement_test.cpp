#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "runtime/index/index.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/verify.h"
#include "runtime/set/decide.h"
#include "tests/property/describe.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace gate::property {
namespace {

constexpr std::size_t kSizes[] = {0,   1,   2,   7,   63,  64,   65,   128,
                                  240, 255, 256, 257, 513, 1023, 1024, 1025};

/// One program with every executor that there is.
struct Executors {
  explicit Executors(ir::Program p)
      : program(std::move(p)),
        decisions(program),
        rows(program, decisions, index::Layout::kRows),
        postings(program, decisions, index::Layout::kPostings) {}
  ir::Program program;
  DecisionTables decisions;
  index::Index rows;
  index::Index postings;
};

/// What came up, so that a generator that has gone dull is noticed.
struct Seen {
  std::size_t decisions = 0;
  std::size_t outcomes[3] = {};
  std::size_t reasons[12] = {};
  std::size_t with_many = 0;  ///< eight policies or more applied

  void add(const Decision& d) {
    ++decisions;
    ++outcomes[static_cast<std::size_t>(d.outcome)];
    with_many += d.applied_count >= 8 ? 1 : 0;
    for (std::size_t i = 0; i < d.reason_count; ++i) {
      ++reasons[static_cast<std::size_t>(d.reasons[i].code)];
    }
  }
};

void compare(const Executors& e, const SignInFacts& facts, Plan plan, Seen& seen) {
  const SignInView view(facts);
  const Decision meant = interpret(e.program, e.decisions, view.request(), plan);
  seen.add(meant);
  const Decision by_rows = e.rows.decide(view.request(), plan);
  ASSERT_TRUE(by_rows == meant) << difference("interpreter", meant, "rows", by_rows);
  const Decision by_postings = e.postings.decide(view.request(), plan);
  ASSERT_TRUE(by_postings == meant) << difference("interpreter", meant, "postings", by_postings);
}

TEST(Agreement, EveryExecutorDecidesAsTheInterpreter) {
  Seen seen;
  for (Rounds rounds("Agreement"); rounds.next();) {
    SCOPED_TRACE(rounds.trace());
    Dice dice(rounds.seed());
    const std::size_t size =
        dice.one_in(3) ? kSizes[dice.below(std::size(kSizes))] : dice.below(80);
    const Executors e(random_program(dice, size));
    const auto verified = ir::verify(e.program);
    ASSERT_TRUE(verified) << verified.error().message;
    for (int i = 0; i < 40; ++i) {
      SignInFacts facts = random_sign_in(dice);
      if (!e.program.policies.empty() && !dice.one_in(4)) {
        aim_at(dice, e.program, dice.pick(e.program.policies), facts);
      }
      compare(e, facts, dice.one_in(3) ? Plan::kReportOnly : Plan::kEnforced, seen);
      if (::testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
  if (seen.decisions < 10'000) {
    return;  // a replay
  }
  for (const std::size_t count : seen.outcomes) {
    EXPECT_GT(count, seen.decisions / 100);
  }
  for (const ReasonCode code :
       {ReasonCode::kRequestRejected, ReasonCode::kPolicyBlocks, ReasonCode::kDefaultDeny,
        ReasonCode::kControlUnmet, ReasonCode::kReauthenticate, ReasonCode::kUnknownSignal,
        ReasonCode::kControlMet, ReasonCode::kNoPolicyApplies, ReasonCode::kFactRefused}) {
    EXPECT_GT(seen.reasons[static_cast<std::size_t>(code)], seen.decisions / 200) << name(code);
  }
  EXPECT_GT(seen.with_many, seen.decisions / 20);
}

}  // namespace
}  // namespace gate::property
