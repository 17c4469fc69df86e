// A fallback must not pass for the executor that was meant.
#include "tests/executor/tier.h"

#include <gtest/gtest.h>

#include "compiler/lower/attach_native.h"
#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"

namespace gate::executor {
namespace {

TEST(Tier, ASetOfTablesDoesNotPassForMachineCode) {
  const auto set = build_policy_set(ir::sample_program());
  ASSERT_TRUE(set);
  EXPECT_TRUE(tables_answer(**set));
  EXPECT_FALSE(machine_code_answers(**set));
  EXPECT_FALSE(machine_code_answers(*internal::state_of(**set).index));
  EXPECT_FALSE(interpreter_answers(**set));
  ASSERT_TRUE(lower::attach_native(**set));
  EXPECT_TRUE(machine_code_answers(**set));
  EXPECT_TRUE(machine_code_answers(*internal::state_of(**set).index));
  EXPECT_FALSE(tables_answer(**set));
}

TEST(Tier, TheInterpreterDoesNotPassForMachineCode) {
  const auto set = build_policy_set(ir::sample_program(), Backend::kInterpreter);
  ASSERT_TRUE(set);
  EXPECT_TRUE(interpreter_answers(**set));
  EXPECT_FALSE(machine_code_answers(**set));
  EXPECT_FALSE(tables_answer(**set));
}

}  // namespace
}  // namespace gate::executor
