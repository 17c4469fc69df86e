#pragma once

#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/interp/interpreter.h"
#include "runtime/ir/program.h"
#include "tests/property/mutants.h"

namespace gate::differential {

/// One way to a decision. Made for one set.
class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Empty: this way has no answer to give. `kRefused` may be meant by it, see below.
  [[nodiscard]] virtual std::optional<Decision> decide(const SignInFacts& facts,
                                                       Plan plan) const = 0;
  /// The same question, answered without reasons.
  [[nodiscard]] virtual std::optional<Verdict> verdict(const SignInFacts&, Plan) const {
    return std::nullopt;
  }
  /// The policies that apply, those that only report among them, where this way tells.
  [[nodiscard]] virtual std::optional<std::vector<AppliedPolicy>> applied(
      const SignInFacts&) const {
    return std::nullopt;
  }
  /// What each of them asks for, and what is unknown, is part of applied().
  [[nodiscard]] virtual bool tells_why() const { return true; }
  /// What it takes a request for if it cannot even read it: then the interpreter must reject it.
  [[nodiscard]] virtual bool refuses(const SignInFacts&) const { return false; }
};

/// A bug put into one executor: in what it is made from. "planted code" is row code from wrong
/// shapes; "interpreter" is the reference itself, which then disagrees with the text.
struct Planted {
  std::string_view executor;
  const property::ProgramMutant* program = nullptr;
  const property::ShapeMutant* shapes = nullptr;
};

struct Effort {
  bool code = true;   ///< generate machine code, some 20 ms for each set
  bool files = true;  ///< write and load .gateset, and .gatec.so where there is code: 60 ms more
  std::string only;   ///< the name of one executor, the only one to be made; empty: all
};

using Executors = std::vector<std::unique_ptr<Executor>>;

/// Every executor for a verified program, each of which says of itself that it is the one that it
/// is meant to be: a fallback is reported in `problem`. With a planted bug, that one executor is
/// made from something else; false in `planted_in` when the program has no place for the bug.
[[nodiscard]] Executors make_executors(const ir::Program& program, const Effort& effort,
                                       const Planted* planted, bool& planted_in,
                                       std::string& problem);

/// Names of all executors, in the order in which they are made.
[[nodiscard]] std::vector<std::string_view> executor_names();

/// The policies that explain() says apply and count in the plan.
[[nodiscard]] std::vector<std::uint32_t> applied_by(const Explanation& explanation, Plan plan);

}  // namespace gate::differential
