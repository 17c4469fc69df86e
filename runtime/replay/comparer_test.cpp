#include "runtime/replay/comparer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/ir/builder.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"

namespace gate::replay {
namespace {

/// Policies for everybody and every app.
class Set {
 public:
  Set& policy(const char* id, std::vector<ir::Control> any_of, bool block = false) {
    ir::Effect effect;
    effect.block = block;
    if (!any_of.empty()) {
      effect.clauses = {b_.clause({std::move(any_of)})};
    }
    ir::Policy p;
    p.id = id;
    p.name = std::string("the ") + id;
    p.include.all_users = true;
    p.include_targets.all = true;
    p.condition = b_.constant(true);
    p.effect = b_.effect(effect);
    b_.policy(p);
    return *this;
  }
  std::shared_ptr<const PolicySet> build() {
    auto set = build_policy_set(b_.finish());
    GATE_CHECK(set, "the set must build");
    return std::move(*set);
  }

 private:
  ir::ProgramBuilder b_;
};
const ir::Control kMfa{ControlKind::kMfa, 0};
const ir::Control kCompliant{ControlKind::kCompliantDevice, 0};

struct Answer {
  Comparison comparison;
  std::vector<std::string> policies, newly, no_longer;
};
Answer held(std::shared_ptr<const PolicySet> now, std::shared_ptr<const PolicySet> old,
            const SignInFacts& facts, const Recorded* recorded = nullptr) {
  Comparer comparer(std::move(now), std::move(old));
  const SignInView view(facts);
  Answer out;
  out.comparison = comparer.compare({&view.request(), 1}, recorded);
  for (const std::uint32_t p : out.comparison.policies) {
    out.policies.push_back(comparer.policies().entry(p).key);
  }
  for (const std::uint32_t c : out.comparison.newly_asked) {
    out.newly.push_back(comparer.controls().entry(c).shown);
  }
  for (const std::uint32_t c : out.comparison.no_longer_asked) {
    out.no_longer.push_back(comparer.controls().entry(c).shown);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(Comparer, EqualDemandsAreNoChangeWhateverThePoliciesAreCalled) {
  const auto a = held(Set().policy("new", {kMfa}).build(), Set().policy("old", {kMfa}).build(), {});
  EXPECT_EQ(a.comparison.change, Change::kNone);
  EXPECT_TRUE(a.policies.empty());
}

TEST(Comparer, APolicyThatTightensIsNamed) {
  const auto old = Set().policy("base", {kMfa}).build();
  SignInFacts done;
  done.satisfied = {{ControlKind::kMfa, ""}};
  auto a = held(Set().policy("base", {kMfa}).policy("lock", {}, true).build(), old, done);
  EXPECT_EQ(a.comparison.change, Change::kNewlyBlocked);
  EXPECT_EQ(a.policies, Words{"lock"});
  const auto none = Set().build();
  a = held(old, none, {});
  EXPECT_EQ(a.comparison.change, Change::kNewlyChallenged);
  EXPECT_EQ(a.policies, Words{"base"});
  EXPECT_EQ(a.newly, Words{"mfa"});
}

// P16
TEST(Comparer, P16_OfWhatIsBlockedOnlyWhatBlocksMakesTheDifference) {
  const auto now = Set().policy("base", {kMfa}).policy("lock", {}, true).build();
  EXPECT_EQ(held(now, Set().build(), {}).policies, Words{"lock"});
  Recorded recorded;
  recorded.outcome = Outcome::kAllow;
  EXPECT_EQ(held(now, nullptr, {}, &recorded).policies, Words{"lock"});
}

TEST(Comparer, APolicyThatHeldASignInIsNamedWhenItIsReleased) {
  const auto old = Set().policy("lock", {}, true).policy("base", {kMfa}).build();
  auto a = held(Set().policy("base", {kMfa}).build(), old, {});
  EXPECT_EQ(a.comparison.change, Change::kReleased);
  EXPECT_EQ(a.comparison.to, Outcome::kChallenge);
  EXPECT_EQ(a.policies, Words{"lock"});
  a = held(Set().build(), Set().policy("base", {kMfa}).build(), {});
  EXPECT_EQ(a.comparison.change, Change::kReleased);
  EXPECT_EQ(a.no_longer, Words{"mfa"});
}

TEST(Comparer, AnotherControlOfOneOutcomeIsAChangeOfItsOwn) {
  SignInFacts facts;
  facts.device.registered = true;
  facts.device.compliant = Tristate::kTrue;
  const auto a = held(Set().policy("p", {kMfa, kCompliant}).build(),
                      Set().policy("p", {kCompliant}).build(), facts);
  EXPECT_EQ(a.comparison.change, Change::kOtherwise);
  EXPECT_EQ(a.comparison.from, Outcome::kAllow);
  EXPECT_EQ(a.policies, Words{"p"});
}

TEST(Comparer, AgainstARecordThePoliciesItNamesAreHeldAgainstOurs) {
  const auto set = Set().policy("base", {kMfa}).build();
  SignInFacts done;
  done.satisfied = {{ControlKind::kMfa, ""}};
  Recorded recorded;
  recorded.outcome = Outcome::kAllow;
  EXPECT_EQ(held(set, nullptr, done, &recorded).comparison.change, Change::kNone);
  recorded.knows_policies = true;  // and none was applied
  const auto a = held(set, nullptr, done, &recorded);
  EXPECT_EQ(a.comparison.change, Change::kOtherwise);
  EXPECT_EQ(a.policies, Words{"base"});
  EXPECT_EQ(held(set, nullptr, {}, &recorded).comparison.change, Change::kNewlyChallenged);
  EXPECT_FALSE(held(set, nullptr, {}).comparison.held_against_something);
}

TEST(Comparer, ALogThatNamesPoliciesWithoutEndGetsNoNumbersWithoutEnd) {
  Comparer comparer(Set().policy("base", {kMfa}).build(), nullptr);
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < Comparer::kRecordedPoliciesMax + 100; ++i) {
    last = comparer.recorded_policy("p" + std::to_string(i), "");
  }
  EXPECT_EQ(last, comparer.recorded_policy("one more", ""));
  EXPECT_LE(comparer.policies().size(), Comparer::kRecordedPoliciesMax + 2);
  EXPECT_LT(comparer.recorded_policy("base", ""), last);
  EXPECT_LT(comparer.recorded_policy("p7", ""), last) << "those that have a number keep it";
}

TEST(Comparer, OfTwoRequestsTheStricterAnswerHolds) {
  Comparer comparer(Set().policy("base", {kMfa}).build(), Set().build());
  SignInFacts done;
  done.satisfied = {{ControlKind::kMfa, ""}};
  const SignInFacts bare;
  const SignInView a(done);
  const SignInView b(bare);
  const SignInRequest both[2] = {a.request(), b.request()};
  const Comparison out = comparer.compare(both, nullptr);
  EXPECT_EQ(out.to, Outcome::kChallenge);
  EXPECT_EQ(out.change, Change::kNewlyChallenged);
}

TEST(Comparer, ASetHeldAgainstItselfNeverChangesAnything) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    property::Dice dice(seed);
    auto built = build_policy_set(property::random_program(dice, 20));
    ASSERT_TRUE(built);
    const std::shared_ptr<const PolicySet> set = std::move(*built);
    const ir::Program program = internal::state_of(*set).program();
    for (int i = 0; i < 20; ++i) {
      SignInFacts facts = property::random_sign_in(dice);
      property::aim_at(dice, program, program.policies[0], facts);
      EXPECT_EQ(held(set, set, facts).comparison.change, Change::kNone);
    }
  }
}

}  // namespace
}  // namespace gate::replay
