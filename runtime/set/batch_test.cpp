#include <gtest/gtest.h>

#include <atomic>
#include <gate/evaluator.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"

namespace gate {
namespace {

using property::Dice;

/// Random sign-ins, some of them aimed at policies of the set, with the views over them.
class SignIns {
 public:
  SignIns(Dice& dice, const ir::Program& program, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      SignInFacts facts = property::random_sign_in(dice);
      if (i % 2 == 0 && !program.policies.empty()) {
        property::aim_at(dice, program, program.policies[i % program.policies.size()], facts);
      }
      facts_.push_back(std::make_unique<SignInFacts>(std::move(facts)));
      views_.push_back(std::make_unique<SignInView>(*facts_.back()));
      requests_.push_back(views_.back()->request());
    }
  }
  [[nodiscard]] std::span<const SignInRequest> requests() const { return requests_; }

 private:
  std::vector<std::unique_ptr<SignInFacts>> facts_;
  std::vector<std::unique_ptr<SignInView>> views_;
  std::vector<SignInRequest> requests_;
};

std::shared_ptr<const PolicySet> set_of(Dice& dice, std::size_t policies, Backend backend) {
  auto set = build_policy_set(property::random_program(dice, policies), backend);
  GATE_CHECK(set, "a random program builds");
  return std::shared_ptr<const PolicySet>(std::move(*set));
}

TEST(Batch, EqualsOneDecisionAfterTheOtherInEverySize) {
  std::size_t outcomes[3] = {};
  for (const Backend backend : {Backend::kNative, Backend::kInterpreter}) {
    for (const std::size_t policies : {0U, 24U, 240U, 1025U}) {
      Dice dice(policies + 1);
      const auto set = set_of(dice, policies, backend);
      for (const std::size_t size : {0U, 1U, 2U, 63U, 64U, 65U, 1023U, 1024U, 1025U}) {
        if (backend == Backend::kInterpreter && size > 65) {
          continue;  // the same loop, and slow
        }
        const SignIns sign_ins(dice, internal::state_of(*set).program(), size);
        std::vector<Decision> decisions(size);
        set->evaluate_batch(sign_ins.requests(), decisions);
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_EQ(decisions[i], set->evaluate(sign_ins.requests()[i]))
              << policies << " policies, sign-in " << i << " of " << size;
          ++outcomes[static_cast<std::size_t>(decisions[i].outcome)];
        }
      }
    }
  }
  for (const std::size_t seen : outcomes) {
    EXPECT_GT(seen, 50U) << "the sign-ins are too much alike to show anything";
  }
}

/// Few users often, some of them nearly somebody else, some malformed, across the pieces in which
/// a batch is grouped.
TEST(Batch, BindsTheUserOnceAndMixesNoUsers) {
  for (const std::size_t policies : {240U, 1025U}) {
    Dice dice(policies);
    const auto set = set_of(dice, policies, Backend::kNative);
    const SignIns people(dice, internal::state_of(*set).program(), 6);
    const SignIns rest(dice, internal::state_of(*set).program(), 2100);
    const std::vector<std::string_view> too_many(ir::kPrincipalsMax + 1, "g");
    std::vector<SignInRequest> requests(rest.requests().begin(), rest.requests().end());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const SignInRequest& who = people.requests()[dice.below(6)];
      SignInRequest& r = requests[i];
      r.user = who.user;
      r.user_kind = dice.one_in(8) ? UserKind::kInternalGuest : who.user_kind;
      r.external_tenant = who.external_tenant;
      r.groups = dice.one_in(8) ? who.groups.first(who.groups.size() / 2) : who.groups;
      r.roles = dice.one_in(8) ? std::span<const std::string_view>() : who.roles;
      if (dice.one_in(50)) {
        r.groups = too_many;
      }
    }
    std::vector<Decision> decisions(requests.size());
    set->evaluate_batch(requests, decisions);
    std::size_t rejected = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      ASSERT_EQ(decisions[i], set->evaluate(requests[i])) << policies << " policies, " << i;
      rejected += decisions[i].reasons[0].code == ReasonCode::kRequestRejected ? 1 : 0;
    }
    EXPECT_GT(rejected, 10U);
    EXPECT_LT(rejected, requests.size() / 2);
  }
}

TEST(Batch, WhatStoodInTheDecisionsBeforeDoesNotMatter) {
  Dice dice(5);
  const auto set = set_of(dice, 24, Backend::kNative);
  const SignIns sign_ins(dice, internal::state_of(*set).program(), 65);
  std::vector<Decision> fresh(65);
  set->evaluate_batch(sign_ins.requests(), fresh);
  std::vector<Decision> used(fresh.rbegin(), fresh.rend());
  set->evaluate_batch(sign_ins.requests(), used);
  EXPECT_EQ(used, fresh);
}

TEST(Batch, WithoutASetEverythingIsBlocked) {
  Dice dice(6);
  const SignIns sign_ins(dice, ir::Program{}, 3);
  std::vector<Decision> decisions(3);
  Evaluator().evaluate_batch(sign_ins.requests(), decisions);
  for (const Decision& decision : decisions) {
    EXPECT_EQ(decision.outcome, Outcome::kBlock);
    EXPECT_EQ(decision.reasons[0].code, ReasonCode::kNoPolicySet);
  }
}

TEST(BatchDeathTest, AnotherNumberOfDecisionsThanRequestsIsABrokenPromise) {
  Dice dice(7);
  const auto set = set_of(dice, 2, Backend::kNative);
  const SignIns sign_ins(dice, internal::state_of(*set).program(), 2);
  std::vector<Decision> decisions(1);
  EXPECT_DEATH(set->evaluate_batch(sign_ins.requests(), decisions), "one decision for each");
}

TEST(Batch, EveryAnswerIsOfOneGenerationWhileSetsAreReplaced) {
  Dice dice(8);
  const std::shared_ptr<const PolicySet> sets[2] = {set_of(dice, 24, Backend::kNative),
                                                    set_of(dice, 40, Backend::kNative)};
  const SignIns sign_ins(dice, internal::state_of(*sets[0]).program(), 65);
  std::vector<Decision> expected[2] = {std::vector<Decision>(65), std::vector<Decision>(65)};
  for (int s = 0; s < 2; ++s) {
    sets[s]->evaluate_batch(sign_ins.requests(), expected[s]);
  }
  ASSERT_NE(expected[0], expected[1]);
  Evaluator evaluator(sets[0]);  // odd generations: sets[0]
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> batches = 0;
  std::thread decider([&] {
    std::vector<Decision> decisions(65);
    while (!stop || batches < 2) {
      evaluator.evaluate_batch(sign_ins.requests(), decisions);
      const std::uint64_t generation = decisions[0].generation;
      for (std::size_t i = 0; i < decisions.size(); ++i) {
        Decision want = expected[1 - generation % 2][i];
        want.generation = generation;
        GATE_CHECK(decisions[i] == want, "an answer of another set than its generation's");
      }
      ++batches;
    }
  });
  for (int i = 0; i < 400; ++i) {
    evaluator.replace(sets[(i + 1) % 2]);
  }
  stop = true;
  decider.join();
  EXPECT_GE(batches, 2U);
}

}  // namespace
}  // namespace gate
