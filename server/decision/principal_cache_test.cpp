#include "server/decision/principal_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"
#include "server/decision/evaluator_decider.h"

namespace gate::server {
namespace {

std::shared_ptr<const PolicySet> set_of(ir::Program program, Backend backend = Backend::kNative) {
  auto set = build_policy_set(std::move(program), backend);
  GATE_CHECK(set, "the program builds");
  return std::shared_ptr<const PolicySet>(std::move(*set));
}
std::shared_ptr<const PolicySet> sample() {
  return set_of(ir::sample_program());
}
/// The same policies, all of them off.
std::shared_ptr<const PolicySet> nothing_asked() {
  ir::Program program = ir::sample_program();
  for (ir::Policy& policy : program.policies) {
    policy.state = PolicyState::kOff;
  }
  return set_of(std::move(program));
}

/// Somebody in a group that the sample's policies name, and in many that they do not.
SignInFacts somebody(const std::string& user = "amy", std::size_t groups = 40) {
  SignInFacts facts;
  facts.user = user;
  facts.target = "payments";
  facts.app_groups = {"office365"};
  facts.roles = {"reader"};
  facts.ip = "203.0.113.7";
  facts.completed = {{Method::kPassword, 3}};
  facts.groups = {"admins", "staff"};
  while (facts.groups.size() < groups) {
    facts.groups.push_back("group " + std::to_string(facts.groups.size()));
  }
  return facts;
}

void expect_as_evaluated(const EvaluatorDecider& decider, const PolicySet& set,
                         const SignInFacts& facts) {
  const Decision meant = set.evaluate(SignInView(facts).request());
  const PolicyVerdict verdict = decider.decide(facts);
  EXPECT_EQ(verdict.outcome, meant.outcome);
  EXPECT_EQ(verdict.second_factors, meant.second_factors);
  EXPECT_EQ(verdict.error_code, meant.error_code);
  EXPECT_EQ(verdict.reauthenticate, meant.reauthenticate);
  EXPECT_EQ(verdict.policy_digest, set.digest());
  EXPECT_EQ(verdict.reasons.size(), meant.reason_count);
}

TEST(PrincipalCache, DecidesAsWithoutItAndBindsAPersonOnce) {
  const auto set = sample();
  const Evaluator evaluator(set);
  const EvaluatorDecider decider(evaluator);
  for (const Flow flow : {Flow::kSignIn, Flow::kSignIn, Flow::kRefresh}) {
    SignInFacts facts = somebody();
    facts.flow = flow;
    expect_as_evaluated(decider, *set, facts);
  }
  EXPECT_EQ(decider.principals().counts().bound, 1U);
  EXPECT_EQ(decider.principals().counts().found, 2U);
}

TEST(PrincipalCache, C2_AChangeOfTheDirectoryCountsAtTheNextDecision) {
  const auto set = sample();
  const Evaluator evaluator(set);
  const EvaluatorDecider decider(evaluator);
  const SignInFacts before = somebody();
  expect_as_evaluated(decider, *set, before);
  const auto changed = [&before](auto change) {
    SignInFacts out = before;
    change(out);
    return out;
  };
  const SignInFacts after[] = {
      changed([](SignInFacts& f) { f.groups.erase(f.groups.begin()); }),
      changed([](SignInFacts& f) { f.groups.front() = "another group"; }),
      changed([](SignInFacts& f) { f.groups.emplace_back("finance"); }),
      changed([](SignInFacts& f) { f.roles.clear(); }),
      changed([](SignInFacts& f) { f.roles.emplace_back("global admin"); }),
      changed([](SignInFacts& f) { f.user_kind = UserKind::kB2bCollaborationGuest; }),
      changed([](SignInFacts& f) { f.external_tenant = "elsewhere"; }),
      changed([](SignInFacts& f) { f.groups.swap(f.roles); }),
  };
  std::uint64_t bound = 1;
  for (const SignInFacts& facts : after) {
    expect_as_evaluated(decider, *set, facts);
    EXPECT_EQ(decider.principals().counts().bound, ++bound) << "an old principal was used";
    expect_as_evaluated(decider, *set, before);
    EXPECT_EQ(decider.principals().counts().bound, ++bound);
  }
  EXPECT_EQ(decider.principals().counts().found, 0U);
  EXPECT_EQ(decider.principals().counts().users, 1U);
}

TEST(PrincipalCache, C2_NobodyIsTakenForSomebodyElse) {
  const auto set = sample();
  const Evaluator evaluator(set);
  const EvaluatorDecider decider(evaluator);
  for (int round = 0; round < 2; ++round) {
    for (const char* user : {"amy", "bob", "AMY", ""}) {
      expect_as_evaluated(decider, *set, somebody(user));
    }
  }
  EXPECT_EQ(decider.principals().counts().bound, 4U);
}

TEST(PrincipalCache, C2_ANewPolicySetWipesIt) {
  const auto strict = sample();
  const auto lax = nothing_asked();
  ASSERT_NE(strict->digest(), lax->digest());
  PrincipalCache cache;
  const SignInFacts facts = somebody();
  const SignInView view(facts);
  const auto old = cache.of(*strict, view.request());
  ASSERT_NE(old, nullptr);
  const auto fresh = cache.of(*lax, view.request());
  ASSERT_NE(fresh, nullptr);
  EXPECT_NE(fresh, old);
  EXPECT_TRUE(fresh->is_for(*lax, 0));
  EXPECT_FALSE(fresh->is_for(*strict, 0));
  EXPECT_EQ(cache.counts().users, 1U) << "what was bound to the old set is gone";
}

TEST(PrincipalCache, AMalformedPersonIsNotKeptAndIsRejectedAsEver) {
  const auto set = sample();
  const Evaluator evaluator(set);
  const EvaluatorDecider decider(evaluator);
  SignInFacts facts = somebody();
  facts.groups.emplace_back("\xFF\xFE");
  expect_as_evaluated(decider, *set, facts);
  EXPECT_EQ(decider.decide(facts).outcome, Outcome::kBlock);
  expect_as_evaluated(decider, *set, somebody("amy", ir::kPrincipalsMax + 1));
  EXPECT_EQ(decider.principals().counts().users, 0U);
}

TEST(PrincipalCache, IsLeftAloneWhereItDoesNotPay) {
  PrincipalCache cache;
  const SignInFacts few = somebody("amy", PrincipalCache::kMembershipsMin - 2);
  EXPECT_EQ(cache.of(*sample(), SignInView(few).request()), nullptr);
  const SignInFacts many = somebody();
  const auto interpreted = set_of(ir::sample_program(), Backend::kInterpreter);
  EXPECT_EQ(cache.of(*interpreted, SignInView(many).request()), nullptr);
  const Evaluator nothing;
  EXPECT_EQ(EvaluatorDecider(nothing).decide(many).outcome, Outcome::kBlock);
}

TEST(PrincipalCache, IsBoundedByUsersAndByBytes) {
  const auto set = sample();
  PrincipalCache cache;
  for (std::size_t i = 0; i < 3 * PrincipalCache::kShards * PrincipalCache::kUsersMax; ++i) {
    const SignInFacts facts = somebody("user " + std::to_string(i), 20);
    ASSERT_NE(cache.of(*set, SignInView(facts).request()), nullptr);
    ASSERT_LE(cache.counts().users, PrincipalCache::kShards * PrincipalCache::kUsersMax);
  }
  for (std::size_t i = 0; i < 200; ++i) {
    const SignInFacts facts = somebody("large " + std::to_string(i), 2000);
    ASSERT_NE(cache.of(*set, SignInView(facts).request()), nullptr);
    ASSERT_LE(cache.counts().bytes, PrincipalCache::kShards * PrincipalCache::kBytesMax);
  }
}

TEST(PrincipalCache, C2_ThreadsDecideByTheSetOfTheirSnapshotWhileSetsAreReplaced) {
  const std::shared_ptr<const PolicySet> sets[2] = {sample(), nothing_asked()};
  Evaluator evaluator(sets[0]);
  const EvaluatorDecider decider(evaluator);
  constexpr int kThreads = 3;
  std::atomic<bool> stop = false;
  std::atomic<int> started = 0;
  std::atomic<std::size_t> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const SignInFacts facts = somebody("user " + std::to_string(t % 2));
      const SignInView view(facts);
      const Decision meant[2] = {sets[0]->evaluate(view.request()),
                                 sets[1]->evaluate(view.request())};
      EXPECT_NE(meant[0].outcome, meant[1].outcome) << "the sets can be told apart";
      ++started;
      do {
        const PolicyVerdict verdict = decider.decide(facts);
        const Decision& right = meant[verdict.policy_digest == sets[0]->digest() ? 0 : 1];
        wrong += verdict.outcome == right.outcome && verdict.error_code == right.error_code &&
                         verdict.second_factors == right.second_factors
                     ? 0U
                     : 1U;
      } while (!stop);
    });
  }
  while (started < kThreads) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 300; ++i) {
    evaluator.replace(sets[(i + 1) % 2]);
    std::this_thread::yield();
  }
  stop = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0U) << "verdicts of another set than their digest's";
}

}  // namespace
}  // namespace gate::server
