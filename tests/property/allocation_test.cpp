// Invariant 4: a decision allocates nothing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <gate/evaluator.hpp>
#include <memory>
#include <new>

#include "runtime/set/build.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads,cppcoreguidelines-no-malloc): counted, otherwise as ever
// Not inlined: where one is and the other is not (sanitizers), GCC sees free() of what new gave.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) {
    return p;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
// NOLINTEND(misc-new-delete-overloads,cppcoreguidelines-no-malloc)

namespace gate::property {
namespace {

TEST(Allocation, Invariant4_ADecisionAllocatesNothing) {
  std::size_t decided = 0;
  for (Rounds rounds("Allocation", 2); rounds.next();) {
    SCOPED_TRACE(rounds.trace());
    Dice dice(rounds.seed());
    // Above and below the size up to which a row is one piece.
    auto built = build_policy_set(random_program(dice, dice.one_in(4) ? 1100 : dice.below(300)));
    ASSERT_TRUE(built) << built.error().message;
    const std::shared_ptr<const PolicySet> set(std::move(*built));
    const Evaluator evaluator(set);
    for (int i = 0; i < 20; ++i) {
      const SignInFacts facts = random_sign_in(dice);
      const SignInView view(facts);
      const PreparedRequest prepared(set, view.request());
      const InternedSignIn interned(*set, view.request());
      const PreparedPrincipal who(*set, view.request());
      const std::size_t before = allocations;
      const Decision plain = set->evaluate(view.request());
      const Decision again = prepared.evaluate();
      const Decision in_force = evaluator.evaluate(view.request());
      const Decision report = set->evaluate_report_only(view.request());
      const Decision by_numbers = set->evaluate(interned.request());
      const Decision bound = set->evaluate(who, view.request());
      const Verdict verdict = set->outcome(who, interned.request());
      EXPECT_EQ(allocations, before);
      EXPECT_EQ(by_numbers.outcome, plain.outcome);
      EXPECT_EQ(bound.outcome, plain.outcome);
      EXPECT_EQ(verdict.outcome, plain.outcome);
      EXPECT_EQ(plain, again);
      EXPECT_EQ(plain.outcome, in_force.outcome);
      EXPECT_GE(report.applied_count, plain.applied_count);
      ++decided;
    }
  }
  EXPECT_GT(decided, 0U);
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations;
  const auto p = std::make_unique<std::string>(100, 'x');
  EXPECT_GT(allocations, before);
}

}  // namespace
}  // namespace gate::property
