#pragma once

#include <cstddef>
#include <gate/compile.hpp>
#include <gate/policy_set.hpp>
#include <span>
#include <string>
#include <vector>

namespace gate {

/// What became of one row of a `test` block.
struct TestResult {
  std::size_t test = 0;  ///< index into the tests given
  bool passed = false;
  std::string expected;  ///< "challenge [strength NativeMfa] because \"CA100\""
  std::string actual;    ///< in the same form, with every policy that applies
  /// What differs, one sentence each, without a full stop. Empty if it passed.
  std::vector<std::string> differences;
};

struct TestReport {
  std::vector<TestResult> results;  ///< in the order of the tests
  std::size_t passed = 0;
  std::size_t failed = 0;
  /// What decided: also by machine code, or by the interpreter alone because the set has no code.
  Backend backend = Backend::kInterpreter;
};

/// Decides every test by the interpreter and by whatever backend the set has, and holds both
/// against what the test expects; a test in which they disagree fails, whatever it expects. Cost:
/// one interpretation of the whole set per test, and an explanation of each that fails or names
/// policies. Never throws; may be called from any thread.
[[nodiscard]] TestReport run_tests(const PolicySet& policies, std::span<const CompiledTest> tests);

}  // namespace gate
