#include "bench/evaluate/agreement.h"

#include <gtest/gtest.h>

#include <gate/compile.hpp>

#include "bench/baselines/bitset.h"
#include "bench/baselines/plain_loop.h"
#include "bench/workload/gate_text.h"
#include "bench/workload/generate.h"

namespace gate::bench {
namespace {

std::shared_ptr<const PolicySet> compiled(const Workload& workload) {
  CompileOutput output =
      compile(gate_text(workload), {.backend = Backend::kInterpreter, .keep_test_blocks = false});
  EXPECT_FALSE(output.has_errors()) << render_text(output, false);
  return output.policies;
}

/// Every answer is checked before it is timed. This is the check, over more seeds
/// than a benchmark run has.
TEST(Agreement, OfBothBaselinesWithTheOracle) {
  for (const Distribution d :
       {Distribution::kSelective, Distribution::kDense, Distribution::kAdversarial}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const Workload workload =
          generate({.seed = seed, .distribution = d, .policies = 60 * seed, .sign_ins = 200});
      const auto set = compiled(workload);
      ASSERT_NE(set, nullptr);
      const ClauseMap clauses(*set);
      const PlainLoop loop(workload.policies);
      const BitsetEvaluator bitset(workload.policies);
      const Binder binder(workload);
      BitsetEvaluator::Scratch scratch;
      BoundSignIn bound;
      Answer answer;
      for (const SignInFacts& facts : workload.sign_ins) {
        const SignInView view(facts);
        const OracleAnswer oracle = ask_oracle(*set, view.request());
        binder.bind(view.request(), bound);
        loop.evaluate(bound, answer);
        ASSERT_EQ(difference(oracle, answer, clauses), "");
        bitset.evaluate(bound, scratch, answer);
        ASSERT_EQ(difference(oracle, answer, clauses), "");
        ASSERT_EQ(difference(oracle, set->evaluate(view.request())), "");
      }
    }
  }
}

/// A check that cannot fail checks nothing: each kind of wrong answer is named.
TEST(Agreement, NoticesEveryKindOfWrongAnswer) {
  const Workload workload = generate({.seed = 4, .policies = 100});
  const auto set = compiled(workload);
  ASSERT_NE(set, nullptr);
  const ClauseMap clauses(*set);
  const SignInView view(workload.sign_ins.front());
  const OracleAnswer oracle = ask_oracle(*set, view.request());
  const Binder binder(workload);
  BoundSignIn bound;
  binder.bind(view.request(), bound);
  Answer right;
  PlainLoop(workload.policies).evaluate(bound, right);
  ASSERT_EQ(difference(oracle, right, clauses), "");

  Answer wrong = right;
  wrong.outcome = right.outcome == Outcome::kBlock ? Outcome::kAllow : Outcome::kBlock;
  EXPECT_NE(difference(oracle, wrong, clauses), "");
  wrong = right;
  wrong.applied.push_back(99);
  EXPECT_NE(difference(oracle, wrong, clauses), "");
  wrong = right;
  wrong.required ^= 1;
  EXPECT_NE(difference(oracle, wrong, clauses), "");

  Decision decision = oracle.decision;
  decision.applied_count += 1;
  EXPECT_NE(difference(oracle, decision), "");
  decision = oracle.decision;
  decision.session.sign_in_frequency_s = 17;
  EXPECT_NE(difference(oracle, decision), "");
}

}  // namespace
}  // namespace gate::bench
