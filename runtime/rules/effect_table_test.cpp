#include "runtime/rules/effect_table.h"

#include <gtest/gtest.h>

#include <bit>
#include <gate/policy_set.hpp>
#include <random>

#include "runtime/ir/builder.h"
#include "runtime/set/build.h"

namespace gate {
namespace {

ir::Effect random_effect(std::mt19937& dice, std::uint32_t frequencies) {
  const auto below = [&dice](std::uint32_t n) { return static_cast<std::uint32_t>(dice() % n); };
  ir::Effect e;
  e.session.flags = static_cast<std::uint8_t>(below(256));
  e.session.persistent_browser = static_cast<PersistentBrowser>(below(3));
  e.session.cloud_app_security = static_cast<CloudAppSecurity>(below(4));
  e.session.access_evaluation = static_cast<AccessEvaluation>(below(4));
  if (below(2) == 0) {
    e.session.sign_in_frequency_s = below(frequencies) * 100;
  }
  if (below(2) == 0) {
    e.session.secondary_frequency_s = below(frequencies) * 100;
  }
  return e;
}

TEST(EffectTable, TheUnionOfBitsIsTheMergedSession) {
  std::mt19937 dice(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same on every run
  ir::Program program;
  for (std::uint32_t i = 0; i < 40; ++i) {
    program.effects.push_back(random_effect(dice, 20));
    program.policies.emplace_back().effect = i;
  }
  const EffectTable table(program);
  ASSERT_TRUE(table.fits());
  for (int round = 0; round < 500; ++round) {
    SessionControls merged;
    std::uint64_t bits = 0;
    for (std::size_t n = dice() % 6; n > 0; --n) {
      const auto policy = static_cast<std::uint32_t>(dice() % program.policies.size());
      merged.merge(program.effects[policy].session);
      bits |= table.of<1>(policy).rest;
    }
    SessionControls unpacked;
    table.unpack(bits, unpacked);
    EXPECT_EQ(unpacked, merged);
  }
}

TEST(EffectTable, AFactorIsStaleFromTheFrequencyOnAndEveryTimeAfterFiveMinutes) {
  ir::Program program;
  for (const std::uint32_t frequency : {0U, 300U, 301U, 3'600U, SessionControls::kNoFrequency}) {
    ir::Effect e;
    e.session.sign_in_frequency_s = frequency;
    program.policies.emplace_back().effect = static_cast<std::uint32_t>(program.effects.size());
    program.effects.push_back(e);
  }
  const EffectTable table(program);
  const auto stale = [&table](std::uint64_t age_s) {
    abi::DecisionFacts facts;
    facts.oldest_s = age_s;
    std::vector<bool> out;
    for (std::uint32_t p = 0; p < 5; ++p) {
      out.push_back((table.of<1>(p).rest & table.stale(facts)) != 0);
    }
    return out;
  };
  using Flags = std::vector<bool>;
  EXPECT_EQ(stale(300), (Flags{false, false, false, false, false}));
  EXPECT_EQ(stale(301), (Flags{true, true, false, false, false}));
  EXPECT_EQ(stale(302), (Flags{true, true, true, false, false}));
  EXPECT_EQ(stale(abi::DecisionFacts::kAgeUnknown), (Flags{true, true, true, true, false}));
}

/// One policy on everybody for each of `clauses` terms of use, and as many frequencies.
std::unique_ptr<PolicySet> many_effects(int clauses, int frequencies, Backend backend) {
  ir::ProgramBuilder b;
  for (int i = 0; i < std::max(clauses, frequencies); ++i) {
    ir::Effect e;
    if (i < clauses) {
      e.clauses = {
          b.clause({{{ControlKind::kTermsOfUse, b.control_name("terms " + std::to_string(i))}}})};
    }
    if (i < frequencies) {
      e.session.sign_in_frequency_s = static_cast<std::uint32_t>(60 * (i + 1));
    }
    ir::Policy p;
    p.id = "p" + std::to_string(i);
    p.include.members = {b.symbol(ir::SymbolKind::kGroup, "g" + std::to_string(i % 7))};
    p.include_targets.all = true;
    p.condition = b.constant(true);
    p.effect = b.effect(e);
    b.policy(p);
  }
  auto set = build_policy_set(b.finish(), backend);
  GATE_CHECK(set, "the set must build");
  return std::move(*set);
}

TEST(EffectTable, SetsBeyondItsWidthsDecideAsTheInterpreter) {
  struct Size {
    int clauses;
    int frequencies;
  };
  for (const Size size : {Size{64, 23}, Size{65, 23}, Size{64, 24}, Size{200, 60}}) {
    const auto meant = many_effects(size.clauses, size.frequencies, Backend::kInterpreter);
    const auto set = many_effects(size.clauses, size.frequencies, Backend::kNative);
    for (std::uint32_t i = 0; i < 64; ++i) {
      SignInFacts facts;
      for (std::uint32_t g = 0; g < 7; ++g) {
        if ((i >> g & 1U) != 0) {
          facts.groups.push_back("g" + std::to_string(g));
        }
      }
      facts.completed = {{Method::kPassword, 60 * i}};
      facts.satisfied = {{ControlKind::kTermsOfUse, "terms " + std::to_string(i)}};
      const SignInView view(facts);
      EXPECT_EQ(set->evaluate(view.request()), meant->evaluate(view.request()))
          << size.clauses << " clauses, " << size.frequencies << " frequencies, sign-in " << i;
    }
  }
}

// Combinations are looked up 64 at a time: one short of a group, one group, one more, and several.
TEST(DecisionTables, AnyNumberOfCombinationsIsMetAsTheInterpreterSays) {
  std::vector<MethodSet> triples;  // none contains another
  for (std::uint32_t bits = 0; bits < 1U << kMethodCount; ++bits) {
    if (std::popcount(bits) == 3) {
      triples.emplace_back(bits);
    }
  }
  for (const std::size_t count : {1U, 63U, 64U, 65U, 200U}) {
    ir::ProgramBuilder b;
    for (std::uint32_t s = 0; s < 4; ++s) {
      ir::Strength strength;
      strength.name = "strength " + std::to_string(s);
      for (std::size_t i = s; i < count; i += 4) {
        strength.combinations.push_back(triples[i]);
      }
      if (strength.combinations.empty()) {
        continue;
      }
      ir::Effect e;
      e.clauses = {b.clause({{{ControlKind::kStrength, b.strength(std::move(strength))}}})};
      ir::Policy p;
      p.id = "p" + std::to_string(s);
      p.include.all_users = true;
      p.include_targets.all = true;
      p.condition = b.constant(true);
      p.effect = b.effect(e);
      b.policy(p);
    }
    const ir::Program program = b.finish();
    auto set = build_policy_set(ir::Program(program), Backend::kNative);
    auto meant = build_policy_set(ir::Program(program), Backend::kInterpreter);
    GATE_CHECK(set && meant, "the set must build");
    std::size_t allowed = 0;
    for (std::uint32_t done = 0; done < 1U << 13U; done += 5) {
      SignInFacts facts;
      for (std::size_t m = 0; m < kMethodCount; ++m) {
        if ((done >> m & 1U) != 0) {
          facts.completed.push_back({static_cast<Method>(m), 0});
        }
      }
      const SignInView view(facts);
      const Decision d = (*set)->evaluate(view.request());
      ASSERT_EQ(d, (*meant)->evaluate(view.request())) << count << " combinations, done " << done;
      allowed += d.outcome == Outcome::kAllow ? 1 : 0;
    }
    EXPECT_GT(allowed, 0U) << count;
  }
}

}  // namespace
}  // namespace gate
