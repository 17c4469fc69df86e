#pragma once

#include <gtest/gtest.h>

#include <gate/policy_set.hpp>

#include "runtime/index/kernel_plan.h"
#include "runtime/set/state.h"

/// Which executor answers. Tests that compare executors ask before every comparison: a set that
/// fell back to another one in silence would agree with itself and prove nothing.
namespace gate::executor {

/// The set was built for `backend` and `tier` decides at this moment.
[[nodiscard]] inline ::testing::AssertionResult answers(const PolicySet& set, Backend backend,
                                                        Tier tier) {
  if (set.backend() == backend && set.tier() == tier) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "built for " << name(set.backend()) << ", decides by " << name(set.tier())
         << "; meant were " << name(backend) << " and " << name(tier);
}

[[nodiscard]] inline ::testing::AssertionResult interpreter_answers(const PolicySet& set) {
  return answers(set, Backend::kInterpreter, Tier::kInterpreter);
}
[[nodiscard]] inline ::testing::AssertionResult tables_answer(const PolicySet& set) {
  return answers(set, Backend::kNative, Tier::kTables);
}
/// Tables stand in only where there is nothing to generate: postings without residuals.
[[nodiscard]] inline ::testing::AssertionResult machine_code_answers(const PolicySet& set) {
  const bool nothing_to_generate =
      internal::state_of(set).index && !index::plan_for(*internal::state_of(set).index);
  return answers(set, Backend::kNative, nothing_to_generate ? Tier::kTables : Tier::kMachineCode);
}

/// The same of a bare index.
[[nodiscard]] inline ::testing::AssertionResult machine_code_answers(const index::Index& index) {
  if (index.has_code() == index::plan_for(index).has_value()) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "there is code to be had, and the tables decide";
}
[[nodiscard]] inline ::testing::AssertionResult tables_answer(const index::Index& index) {
  return index.has_code() ? ::testing::AssertionFailure() << "machine code decides"
                          : ::testing::AssertionSuccess();
}

}  // namespace gate::executor
