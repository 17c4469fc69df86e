#include "compiler/cli/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/cli/decision_text.h"
#include "compiler/cli/table.h"

namespace gate::cli {
namespace {

Tone tone_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllow:
      return Tone::kGood;
    case Outcome::kChallenge:
      return Tone::kWarn;
    case Outcome::kBlock:
      return Tone::kBad;
  }
  return Tone::kBad;
}

/// What a person can do about the outcome, or its error number.
std::string outcome_detail(const Decision& decision) {
  if (decision.outcome == Outcome::kBlock) {
    return fmt::format("error {}", decision.error_code);
  }
  if (decision.outcome == Outcome::kAllow) {
    return {};
  }
  std::string out;
  if (decision.reauthenticate) {
    out = "sign in again";
  }
  if (!decision.second_factors.empty()) {
    out += out.empty() ? "" : ", and ";
    out += fmt::format("one more of: {}", fmt::join(method_texts(decision.second_factors), ", "));
  }
  return out;
}

/// Rows under one word: the word stands before the first of them.
class Rows {
 public:
  explicit Rows(Table& table) : table_(&table) {}
  Rows& under(std::string word) {
    word_ = std::move(word);
    return *this;
  }
  void add(std::vector<Table::Cell> cells) {
    cells.insert(cells.begin(), Table::Cell{std::exchange(word_, {}), Tone::kBold});
    table_->row(std::move(cells));
  }

 private:
  Table* table_;
  std::string word_;
};

std::string place_of(const PolicyInfo& policy) {
  return policy.source_file.empty() ? std::string()
                                    : fmt::format("{}:{}", policy.source_file, policy.source_line);
}

void add_applied(Rows& rows, const PolicySet& policies, const Explanation& explained,
                 PolicyState state) {
  for (const PolicyTrace& trace : explained.policies) {
    const PolicyInfo policy = policies.policy(trace.policy);
    if (trace.applies && policy.state == state) {
      const std::string asks = trace.requires_text.empty()
                                   ? std::string("session controls only")
                                   : fmt::format("{}", fmt::join(trace.requires_text, " and "));
      rows.add({{std::string(policy.name)}, {asks}, {place_of(policy), Tone::kDim}});
    }
  }
}

void add_requirements(Rows& rows, const PolicySet& policies, const Decision& decision) {
  for (std::size_t i = 0; i < policies.clause_count(); ++i) {
    if (decision.required.contains(i)) {
      const bool met = !decision.unmet.contains(i);
      rows.add({{std::string(policies.clause(i))},
                {met ? "met" : "not met", met ? Tone::kGood : Tone::kWarn}});
    }
  }
  if (decision.reauthenticate) {
    rows.add({{"a fresher sign-in"}, {"not met", Tone::kWarn}});
  }
}

bool has_report_only(const PolicySet& policies) {
  for (std::size_t i = 0; i < policies.policy_count(); ++i) {
    if (policies.policy(i).state == PolicyState::kReportOnly) {
      return true;
    }
  }
  return false;
}

/// How a report-only policy would change the outcome; nothing where none applies.
std::string report_only_line(const PolicySet& policies, const Explanation& explained) {
  const bool any = std::any_of(
      explained.policies.begin(), explained.policies.end(), [&](const PolicyTrace& trace) {
        return trace.applies && policies.policy(trace.policy).state == PolicyState::kReportOnly;
      });
  if (!has_report_only(policies) || !any) {
    return {};
  }
  const Decision& would = explained.report_only;
  if (would.outcome == explained.decision.outcome && would.unmet == explained.decision.unmet) {
    return "the same, if they were on";
  }
  std::string out = fmt::format("{}, if they were on", name(would.outcome));
  if (would.outcome == Outcome::kChallenge && !would.unmet.empty()) {
    out += fmt::format(": {}", fmt::join(clause_texts(policies, would.unmet), ", "));
  }
  return out;
}

/// Criteria hold or not; of an exclusion that reads better the other way round.
std::string_view word_of(const Criterion& criterion) {
  if (criterion.section == "state" && criterion.truth == Truth::kFalse) {
    return criterion.text == name(PolicyState::kOff) ? "not in force" : "changes nothing";
  }
  const bool exclusion = criterion.text.starts_with("exclude ");
  switch (criterion.truth) {
    case Truth::kTrue:
      return exclusion ? "not excluded" : "yes";
    case Truth::kFalse:
      return exclusion ? "excluded" : "no";
    case Truth::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Tone tone_of(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return Tone::kGood;
    case Truth::kFalse:
      return Tone::kDim;
    case Truth::kUnknown:
      return Tone::kWarn;
  }
  return Tone::kWarn;
}

/// "applies", "does not apply", "would apply, but is off".
Table::Cell verdict_on(const PolicyInfo& policy, const PolicyTrace& trace) {
  if (!trace.applies) {
    return {"does not apply", Tone::kDim};
  }
  switch (policy.state) {
    case PolicyState::kOff:
      return {"would apply, but is off", Tone::kDim};
    case PolicyState::kReportOnly:
      return {"applies, report only", Tone::kWarn};
    case PolicyState::kOn:
      break;
  }
  if (policy.blocks) {
    return {"applies and blocks", Tone::kBad};
  }
  return trace.satisfied ? Table::Cell{"applies, satisfied", Tone::kGood}
                         : Table::Cell{"applies, not satisfied", Tone::kWarn};
}

}  // namespace

std::string decision_report(const PolicySet& policies, const Explanation& explained, bool color) {
  const Decision& decision = explained.decision;
  Table head(0);
  Rows rows(head);
  rows.under("outcome ")
      .add({{std::string(name(decision.outcome)), tone_of(decision.outcome)},
            {outcome_detail(decision)}});
  std::string out = head.text(color);

  Table requirements(0);
  Rows required(requirements);
  add_requirements(required.under("required"), policies, decision);
  out += requirements.text(color);

  Table session(0);
  Rows controls(session);
  controls.under("session ");
  for (const std::string& control : session_texts(decision.session)) {
    controls.add({{control}});
  }
  out += session.text(color);

  Table applied(0);
  Rows names(applied);
  add_applied(names.under("applied "), policies, explained, PolicyState::kOn);
  out += applied.text(color);

  Table why(0);
  Rows reasons(why);
  reasons.under("because ");
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    reasons.add({{reason_text(policies, decision.reasons[i])}});
  }
  out += why.text(color);

  if (const std::string line = report_only_line(policies, explained); !line.empty()) {
    Table report(0);
    Rows would(report);
    would.under("report  ");
    would.add({{line}});
    add_applied(would, policies, explained, PolicyState::kReportOnly);
    out += report.text(color);
  }
  return out;
}

std::string explanation_report(const PolicySet& policies, const Explanation& explained,
                               bool color) {
  std::string out;
  for (const PolicyTrace& trace : explained.policies) {
    const PolicyInfo policy = policies.policy(trace.policy);
    const Table::Cell verdict = verdict_on(policy, trace);
    const auto paint = [&](Tone tone, std::string_view text) {
      return color ? Console::painted(tone, text) : std::string(text);
    };
    out += fmt::format("{}: {}  {}\n", paint(Tone::kBold, policy.name),
                       paint(verdict.tone, verdict.text), paint(Tone::kDim, place_of(policy)));
    std::string_view description = policy.description;
    while (!description.empty()) {
      const auto end = description.find('\n');
      out += fmt::format("  {}\n", paint(Tone::kDim, description.substr(0, end)));
      description = end == std::string_view::npos ? "" : description.substr(end + 1);
    }
    Table table(2);
    for (const Criterion& criterion : trace.criteria) {
      table.row({{criterion.section},
                 {criterion.text},
                 {std::string(word_of(criterion)), tone_of(criterion.truth)},
                 {criterion.detail, Tone::kDim}});
    }
    if (!trace.requires_text.empty()) {
      std::vector<Table::Cell> grant{{"grant"},
                                     {fmt::format("{}", fmt::join(trace.requires_text, " and "))}};
      if (trace.applies && !policy.blocks) {
        grant.push_back(trace.satisfied ? Table::Cell{"met", Tone::kGood}
                                        : Table::Cell{"not met", Tone::kWarn});
      }
      table.row(std::move(grant));
    }
    out += table.text(color) + "\n";
  }
  out += decision_report(policies, explained, color);
  return out;
}

}  // namespace gate::cli
