// docs/evaluator.md, Putting a set in force: a new set is compared with the interpreter first.
#include "runtime/probe/cross_check.h"

#include <gtest/gtest.h>

#include "runtime/set/state.h"
#include "tests/property/random_program.h"

namespace gate::probe {
namespace {

std::unique_ptr<PolicySet> random_set(std::uint64_t seed) {
  property::Dice dice(seed);
  auto set = build_policy_set(property::random_program(dice, 1 + dice.below(120)));
  EXPECT_TRUE(set.has_value());
  return std::move(*set);
}

TEST(CrossCheck, SetsAgreeWithTheInterpreter) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    EXPECT_FALSE(find_difference(*random_set(seed), 64).has_value()) << "seed " << seed;
  }
}

/// The tables go on deciding by what a policy was; the interpreter reads what it is now.
TEST(CrossCheck, FindsOnePolicyOfManyThatTheTablesHaveWrong) {
  std::size_t found = 0;
  std::size_t planted = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto set = random_set(seed);
    std::vector<ir::Policy> policies = internal::state_of(*set).program().policies;
    property::Dice dice(seed);
    ir::Policy& policy = policies[dice.below(policies.size())];
    policy.state = policy.state == PolicyState::kOff ? PolicyState::kOn : PolicyState::kOff;
    internal::state_for_code(*set).packed = ir::PackedPolicies(policies);
    const auto difference = find_difference(*set, 512);
    found += difference.has_value() ? 1 : 0;
    ++planted;
    if (difference) {
      EXPECT_NE(difference->meant, difference->said);
      const auto again = find_difference(*set, 512);
      EXPECT_TRUE(again && again->facts.user == difference->facts.user) << "the same every time";
      EXPECT_FALSE(find_difference(*set, 0).has_value()) << "none were asked for";
    }
  }
  // Many random policies can never apply, and then the difference cannot be seen.
  EXPECT_GE(found * 10, planted * 4) << found << " of " << planted;
}

}  // namespace
}  // namespace gate::probe
