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
#include "runtime/set/decide.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace gate::property {
namespace {

constexpr std::uint64_t kRoundsMax = 400;
constexpr std::size_t kPolicies = 60;

/// One sign-in aimed at some policy, decided by the interpreter and by an executor.
bool differ(Dice& dice, const ir::Program& program, const DecisionTables& decisions,
            const index::Index& executor) {
  SignInFacts facts = random_sign_in(dice);
  aim_at(dice, program, dice.pick(program.policies), facts);
  const SignInView view(facts);
  return interpret(program, decisions, view.request(), Plan::kEnforced) !=
         executor.decide(view.request(), Plan::kEnforced);
}

bool is_caught(const ProgramMutant& mutant, index::Layout layout) {
  for (std::uint64_t seed = 1; seed <= kRoundsMax; ++seed) {
    Dice dice(seed);
    const ir::Program program = random_program(dice, kPolicies);
    ir::Program wrong = program;
    if (!mutant.plant(wrong)) {
      continue;
    }
    const DecisionTables decisions(program);
    const index::Index executor(wrong, decisions, layout);
    EXPECT_EQ(executor.rows() != nullptr, layout == index::Layout::kRows);
    EXPECT_FALSE(executor.has_code());
    for (int i = 0; i < 40; ++i) {
      if (differ(dice, program, decisions, executor)) {
        return true;
      }
    }
  }
  return false;
}

TEST(Mutants, ABugPlantedInTheRowsIsCaught) {
  for (const ProgramMutant& mutant : program_mutants()) {
    EXPECT_TRUE(is_caught(mutant, index::Layout::kRows)) << mutant.name;
  }
}

TEST(Mutants, ABugPlantedInThePostingsIsCaught) {
  for (const ProgramMutant& mutant : program_mutants()) {
    EXPECT_TRUE(is_caught(mutant, index::Layout::kPostings)) << mutant.name;
  }
}

/// Code from a wrong plan for a right index.
bool is_caught(const ShapeMutant& mutant) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    const ir::Program program = random_program(dice, kPolicies);
    const DecisionTables decisions(program);
    index::Index executor(program, decisions, index::Layout::kRows);
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
