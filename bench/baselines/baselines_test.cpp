#include <gtest/gtest.h>

#include "bench/baselines/bitset.h"
#include "bench/baselines/plain_loop.h"
#include "bench/workload/generate.h"

namespace gate::bench {
namespace {

/// The two baselines share the residual test and the last step, and nothing else.
TEST(Baselines, LoopAndBitsetAgreeOnEverySignIn) {
  for (const Distribution d :
       {Distribution::kSelective, Distribution::kDense, Distribution::kAdversarial}) {
    for (const std::size_t policies : {0U, 1U, 63U, 64U, 65U, 240U, 1'025U}) {
      const Workload workload =
          generate({.seed = policies + 11, .distribution = d, .policies = policies});
      const PlainLoop loop(workload.policies);
      const BitsetEvaluator bitset(workload.policies);
      const Binder binder(workload);
      BoundSignIn bound;
      BitsetEvaluator::Scratch scratch;
      Answer a;
      Answer b;
      for (const SignInFacts& facts : workload.sign_ins) {
        binder.bind(SignInView(facts).request(), bound);
        loop.evaluate(bound, a);
        bitset.evaluate(bound, scratch, b);
        ASSERT_EQ(a.applied, b.applied) << name(d) << " " << policies;
        ASSERT_EQ(a.required, b.required);
        ASSERT_EQ(a.outcome, b.outcome);
      }
    }
  }
}

TEST(Baselines, ComeToEveryOutcome) {
  const Workload workload = generate({.seed = 1, .policies = 240, .sign_ins = 2'000});
  const PlainLoop loop(workload.policies);
  const Binder binder(workload);
  BoundSignIn bound;
  Answer answer;
  std::size_t count[3] = {};
  for (const SignInFacts& facts : workload.sign_ins) {
    binder.bind(SignInView(facts).request(), bound);
    loop.evaluate(bound, answer);
    ++count[static_cast<std::size_t>(answer.outcome)];
  }
  for (const std::size_t each : count) {
    EXPECT_GT(each, 20U) << count[0] << " " << count[1] << " " << count[2];
  }
}

}  // namespace
}  // namespace gate::bench
