#include "bench/evaluate/agreement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>

#include "runtime/interp/interpreter.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::bench {

OracleAnswer ask_oracle(const PolicySet& set, const SignInRequest& request) {
  const internal::PolicySetState& state = internal::state_of(set);
  const ir::Program unpacked = state.index == nullptr ? ir::Program() : state.program();
  const ir::Program& program = state.index == nullptr ? state.common : unpacked;
  OracleAnswer answer;
  answer.decision = interpret(program, state.decisions, request, Plan::kEnforced);
  const Interpreter interpreter(program, request);
  if (interpreter.fault() != RequestFault::kNone) {
    return answer;
  }
  for (std::uint32_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& policy = program.policies[i];
    if (policy.state == PolicyState::kOn && interpreter.applies(policy)) {
      answer.applied.push_back(i);
    }
  }
  return answer;
}

ClauseMap::ClauseMap(const PolicySet& set) {
  for (const ClauseSpec& clause : clause_table()) {
    std::int32_t number = -1;
    for (std::size_t i = 0; i < set.clause_count(); ++i) {
      if (set.clause(i) == clause.text) {
        number = static_cast<std::int32_t>(i);
      }
    }
    number_.push_back(number);
  }
}

ClauseSet ClauseMap::in_set(std::uint64_t required, bool& unknown) const {
  ClauseSet out;
  unknown = false;
  for (std::uint64_t rest = required; rest != 0; rest &= rest - 1) {
    const auto number = number_[static_cast<std::size_t>(std::countr_zero(rest))];
    if (number < 0) {
      unknown = true;
    } else {
      out.add(static_cast<std::size_t>(number));
    }
  }
  return out;
}

std::string difference(const OracleAnswer& oracle, const Decision& decision) {
  const Decision& want = oracle.decision;
  if (decision.outcome != want.outcome) {
    return fmt::format("outcome {} instead of {}", name(decision.outcome), name(want.outcome));
  }
  if (decision.applied_count != want.applied_count) {
    return fmt::format("{} policies apply instead of {}", decision.applied_count,
                       want.applied_count);
  }
  if (decision.required != want.required || decision.unmet != want.unmet) {
    return "other requirements";
  }
  return decision == want ? std::string() : "the same outcome, but another decision";
}

std::string difference(const OracleAnswer& oracle, const Answer& answer, const ClauseMap& clauses) {
  if (answer.outcome != oracle.decision.outcome) {
    return fmt::format("outcome {} instead of {}", name(answer.outcome),
                       name(oracle.decision.outcome));
  }
  if (answer.applied != oracle.applied) {
    return fmt::format("policies [{}] apply instead of [{}]", fmt::join(answer.applied, " "),
                       fmt::join(oracle.applied, " "));
  }
  bool unknown = false;
  const ClauseSet required = clauses.in_set(answer.required, unknown);
  return unknown || required != oracle.decision.required ? "other requirements" : std::string();
}

}  // namespace gate::bench
