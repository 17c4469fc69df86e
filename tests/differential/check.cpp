#include "tests/differential/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/interp/interpreter.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/executor/tier.h"
#include "tests/property/describe.h"

namespace gate::differential {

void Statistics::add(const Decision& d) {
  ++outcomes[std::string(name(d.outcome))];
  applied += d.applied_count;
  for (std::size_t i = 0; i < d.reason_count; ++i) {
    ++reasons[std::string(name(d.reasons[i].code))];
    if (d.reasons[i].code == ReasonCode::kRequestRejected) {
      ++reasons["rejected " + std::string(name(static_cast<RequestFault>(d.reasons[i].detail)))];
    }
  }
}

std::string Statistics::text() const {
  std::string out = fmt::format(
      "{} sets (the largest of {} policies), {} policies, {} requests ({} with 64 groups and "
      "more)\n"
      "{} policies applied; {} readings of a policy's text compared\n",
      sets, largest_set, policies, requests, with_many_groups, applied, meanings);
  const auto table = [&out](std::string_view title,
                            const std::map<std::string, std::size_t>& rows) {
    out += fmt::format("{}:", title);
    for (const auto& [what, count] : rows) {
      out += fmt::format(" {} {},", what, count);
    }
    out.back() = '\n';
  };
  table("decisions compared", decisions);
  table("verdicts compared", verdicts);
  table("applied policies compared", applied_lists);
  table("outcomes", outcomes);
  table("reasons", reasons);
  table("relations", relations);
  out += fmt::format("language: {} different features", features.counts().size());
  if (!features.counts().empty()) {
    const auto rarest =
        std::min_element(features.counts().begin(), features.counts().end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    out += fmt::format(", the rarest {} times ({})", rarest->second, rarest->first);
  }
  return out + "\n";
}

CompileOutput compile_text(std::vector<SourceFile> files, Backend backend) {
  CompileOptions options;
  options.allow_empty = true;  // the smallest set of all is one too
  options.backend = backend;
  options.native_code = NativeCode::kBeforeReturn;
  options.today = Date{.year = 2026, .month = 11, .day = 25};
  return compile(std::move(files), options);
}

namespace {

/// Beyond the year 2100 zones have no more rules, and before 1902 the C library has other ones.
bool calendar_is_known(const SignInFacts& f) {
  return !f.now_unix_s || (*f.now_unix_s > 0 && *f.now_unix_s < 4'070'908'800);
}

class Checker {
 public:
  Checker(const SetText& set, const std::vector<SignInFacts>& requests, const Check& how)
      : set_(set), requests_(requests), how_(how) {}

  Difference run(const Layout& layout) {
    const CompileOutput output = compile_text(render(set_, layout), Backend::kInterpreter);
    if (output.policies == nullptr) {
      const auto error =
          std::find_if(output.diagnostics.begin(), output.diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::kError; });
      return {"compile " + (error == output.diagnostics.end() ? "" : error->code),
              "the set does not compile\n" + render_text(output, false), 0};
    }
    reference_ = output.policies;
    if (const auto right = executor::interpreter_answers(*reference_); !right) {
      return {"compile", right.message(), 0};
    }
    by_name();
    std::string problem;
    bool planted_in = false;
    plant_in_reference(planted_in);
    executors_ = make_executors(internal::state_of(*reference_).program(), how_.effort,
                                how_.planted, planted_in, problem);
    if (how_.planted_in != nullptr) {
      *how_.planted_in = planted_in;
    }
    if (!problem.empty()) {
      return {"executors", problem, 0};
    }
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (Difference found = request(i); !found.kind.empty()) {
        return found;
      }
    }
    return {};
  }

 private:
  void plant_in_reference(bool& planted_in) {
    if (how_.planted == nullptr || how_.planted->executor != "interpreter") {
      return;
    }
    ir::Program wrong = internal::state_of(*reference_).program();
    planted_in = how_.planted->program->plant(wrong);
    auto built = build_policy_set(std::move(wrong), Backend::kInterpreter);
    GATE_CHECK(built, "a planted bug leaves a program that can be built");
    reference_ = std::move(*built);
  }

  void by_name() {
    for (const PolicyText& each : set_.policies) {
      texts_[each.name] = &each;
    }
  }

  Difference request(std::size_t i) {
    const SignInFacts& facts = requests_[i];
    const SignInView view(facts);
    const bool explain = i % how_.explain_every == 0;
    const Explanation explained =
        explain ? reference_->explain(view.request(), ExplainScope::kEvery) : Explanation{};
    for (const Plan plan : {Plan::kEnforced, Plan::kReportOnly}) {
      const Decision meant = plan == Plan::kEnforced
                                 ? reference_->evaluate(view.request())
                                 : reference_->evaluate_report_only(view.request());
      if (plan == Plan::kEnforced && how_.statistics != nullptr) {
        how_.statistics->add(meant);
      }
      Difference found = explain ? explained_alike(facts, explained, meant, plan) : Difference{};
      for (std::size_t e = 0; found.kind.empty() && e < executors_.size(); ++e) {
        found = decided_alike(*executors_[e], facts, meant, plan);
        if (found.kind.empty()) {
          found = concluded_alike(*executors_[e], facts, meant, plan);
        }
        if (found.kind.empty() && explain && plan == Plan::kEnforced) {
          found = applied_alike(*executors_[e], facts, explained.applied);
        }
      }
      if (!found.kind.empty()) {
        found.request = i;
        return found;
      }
    }
    return {};
  }

  static std::string_view plan_name(Plan plan) {
    return plan == Plan::kEnforced ? "policies that are on" : "report-only policies as well";
  }

  /// The interpreter against the reading of the text, and against its own explanation.
  Difference explained_alike(const SignInFacts& facts, const Explanation& explained,
                             const Decision& meant, Plan plan) {
    const Decision& said = plan == Plan::kEnforced ? explained.decision : explained.report_only;
    if (said != meant) {
      return {"explain", property::difference("evaluate", meant, "explain", said), 0};
    }
    const bool rejected =
        meant.reason_count > 0 && meant.reasons[0].code == ReasonCode::kRequestRejected;
    if (rejected) {
      return {};
    }
    const auto applied = applied_by(explained, plan);
    if (applied.size() != meant.applied_count) {
      return {
          "explain",
          fmt::format("{} policies applied, {} are explained", meant.applied_count, applied.size()),
          0};
    }
    if (plan == Plan::kReportOnly || !calendar_is_known(facts)) {
      return {};
    }
    for (const PolicyTrace& trace : explained.policies) {
      const PolicyInfo info = reference_->policy(trace.policy);
      const auto text = texts_.find(info.name);
      if (text == texts_.end()) {
        return {"meaning", fmt::format("there is no policy `{}` in the text", info.name), 0};
      }
      count([](Statistics& s) { ++s.meanings; });
      if (trace.applies != applies(*text->second, facts)) {
        return {"meaning",
                fmt::format("policy `{}` {} by its text, and {} by the interpreter", info.name,
                            trace.applies ? "does not apply" : "applies",
                            trace.applies ? "does" : "does not"),
                0};
      }
    }
    return {};
  }

  Difference decided_alike(const Executor& executor, const SignInFacts& facts,
                           const Decision& meant, Plan plan) {
    const std::string name(executor.name());
    const auto decided = executor.decide(facts, plan);
    if (!decided) {
      if (executor.refuses(facts) && meant.reasons[0].code != ReasonCode::kRequestRejected) {
        return {name, fmt::format("{} refuses a request that the interpreter decides", name), 0};
      }
      return {};
    }
    count([&name](Statistics& s) { ++s.decisions[name]; });
    if (*decided != meant) {
      return {name,
              fmt::format("{}:\n{}", plan_name(plan),
                          property::difference("interpreter", meant, name.c_str(), *decided)),
              0};
    }
    return {};
  }

  Difference concluded_alike(const Executor& executor, const SignInFacts& facts,
                             const Decision& meant, Plan plan) {
    const auto verdict = executor.verdict(facts, plan);
    if (!verdict) {
      return {};
    }
    const std::string name(executor.name());
    count([&name](Statistics& s) { ++s.verdicts[name]; });
    const Verdict right = verdict_of(meant);
    if (*verdict == right) {
      return {};
    }
    return {name,
            fmt::format("{}, without reasons: interpreter {} ({}, error {}), {} {} ({}, error {})",
                        plan_name(plan), gate::name(right.outcome), clauses(right.unmet),
                        right.error_code, name, gate::name(verdict->outcome),
                        clauses(verdict->unmet), verdict->error_code),
            0};
  }

  static std::string clauses(const ClauseSet& set) {
    return fmt::format("unmet {:#x}", fmt::join(set.words, " "));
  }

  static std::string text_of(const std::vector<AppliedPolicy>& list) {
    std::string out;
    for (const AppliedPolicy& each : list) {
      out +=
          fmt::format(" {} ({}{}{}{})", each.policy, name(each.state), each.satisfied ? " met" : "",
                      each.unknown ? " unknown" : "", name(each.outcome));
    }
    return out;
  }

  Difference applied_alike(const Executor& executor, const SignInFacts& facts,
                           std::vector<AppliedPolicy> meant) {
    const auto applied = executor.applied(facts);
    if (!applied) {
      return {};
    }
    if (!executor.tells_why()) {
      for (AppliedPolicy& each : meant) {
        each.unknown = false;
        each.fact = 0;
        each.required = each.unmet = {};
      }
    }
    const std::string executor_name(executor.name());
    count([&](Statistics& s) { ++s.applied_lists[executor_name]; });
    if (*applied != meant) {
      return {executor_name,
              fmt::format("policies that apply: interpreter{}, {}{}", text_of(meant), executor_name,
                          text_of(*applied)),
              0};
    }
    return {};
  }

  template <typename F>
  void count(F f) {
    if (how_.statistics != nullptr) {
      f(*how_.statistics);
    }
  }

  const SetText& set_;
  const std::vector<SignInFacts>& requests_;
  const Check& how_;
  std::shared_ptr<const PolicySet> reference_;
  std::map<std::string_view, const PolicyText*> texts_;
  Executors executors_;
};

}  // namespace

Difference check(const SetText& set, const Layout& layout, const std::vector<SignInFacts>& requests,
                 const Check& how) {
  return Checker(set, requests, how).run(layout);
}

}  // namespace gate::differential
