#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <gate/run_tests.hpp>

#include "runtime/interp/interpreter.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

using Texts = std::vector<std::string>;

std::string outcome_text(Outcome outcome, bool report_only, const Texts& demands,
                         const Texts& policies) {
  std::string text = report_only ? "report " : "";
  text += name(outcome);
  if (!demands.empty()) {
    text += fmt::format(" [{}]", fmt::join(demands, "; "));
  }
  if (!policies.empty()) {
    text += fmt::format(" because \"{}\"", fmt::join(policies, "\", \""));
  }
  return text;
}

std::string expected_text(const CompiledTest::Expectation& expected) {
  Texts demands = expected.requires_any;
  if (expected.reauthenticate) {
    demands.emplace_back("reauthenticate");
  }
  return outcome_text(expected.outcome, expected.report_only, demands, expected.because);
}

/// One test held against one decision.
class Judge {
 public:
  Judge(const PolicySet& policies, const CompiledTest& test, const Decision& decision,
        const Explanation& explanation)
      : policies_(&policies),
        expected_(&test.expected),
        decision_(&decision),
        explanation_(&explanation) {}

  std::string actual() const {
    Texts names;
    for (const PolicyTrace& trace : explanation_->policies) {
      if (trace.applies && counts(trace.policy)) {
        names.emplace_back(policies_->policy(trace.policy).name);
      }
    }
    return outcome_text(decision_->outcome, expected_->report_only, demands(), names);
  }

  Texts differences() const {
    Texts out;
    if (rejected(out)) {
      return out;
    }
    if (decision_->outcome != expected_->outcome) {
      out.push_back(fmt::format("expected {}, the decision is {}", name(expected_->outcome),
                                name(decision_->outcome)));
    }
    for (const std::string& clause : expected_->requires_any) {
      if (std::string why = missing_demand(clause); !why.empty()) {
        out.push_back(std::move(why));
      }
    }
    if (expected_->reauthenticate && !decision_->reauthenticate) {
      out.emplace_back("no factor is too old: nothing has to be done again");
    }
    for (const std::string& policy : expected_->because) {
      if (std::string why = missing_policy(policy); !why.empty()) {
        out.push_back(std::move(why));
      }
    }
    return out;
  }

 private:
  /// Policies that have a say in the outcome that the test speaks of.
  bool counts(std::uint32_t policy) const {
    const PolicyState state = policies_->policy(policy).state;
    return state == PolicyState::kOn ||
           (state == PolicyState::kReportOnly && expected_->report_only);
  }

  bool rejected(Texts& out) const {
    const Reason& first = decision_->reasons[0];
    if (decision_->reason_count == 0 || first.code != ReasonCode::kRequestRejected) {
      return false;
    }
    out.push_back(fmt::format("the sign-in is refused before any policy is looked at: {}",
                              name(static_cast<RequestFault>(first.detail))));
    return true;
  }

  Texts demands() const {
    Texts out;
    for (std::size_t i = 0; i < policies_->clause_count(); ++i) {
      if (decision_->outcome != Outcome::kAllow && decision_->unmet.contains(i)) {
        out.emplace_back(policies_->clause(i));
      }
    }
    if (decision_->reauthenticate) {
      out.emplace_back("reauthenticate");
    }
    return out;
  }

  std::string missing_demand(const std::string& clause) const {
    for (std::size_t i = 0; i < policies_->clause_count(); ++i) {
      if (policies_->clause(i) != clause) {
        continue;
      }
      if (decision_->unmet.contains(i)) {
        return {};
      }
      return decision_->required.contains(i)
                 ? fmt::format("`{}` is asked for and met already", clause)
                 : fmt::format("`{}` is not asked for by any policy that applies", clause);
    }
    return fmt::format("no policy of the set asks for `{}`", clause);
  }

  std::string missing_policy(const std::string& wanted) const {
    for (const PolicyTrace& trace : explanation_->policies) {
      const PolicyInfo policy = policies_->policy(trace.policy);
      if (policy.name != wanted) {
        continue;
      }
      if (!counts(trace.policy)) {
        return fmt::format("policy `{}` is {}{}", wanted, name(policy.state),
                           policy.state == PolicyState::kReportOnly
                               ? ": write `expect report` to speak of it"
                               : "");
      }
      return trace.applies ? std::string()
                           : fmt::format("policy `{}` does not apply{}", wanted, first_miss(trace));
    }
    return fmt::format("there is no policy `{}`", wanted);
  }

  /// ": users include Admins (user \"amy\" …)", the first criterion that does not hold.
  static std::string first_miss(const PolicyTrace& trace) {
    for (const Criterion& each : trace.criteria) {
      if (each.section != "state" && each.truth == Truth::kFalse) {
        return fmt::format(": {} {}{}", each.section, each.text,
                           each.detail.empty() ? "" : fmt::format(" ({})", each.detail));
      }
    }
    return {};
  }

  const PolicySet* policies_;
  const CompiledTest::Expectation* expected_;
  const Decision* decision_;
  const Explanation* explanation_;
};

TestResult run_one(const PolicySet& policies, const ir::Program& program,
                   const CompiledTest& test) {
  const SignInView view(test.facts);
  const internal::PolicySetState& state = internal::state_of(policies);
  const bool report = test.expected.report_only;
  const Decision reference = interpret(program, state.decisions, view.request(),
                                       report ? Plan::kReportOnly : Plan::kEnforced);
  const Decision decision =
      report ? policies.evaluate_report_only(view.request()) : policies.evaluate(view.request());
  TestResult result;
  result.expected = expected_text(test.expected);
  const bool agree = decision == reference;
  const Explanation explanation = policies.explain(view.request(), ExplainScope::kEvery);
  const Judge judge(policies, test, reference, explanation);
  result.actual = judge.actual();
  result.differences = judge.differences();
  if (!agree) {
    const Judge native(policies, test, decision, explanation);
    result.differences.push_back(fmt::format(
        "the interpreter and {} code disagree, which is a fault of the compiler: {} against {}",
        name(policies.backend()), result.actual, native.actual()));
  }
  result.passed = result.differences.empty();
  return result;
}

}  // namespace

TestReport run_tests(const PolicySet& policies, std::span<const CompiledTest> tests) {
  TestReport report;
  report.backend = policies.backend();
  // What is tested is what will decide, not what decides until then.
  policies.wait_for_native(std::chrono::seconds(10));
  report.results.reserve(tests.size());
  const ir::Program program = internal::state_of(policies).program();
  for (std::size_t i = 0; i < tests.size(); ++i) {
    TestResult& result = report.results.emplace_back(run_one(policies, program, tests[i]));
    result.test = i;
    ++(result.passed ? report.passed : report.failed);
  }
  return report;
}

}  // namespace gate
