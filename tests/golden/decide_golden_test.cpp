// Golden files of tests/golden/decide: a policy set, then sign-ins as JSON, each with what must
// come of it, on the interpreter and on native code.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <gate/request_json.hpp>
#include <stdexcept>

#include "compiler/cli/decision_text.h"
#include "tests/executor/tier.h"
#include "tests/golden/golden_file.h"

namespace golden {
namespace {

constexpr std::string_view kCase = "case: ";
constexpr std::string_view kExpect = "EXPECT: ";

/// What stands in a case before its first EXPECT line: the sign-in.
std::string facts_of(const Section& section) {
  std::string_view body = section.body;
  std::size_t end = 0;
  while (end < body.size() && !body.substr(end).starts_with(kExpect)) {
    end = std::min(body.find('\n', end), body.size() - 1) + 1;
  }
  std::string facts(body.substr(0, end));
  facts += facts.empty() || facts.ends_with('\n') ? "" : "\n";
  return facts;
}

std::string quoted(const std::vector<std::string>& names) {
  return names.empty() ? "" : fmt::format(" because \"{}\"", fmt::join(names, "\", \""));
}

/// "challenge [strength NativeMfa]", "block 53003".
std::string outcome_text(const gate::PolicySet& set, const gate::Decision& decision) {
  std::string out(gate::name(decision.outcome));
  if (decision.outcome == gate::Outcome::kBlock) {
    out += fmt::format(" {}", decision.error_code);
  }
  if (decision.outcome == gate::Outcome::kChallenge) {
    auto unmet = gate::cli::clause_texts(set, decision.unmet);
    if (decision.reauthenticate) {
      unmet.emplace_back("reauthenticate");
    }
    out += fmt::format(" [{}]", fmt::join(unmet, "; "));
  }
  return out;
}

std::vector<std::string> applied(const gate::PolicySet& set, const gate::Explanation& explained,
                                 gate::PolicyState state) {
  std::vector<std::string> names;
  for (const gate::PolicyTrace& trace : explained.policies) {
    if (trace.applies && set.policy(trace.policy).state == state) {
      names.emplace_back(set.policy(trace.policy).name);
    }
  }
  return names;
}

/// The word of the sign-in log (conditional-access 2.6).
std::string_view report_result(gate::Outcome alone) {
  switch (alone) {
    case gate::Outcome::kAllow:
      return "success";
    case gate::Outcome::kChallenge:
      return "interrupted";
    case gate::Outcome::kBlock:
      return "failure";
  }
  return "failure";
}

bool has_report_only(const gate::PolicySet& set) {
  for (std::size_t i = 0; i < set.policy_count(); ++i) {
    if (set.policy(i).state == gate::PolicyState::kReportOnly) {
      return true;
    }
  }
  return false;
}

/// The EXPECT lines for one sign-in; grammar in README.md.
std::string expectations(const gate::PolicySet& set, const gate::SignInRequest& request) {
  const gate::Explanation explained = set.explain(request, gate::ExplainScope::kEvery);
  const gate::Decision& decision = explained.decision;
  std::string out;
  const auto line = [&](const std::string& text) { out += fmt::format("{}{}\n", kExpect, text); };

  line(outcome_text(set, decision) + quoted(applied(set, explained, gate::PolicyState::kOn)));
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    const gate::Reason& reason = decision.reasons[i];
    if (reason.code == gate::ReasonCode::kRequestRejected) {
      line(fmt::format("rejected {}", name(static_cast<gate::RequestFault>(reason.detail))));
    } else if (reason.code == gate::ReasonCode::kDefaultDeny) {
      line("default deny");
    } else if (reason.code == gate::ReasonCode::kUnknownSignal) {
      line(fmt::format("unknown {} in \"{}\"", set.fact(reason.detail),
                       set.policy(reason.policy).name));
    } else if (reason.code == gate::ReasonCode::kFactRefused) {
      line(fmt::format("refused without {} in \"{}\"", set.fact(reason.detail),
                       set.policy(reason.policy).name));
    } else if (reason.code == gate::ReasonCode::kCannotRegister) {
      line(fmt::format("no method for {} in \"{}\"", set.clause(reason.detail),
                       set.policy(reason.policy).name));
    }
  }
  if (const auto prompts = set.prompt_order(decision);
      decision.outcome == gate::Outcome::kChallenge && prompts.size() > 1) {
    std::vector<std::string_view> texts;
    for (const std::size_t clause : prompts) {
      texts.push_back(set.clause(clause));
    }
    line(fmt::format("prompts [{}]", fmt::join(texts, "; ")));
  }
  if (decision.outcome != gate::Outcome::kChallenge && !decision.required.empty()) {
    line(fmt::format("required [{}]",
                     fmt::join(gate::cli::clause_texts(set, decision.required), "; ")));
  }
  if (!decision.second_factors.empty()) {
    line(fmt::format("second factors [{}]",
                     fmt::join(gate::cli::method_texts(decision.second_factors), ", ")));
  }
  if (const auto session = gate::cli::session_texts(decision.session); !session.empty()) {
    line(fmt::format("session {}", fmt::join(session, ", ")));
  }
  if (has_report_only(set)) {
    line("report " + outcome_text(set, explained.report_only) +
         quoted(applied(set, explained, gate::PolicyState::kReportOnly)));
    for (const gate::PolicyTrace& trace : explained.policies) {
      const gate::PolicyInfo policy = set.policy(trace.policy);
      if (trace.applies && policy.state == gate::PolicyState::kReportOnly) {
        line(fmt::format("result {} of \"{}\"", report_result(trace.outcome), policy.name));
      }
    }
  }
  return out;
}

/// The set on each executor.
using Executors = std::array<std::shared_ptr<const gate::PolicySet>, 2>;

Executors compile_on_all(const GoldenFile& file) {
  Executors out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    gate::CompileOptions options;
    options.backend = i == 0 ? gate::Backend::kInterpreter : gate::Backend::kNative;
    options.native_code = gate::NativeCode::kBeforeReturn;
    options.today = file.options.today;
    gate::CompileOutput output = gate::compile(inputs(file), options);
    if (output.policies == nullptr) {
      throw std::runtime_error("the set does not compile\n" + gate::render_text(output, false));
    }
    out.at(i) = std::move(output.policies);
  }
  EXPECT_TRUE(gate::executor::interpreter_answers(*out[0]));
  EXPECT_TRUE(gate::executor::machine_code_answers(*out[1]));
  return out;
}

void expect_all_agree(const Executors& sets, const gate::SignInRequest& request) {
  const gate::Decision meaning = sets[0]->evaluate(request);
  EXPECT_EQ(meaning, sets[0]->explain(request).decision) << "explain() says something else";
  EXPECT_EQ(meaning, sets[1]->evaluate(request)) << "interpreter and native code disagree";
  EXPECT_EQ(sets[0]->evaluate_report_only(request), sets[1]->evaluate_report_only(request))
      << "interpreter and native code disagree on the report-only policies";
}

Outcome produce_decide(const GoldenFile& file) {
  const Executors sets = compile_on_all(file);
  EXPECT_EQ(sets[0]->digest(), sets[1]->digest());
  GoldenFile now = file;
  std::size_t cases = 0;
  for (Section& section : now.sections) {
    const auto title = heading_after(section, kCase);
    if (!title) {
      if (!is_input(section)) {
        throw std::runtime_error("a decide test has no section `" + section.heading + "`");
      }
      continue;
    }
    ++cases;
    SCOPED_TRACE(std::string(*title));
    const std::string facts = facts_of(section);
    const auto parsed = gate::parse_sign_in_json(facts);
    if (!parsed) {
      throw std::runtime_error(fmt::format("case `{}`: {}", *title, parsed.error().message));
    }
    const gate::SignInView view(parsed.value());
    expect_all_agree(sets, view.request());
    section.body = facts + expectations(*sets[0], view.request());
  }
  if (cases == 0) {
    throw std::runtime_error("no `--- case: ` in it");
  }
  return {join(now), false};
}

const bool kGoldenDecide = register_kind("GoldenDecide", "decide", produce_decide);

}  // namespace
}  // namespace golden
