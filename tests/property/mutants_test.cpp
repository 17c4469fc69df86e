// A bug planted in any executor must be caught by the comparison that agreement_test.cpp makes.
#include "tests/property/mutants.h"

#include <gtest/gtest.h>

#include <memory>

#include "compiler/lower/emit_kernel.h"
#include "compiler/lower/object_code.h"
#include "runtime/index/index.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/verify.h"
#include "runtime/jit/linked_code.h"
#include "runtime/rules/decide.h"
#include "runtime/set/build.h"
#include "tests/property/entry_points.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace gate::property {
namespace {

constexpr std::uint64_t kRoundsMax = 400;
constexpr std::size_t kPolicies = 60;

/// What an executor is asked for.
enum class Ask : std::uint8_t { kDecision, kVerdict };

SignInFacts some_sign_in(Dice& dice, const ir::Program& program) {
  SignInFacts facts = random_sign_in(dice);
  aim_at(dice, program, dice.pick(program.policies), facts);
  return facts;
}

/// One sign-in aimed at some policy, decided by the interpreter and by an executor.
bool differ(Dice& dice, const ir::Program& program, const DecisionTables& decisions,
            const index::Index& executor, Ask ask = Ask::kDecision) {
  const SignInFacts facts = some_sign_in(dice, program);
  const SignInView view(facts);
  const Decision meant = interpret(program, decisions, view.request(), Plan::kEnforced);
  if (ask == Ask::kDecision) {
    return meant != executor.decide(view.request(), Plan::kEnforced);
  }
  Verdict verdict;
  executor.decide(view.request(), nullptr, Plan::kEnforced, verdict);
  return verdict_of(meant) != verdict;
}

bool is_caught(const ProgramMutant& mutant, const index::Options& options,
               Ask ask = Ask::kDecision) {
  for (std::uint64_t seed = 1; seed <= kRoundsMax; ++seed) {
    Dice dice(seed);
    const ir::Program program = random_program(dice, kPolicies);
    ir::Program wrong = program;
    if (!mutant.plant(wrong)) {
      continue;
    }
    const DecisionTables decisions(program);
    const index::Index executor(wrong, decisions, options);
    EXPECT_EQ(executor.rows() != nullptr, options.layout == index::Layout::kRows);
    if (executor.rows() != nullptr) {
      EXPECT_EQ(executor.rows()->is_wide(), options.wide && index::Rows::can_be_wide());
    }
    EXPECT_FALSE(executor.has_code());
    for (int i = 0; i < 40; ++i) {
      if (differ(dice, program, decisions, executor, ask)) {
        return true;
      }
    }
  }
  return false;
}

TEST(Mutants, ABugPlantedInTheRowsIsCaught) {
  for (const ProgramMutant& mutant : program_mutants()) {
    EXPECT_TRUE(is_caught(mutant, {.layout = index::Layout::kRows})) << mutant.name;
  }
}

TEST(Mutants, ABugPlantedInThePostingsIsCaught) {
  for (const ProgramMutant& mutant : program_mutants()) {
    EXPECT_TRUE(is_caught(mutant, {.layout = index::Layout::kPostings})) << mutant.name;
  }
}

TEST(Mutants, ABugPlantedInTheScalarRowsIsCaught) {
  for (const ProgramMutant& mutant : program_mutants()) {
    EXPECT_TRUE(is_caught(mutant, {.layout = index::Layout::kRows, .wide = false})) << mutant.name;
  }
}

TEST(Mutants, ABugPlantedWhereNothingStopsEarlyIsCaught) {
  for (const index::Layout layout : {index::Layout::kRows, index::Layout::kPostings}) {
    for (const ProgramMutant& mutant : program_mutants()) {
      EXPECT_TRUE(is_caught(mutant, {.layout = layout, .early_stop = false})) << mutant.name;
    }
  }
}

TEST(Mutants, ABugPlantedInAnExecutorIsCaughtByItsVerdictsAlone) {
  for (const index::Layout layout : {index::Layout::kRows, index::Layout::kPostings}) {
    for (const bool early_stop : {true, false}) {
      for (const ProgramMutant& mutant : program_mutants()) {
        EXPECT_TRUE(is_caught(mutant, {.layout = layout, .early_stop = early_stop}, Ask::kVerdict))
            << mutant.name;
      }
    }
  }
}

/// Whether an entry point contradicts the decision.
bool contradicts(const EntryPoint& entry, const std::shared_ptr<const PolicySet>& set,
                 const SignInFacts& facts, const Decision& meant) {
  const SignInView view(facts);
  const auto answer = entry.ask(set, view.request());
  return answer && (answer->whole.value_or(meant) != meant ||
                    answer->verdict.value_or(verdict_of(meant)) != verdict_of(meant));
}

/// `plant` gets the program that the entry points decide by and what they are asked.
template <typename Plant>
bool is_caught(const EntryPoint& entry, Plant plant) {
  for (std::uint64_t seed = 1; seed <= kRoundsMax; ++seed) {
    Dice dice(seed);
    const ir::Program program = random_program(dice, kPolicies);
    ir::Program wrong = program;
    plant.in_program(wrong);
    auto built = build_policy_set(std::move(wrong));
    GATE_CHECK(built, "a planted bug leaves a program that can be built");
    const std::shared_ptr<const PolicySet> set(std::move(*built));
    const DecisionTables decisions(program);
    for (int i = 0; i < 40; ++i) {
      SignInFacts facts = some_sign_in(dice, program);
      const SignInView view(facts);
      const Decision meant = interpret(program, decisions, view.request(), Plan::kEnforced);
      SignInFacts asked = facts;
      plant.in_facts(asked);
      if (contradicts(entry, set, asked, meant)) {
        return true;
      }
    }
  }
  return false;
}

TEST(Mutants, ABugPlantedInASetIsCaughtThroughEveryEntryPoint) {
  struct Plant {
    const ProgramMutant* mutant;
    void in_program(ir::Program& p) const { (void)mutant->plant(p); }
    void in_facts(SignInFacts& /*facts*/) const {}
  };
  for (const EntryPoint& entry : entry_points()) {
    for (const ProgramMutant& mutant : program_mutants()) {
      EXPECT_TRUE(is_caught(entry, Plant{&mutant})) << mutant.name << ", " << entry.name;
    }
  }
}

TEST(Mutants, AFactThatAnEntryPointForgetsIsMissed) {
  struct Plant {
    const char* name;
    void (*forget)(SignInFacts&);
    void in_program(ir::Program& /*program*/) const {}
    void in_facts(SignInFacts& facts) const { forget(facts); }
  };
  const Plant plants[] = {
      {"user", [](SignInFacts& f) { f.user = "nobody"; }},
      {"user kind", [](SignInFacts& f) { f.user_kind = UserKind::kMember; }},
      {"tenant", [](SignInFacts& f) { f.external_tenant.clear(); }},
      {"groups", [](SignInFacts& f) { f.groups.clear(); }},
      {"roles", [](SignInFacts& f) { f.roles.clear(); }},
      {"target", [](SignInFacts& f) { f.target = "nothing"; }},
      {"app groups", [](SignInFacts& f) { f.app_groups.clear(); }},
      {"address", [](SignInFacts& f) { f.ip.clear(); }},
      {"completed methods", [](SignInFacts& f) { f.completed.clear(); }},
      {"satisfied controls", [](SignInFacts& f) { f.satisfied.clear(); }},
      {"strings", [](SignInFacts& f) { f.strings.clear(); }},
      {"lists", [](SignInFacts& f) { f.lists.clear(); }},
      {"signals", [](SignInFacts& f) { f.signals.clear(); }},
      {"time", [](SignInFacts& f) { f.now_unix_s.reset(); }},
      {"age of the session", [](SignInFacts& f) { f.session_age_s.reset(); }},
  };
  for (const EntryPoint& entry : entry_points()) {
    for (const Plant& plant : plants) {
      EXPECT_TRUE(is_caught(entry, plant)) << plant.name << ", " << entry.name;
    }
  }
}

/// Code from a wrong plan for a right index.
bool is_caught(const ShapeMutant& mutant) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    const ir::Program program = random_program(dice, kPolicies);
    const DecisionTables decisions(program);
    index::Index executor(program, decisions, {.layout = index::Layout::kRows});
    auto plan = lower::plan_for(executor);
    if (!plan || !mutant.plant(plan->shapes)) {
      continue;
    }
    const lower::KernelNames names{"wrong_rows", "wrong_residual"};
    const auto object = lower::compile_object(*plan, names, lower::Cpu::kHost);
    if (!object) {
      ADD_FAILURE() << object.error().message;
      return false;
    }
    const auto code = jit::link(object.value(), {names.rows, names.residual});
    if (!code) {
      ADD_FAILURE() << code.error().message;
      return false;
    }
    executor.attach({reinterpret_cast<abi::RowKernel>((*code)->address(0)),
                     reinterpret_cast<abi::ResidualKernel>((*code)->address(1))});
    EXPECT_TRUE(executor.has_code());
    for (int i = 0; i < 200; ++i) {
      if (differ(dice, program, decisions, executor)) {
        return true;
      }
    }
  }
  return false;
}

TEST(Mutants, ABugPlantedInTheMachineCodeIsCaught) {
  for (const ShapeMutant& mutant : shape_mutants()) {
    EXPECT_TRUE(is_caught(mutant)) << mutant.name;
  }
}

}  // namespace
}  // namespace gate::property
