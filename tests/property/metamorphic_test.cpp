// What must not change, or only one way, when a policy set is changed.
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/index/index.h"
#include "runtime/ir/reach.h"
#include "runtime/rules/decide.h"
#include "tests/property/describe.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace gate::property {
namespace {

class Executor {
 public:
  explicit Executor(ir::Program program, index::Layout layout)
      : program_(std::move(program)),
        decisions_(program_),
        index_(program_, decisions_, {.layout = layout}) {
    EXPECT_EQ(index_.rows() != nullptr, layout == index::Layout::kRows);
    EXPECT_FALSE(index_.has_code());
  }
  [[nodiscard]] Decision decide(const SignInFacts& facts) const {
    return index_.decide(SignInView(facts).request(), Plan::kEnforced);
  }

 private:
  ir::Program program_;
  DecisionTables decisions_;
  index::Index index_;
};

/// What is left of a decision when it does not matter which policies it came from.
Decision without_reasons(Decision d) {
  d.reasons = {};
  d.reason_count = 0;
  return d;
}
bool contains(const ClauseSet& all, const ClauseSet& some) {
  ClauseSet both = all;
  both.add_all(some);
  return both == all;
}

template <typename Relation>
void hold(const char* name, Relation relation) {
  for (Rounds rounds(name, 2); rounds.next();) {
    SCOPED_TRACE(rounds.trace());
    Dice dice(rounds.seed());
    const index::Layout layout = dice.one_in(2) ? index::Layout::kRows : index::Layout::kPostings;
    const ir::Program program = random_program(dice, 1 + dice.below(70));
    ir::Program changed = program;
    const auto compare = relation(dice, changed);
    const Executor before(program, layout);
    const Executor after(changed, layout);
    for (int i = 0; i < 30 && !::testing::Test::HasFailure(); ++i) {
      SignInFacts facts = random_sign_in(dice);
      aim_at(dice, program, dice.pick(program.policies), facts);
      compare(before.decide(facts), after.decide(facts));
    }
    if (::testing::Test::HasFailure()) {
      return;
    }
  }
}

void expect_same(const Decision& before, const Decision& after) {
  EXPECT_EQ(difference("before", without_reasons(before), "after", without_reasons(after)), "");
}

TEST(Metamorphic, TheOrderOfPoliciesMeansNothing) {
  hold("Permutation", [](Dice& dice, ir::Program& p) {
    for (std::size_t i = p.policies.size(); i > 1; --i) {
      std::swap(p.policies[i - 1], p.policies[dice.below(i)]);
    }
    return expect_same;
  });
}

TEST(Metamorphic, APolicyThatIsOffChangesNothing) {
  hold("Off", [](Dice& dice, ir::Program& p) {
    ir::Policy extra = dice.pick(p.policies);
    extra.state = PolicyState::kOff;
    p.policies.insert(p.policies.begin(), extra);
    return expect_same;
  });
}

TEST(Metamorphic, APolicyForNoUserChangesNothing) {
  hold("Nobody", [](Dice& dice, ir::Program& p) {
    ir::Policy extra = dice.pick(p.policies);
    extra.state = PolicyState::kOn;
    extra.include = {};
    p.policies.push_back(extra);
    return expect_same;
  });
}

TEST(Metamorphic, OneMorePolicyNeverTakesADemandAway) {
  hold("Addition", [](Dice& dice, ir::Program& p) {
    ir::Policy extra = dice.pick(p.policies);
    extra.state = PolicyState::kOn;
    extra.effect = static_cast<std::uint32_t>(dice.below(p.effects.size()));
    // On an action a strength takes the place of others (conditional-access 2.5).
    if (ir::displaces_strengths(p, extra)) {
      extra.include_targets = {};
      extra.exclude_targets = {};
      extra.include_targets.kind = extra.exclude_targets.kind = TargetKind::kAuthContext;
      extra.include_targets.all = true;
    }
    p.policies.push_back(extra);
    return [](const Decision& before, const Decision& after) {
      if (before.applied_count == 0) {
        return;  // the set's default stood, and stands no longer
      }
      EXPECT_LE(after.outcome, before.outcome);
      EXPECT_GE(after.applied_count, before.applied_count);
      EXPECT_TRUE(contains(after.required, before.required));
      EXPECT_TRUE(contains(after.unmet, before.unmet));
      SessionControls merged = after.session;
      merged.merge(before.session);
      EXPECT_EQ(merged, after.session);
    };
  });
}

}  // namespace
}  // namespace gate::property
