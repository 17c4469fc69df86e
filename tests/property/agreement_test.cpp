#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "compiler/lower/attach_native.h"
#include "runtime/index/index.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/verify.h"
#include "runtime/rules/decide.h"
#include "tests/executor/tier.h"
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
        rows(program, decisions, {.layout = index::Layout::kRows}),
        scalar_rows(program, decisions, {.layout = index::Layout::kRows, .wide = false}),
        late_rows(program, decisions, {.layout = index::Layout::kRows, .early_stop = false}),
        postings(program, decisions, {.layout = index::Layout::kPostings}),
        late_postings(program, decisions,
                      {.layout = index::Layout::kPostings, .early_stop = false}) {
    EXPECT_EQ(rows.rows() != nullptr, program.policies.size() <= index::Rows::kPoliciesMax);
    EXPECT_EQ(postings.rows(), nullptr);
    EXPECT_TRUE(executor::tables_answer(rows));
    EXPECT_TRUE(executor::tables_answer(postings));
    if (rows.rows() != nullptr) {
      EXPECT_EQ(rows.rows()->is_wide(), index::Rows::can_be_wide());
      EXPECT_FALSE(scalar_rows.rows()->is_wide());
    }
  }
  ir::Program program;
  DecisionTables decisions;
  index::Index rows;
  index::Index scalar_rows;
  index::Index late_rows;  ///< without early stop
  index::Index postings;
  index::Index late_postings;
  // The same with machine code.
  std::optional<index::Index> native_rows;
  std::optional<index::Index> native_postings;
  std::vector<std::unique_ptr<CompiledCode>> code;

  void compile() {
    native_rows.emplace(program, decisions, index::Options{.layout = index::Layout::kRows});
    native_postings.emplace(program, decisions, index::Options{.layout = index::Layout::kPostings});
    for (index::Index* index : {&*native_rows, &*native_postings}) {
      auto compiled = lower::compile_native(*index);
      ASSERT_TRUE(compiled) << compiled.error().message;
      if (*compiled != nullptr) {
        index->attach((*compiled)->entries());
        code.push_back(std::move(*compiled));
      }
      ASSERT_TRUE(executor::machine_code_answers(*index));
    }
  }
};

/// What came up, so that a generator that has gone dull is noticed.
struct Seen {
  std::size_t decisions = 0;
  std::size_t outcomes[3] = {};
  std::size_t reasons[12] = {};
  std::size_t with_many = 0;  ///< eight policies or more applied
  std::size_t by_rows = 0;    ///< compared with row tables, postings, and code for either
  std::size_t by_postings = 0;
  std::size_t by_row_code = 0;
  std::size_t by_residual_code = 0;

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
  const auto agrees = [&](const char* executor, const index::Index& index) {
    ++(index.rows() != nullptr ? index.has_code() ? seen.by_row_code : seen.by_rows
       : index.has_code()      ? seen.by_residual_code
                               : seen.by_postings);
    const Decision d = index.decide(view.request(), plan);
    EXPECT_TRUE(d == meant) << difference("interpreter", meant, executor, d);
    Verdict verdict;
    index.decide(view.request(), nullptr, plan, verdict);
    EXPECT_EQ(verdict, verdict_of(meant)) << executor;
  };
  agrees("rows", e.rows);
  agrees("scalar rows", e.scalar_rows);
  agrees("rows without early stop", e.late_rows);
  agrees("postings", e.postings);
  agrees("postings without early stop", e.late_postings);
  if (e.native_rows) {
    agrees("native rows", *e.native_rows);
    agrees("native postings", *e.native_postings);
  }
}

TEST(Agreement, EveryExecutorDecidesAsTheInterpreter) {
  Seen seen;
  for (Rounds rounds("Agreement"); rounds.next();) {
    SCOPED_TRACE(rounds.trace());
    Dice dice(rounds.seed());
    const std::size_t size =
        dice.one_in(3) ? kSizes[dice.below(std::size(kSizes))] : dice.below(80);
    Executors e(random_program(dice, size));
    const auto verified = ir::verify(e.program);
    ASSERT_TRUE(verified) << verified.error().message;
    // Code takes some 20 ms to make, so it is made now and then and used the more.
    const bool native = dice.one_in(8);
    if (native) {
      e.compile();
    }
    for (int i = 0; i < (native ? 200 : 40); ++i) {
      SignInFacts facts = random_sign_in(dice);
      if (!e.program.policies.empty() && !dice.one_in(4)) {
        aim_at(dice, e.program, dice.pick(e.program.policies), facts);
      }
      compare(e, facts, dice.one_in(3) ? Plan::kReportOnly : Plan::kEnforced, seen);
      if (::testing::Test::HasFailure()) {
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
  for (const std::size_t by :
       {seen.by_rows, seen.by_postings, seen.by_row_code, seen.by_residual_code}) {
    EXPECT_GT(by, seen.decisions / 10) << "an executor was hardly compared";
  }
}

}  // namespace
}  // namespace gate::property
