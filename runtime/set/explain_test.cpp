#include <gtest/gtest.h>

#include <gate/policy_set.hpp>
#include <memory>

#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"

namespace gate {
namespace {

using property::Dice;

/// One program, decided by its tables and by the interpreter.
struct Pair {
  Pair(Dice& dice, std::size_t policies) {
    ir::Program program = property::random_program(dice, policies);
    auto a = build_policy_set(ir::Program(program), Backend::kNative);
    auto b = build_policy_set(std::move(program), Backend::kInterpreter);
    GATE_CHECK(a && b, "a random program builds");
    tables = std::move(*a);
    interpreter = std::move(*b);
  }
  std::unique_ptr<PolicySet> tables;
  std::unique_ptr<PolicySet> interpreter;
};

void expect_trace_of(const PolicyTrace& trace, const AppliedPolicy& applied, const PolicySet& set) {
  EXPECT_EQ(trace.policy, applied.policy);
  EXPECT_TRUE(trace.applies);
  EXPECT_EQ(trace.satisfied, applied.satisfied);
  EXPECT_EQ(trace.outcome, applied.outcome);
  std::size_t required = set.policy(applied.policy).blocks ? 1 : 0;
  for (std::size_t c = 0; c < set.clause_count(); ++c) {
    required += applied.required.contains(c) ? 1 : 0;
  }
  EXPECT_EQ(trace.requires_text.size(), required);
}

TEST(Explain, TablesAndInterpreterNameThePoliciesThatApplyAlike) {
  std::size_t applied = 0;
  std::size_t report_only = 0;
  std::size_t unknown = 0;
  std::size_t outcomes[3] = {};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Dice dice(seed);
    const Pair pair(dice, seed % 5 == 0 ? 1025 : 40);
    const ir::Program program = internal::state_of(*pair.tables).program();
    for (std::size_t i = 0; i < 20; ++i) {
      SignInFacts facts = property::random_sign_in(dice);
      property::aim_at(dice, program, program.policies[i * 7 % program.policies.size()], facts);
      const SignInView view(facts);
      const Explanation fast = pair.tables->explain(view.request());
      const Explanation slow = pair.interpreter->explain(view.request());
      ASSERT_EQ(fast.applied, slow.applied) << "seed " << seed << ", sign-in " << i;
      EXPECT_EQ(fast.decision, pair.interpreter->evaluate(view.request()));
      EXPECT_EQ(fast.report_only, pair.interpreter->evaluate_report_only(view.request()));
      EXPECT_TRUE(fast.policies.empty()) << "words cost what numbers do not";
      for (const AppliedPolicy& each : fast.applied) {
        report_only += each.state == PolicyState::kReportOnly ? 1 : 0;
        unknown += each.unknown ? 1 : 0;
        ++outcomes[static_cast<std::size_t>(each.outcome)];
      }
      applied += fast.applied.size();
    }
  }
  EXPECT_GT(applied, 1'000U);
  EXPECT_GT(report_only, 50U);
  EXPECT_GT(unknown, 50U);
  for (const std::size_t seen : outcomes) {
    EXPECT_GT(seen, 50U);
  }
}

TEST(Explain, TheScopeSaysHowMuchIsPutIntoWords) {
  std::size_t in_words = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Dice dice(seed);
    const Pair pair(dice, 30);
    const ir::Program program = internal::state_of(*pair.tables).program();
    SignInFacts facts = property::random_sign_in(dice);
    property::aim_at(dice, program, program.policies[seed % 30], facts);
    const SignInView view(facts);
    const Explanation words = pair.tables->explain(view.request(), ExplainScope::kAppliedInWords);
    ASSERT_EQ(words.policies.size(), words.applied.size());
    for (std::size_t i = 0; i < words.applied.size(); ++i) {
      expect_trace_of(words.policies[i], words.applied[i], *pair.tables);
      in_words += words.policies[i].criteria.size();
    }
    const Explanation every = pair.tables->explain(view.request(), ExplainScope::kEvery);
    EXPECT_EQ(every.applied, words.applied);
    if (every.decision.reasons[0].code == ReasonCode::kRequestRejected) {
      EXPECT_TRUE(every.policies.empty());
      continue;
    }
    ASSERT_EQ(every.policies.size(), 30U);
    std::size_t applying = 0;
    for (const PolicyTrace& trace : every.policies) {
      const bool asked = pair.tables->policy(trace.policy).state != PolicyState::kOff;
      applying += trace.applies && asked ? 1 : 0;
      EXPECT_EQ(pair.tables->trace(view.request(), trace.policy).criteria.size(),
                trace.criteria.size());
    }
    EXPECT_EQ(applying, every.applied.size());
  }
  EXPECT_GT(in_words, 30U);
}

TEST(Explain, ARejectedRequestHasADecisionAndNothingElse) {
  Dice dice(3);
  const Pair pair(dice, 10);
  SignInFacts facts;
  facts.ip = "203.0.113.999";
  const SignInView view(facts);
  for (const PolicySet* set : {pair.tables.get(), pair.interpreter.get()}) {
    const Explanation e = set->explain(view.request(), ExplainScope::kEvery);
    EXPECT_EQ(e.decision.reasons[0].code, ReasonCode::kRequestRejected);
    EXPECT_EQ(e.report_only, e.decision);
    EXPECT_TRUE(e.applied.empty());
    EXPECT_TRUE(e.policies.empty());
    EXPECT_FALSE(set->trace(view.request(), 0).applies);
  }
}

}  // namespace
}  // namespace gate
