#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/graph/agents.h"
#include "compiler/graph/device_rule.h"
#include "compiler/graph/export_context.h"
#include "compiler/graph/export_device.h"
#include "compiler/graph/export_times.h"
#include "compiler/graph/spelling.h"

namespace gate::graph {

namespace ast = compiler::ast;

namespace {

/// One comparison of a fact with words: `fact == a`, `fact in [a, b]`, `fact >= a`.
struct Membership {
  std::string fact;
  bool negative = false;
  Strings members;
  bool at_least = false;  ///< members.front() and everything above
};

std::string member_text(const ast::Item& item) {
  const auto word = word_of(item, 0);
  return word.empty() ? string_of(item, 0) : std::string(word);
}

std::string operand_text(const ast::Expr& operand) {
  return operand.kind == ast::ExprKind::kLiteral ? operand.literal.text : path_text(operand);
}

std::optional<Membership> membership_of(const ast::Expr& expr) {
  Membership out;
  if (expr.kind == ast::ExprKind::kIn) {
    out.fact = path_text(expr.operands.front());
    out.negative = expr.negated;
    for (const auto& item : expr.items) {
      // `trusted ip "..."` and `gps country AT` are places written out, and no names of any.
      if (item.atoms.size() != 1) {
        return std::nullopt;
      }
      out.members.push_back(member_text(item));
    }
    return out;
  }
  if (expr.kind != ast::ExprKind::kCompare) {
    return std::nullopt;
  }
  out.fact = path_text(expr.operands[0]);
  out.members.push_back(operand_text(expr.operands[1]));
  switch (expr.compare) {
    case ast::CompareOp::kEq:
      return out;
    case ast::CompareOp::kNe:
      out.negative = true;
      return out;
    case ast::CompareOp::kGe:
      out.at_least = true;
      return out;
    case ast::CompareOp::kLt:
    case ast::CompareOp::kLe:
    case ast::CompareOp::kGt:
      return std::nullopt;
  }
  return std::nullopt;
}

constexpr RuleSubject kSubjects[] = {RuleSubject::kDevice, RuleSubject::kApp,
                                     RuleSubject::kServicePrincipal};

class WhenExporter {
 public:
  WhenExporter(Conditions& into, ExportContext& context) : into_(into), context_(context) {}

  void conjunct(const ast::Expr& expr) {
    if (expr.kind == ast::ExprKind::kAnd) {
      for (const auto& each : expr.operands) {
        conjunct(each);
      }
      return;
    }
    if (expr.kind == ast::ExprKind::kPath && expr.path.size() == 1) {
      if (const auto* let = context_.let(expr.path.front().text); let != nullptr) {
        conjunct(*let);
        return;
      }
    }
    if (is_agent_flag(expr)) {
      return;
    }
    for (const auto subject : kSubjects) {
      if (is_about(subject, expr, context_)) {
        parts_[static_cast<std::size_t>(subject)].push_back(&expr);
        return;
      }
    }
    if (take_time(expr)) {
      return;
    }
    const auto found = membership_of(expr);
    if (!found || !take(*found, expr)) {
      context_.refuse(expr.span, "this condition is richer than Conditional Access");
    }
  }

  void finish() {
    std::optional<Filter>* filters[] = {&into_.device_filter, &into_.app_filter,
                                        &into_.principal_filter};
    if (into_.times) {
      complete(*into_.times);
    }
    for (const auto subject : kSubjects) {
      const auto& parts = parts_[static_cast<std::size_t>(subject)];
      if (!parts.empty()) {
        *filters[static_cast<std::size_t>(subject)] = filter_of(subject, parts, context_);
      }
    }
  }

 private:
  bool is_agent_flag(const ast::Expr& expr) {
    const auto path = path_text(expr);
    into_.agent_users = into_.agent_users || path == kAgentUser;
    into_.agent_identities = into_.agent_identities || path == kAgentIdentity;
    return path == kAgentUser || path == kAgentIdentity;
  }

  /// Days and hours, in one window of what is included and one of what is excluded.
  bool take_time(const ast::Expr& expr) {
    const bool exclude = expr.kind == ast::ExprKind::kNot || expr.negated;
    const auto window = window_of(expr.kind == ast::ExprKind::kNot ? expr.operands.front() : expr);
    if (!window) {
      return false;
    }
    auto times = into_.times.value_or(Times{});
    auto& side = exclude ? times.exclude : times.include;
    auto joined = side ? both(*side, *window) : window;
    // Of what is excluded, days and hours beside each other would be two windows.
    if (!joined || (exclude && side)) {
      return false;
    }
    side = std::move(joined);
    into_.times = std::move(times);
    return true;
  }

  bool take(const Membership& m, const ast::Expr& expr) {
    if (m.fact == "location") {
      return locations(m);
    }
    if (m.fact == "platform") {
      return pair(m, Vocabulary::kPlatform, into_.platforms);
    }
    if (m.fact == kAgentContext) {
      return agent_contexts(m);
    }
    if (m.negative) {
      return false;
    }
    if (m.fact == "sign_in_risk") {
      return levels(m, Vocabulary::kRisk, into_.sign_in_risk);
    }
    if (m.fact == "user_risk") {
      return levels(m, Vocabulary::kRisk, into_.user_risk);
    }
    if (m.fact == "service_principal_risk") {
      return levels(m, Vocabulary::kRisk, into_.service_principal_risk);
    }
    if (m.fact == kAgentRisk) {
      return levels(m, Vocabulary::kRisk, into_.agent_risk);
    }
    if (m.fact == "insider_risk") {
      return levels(m, Vocabulary::kInsiderRisk, into_.insider_risk);
    }
    if (m.fact == "client") {
      return levels(m, Vocabulary::kClient, into_.clients);
    }
    if (m.fact == "transfer_method") {
      return levels(m, Vocabulary::kTransferMethod, into_.transfer_methods);
    }
    (void)expr;
    return false;
  }

  /// Everything from a level upwards.
  static Strings upward(Vocabulary vocabulary, const std::string& from) {
    const Strings order = vocabulary == Vocabulary::kInsiderRisk
                              ? Strings{"minor", "moderate", "elevated"}
                              : Strings{"low", "medium", "high"};
    const auto start = std::ranges::find(order, from);
    return {start, order.end()};
  }

  bool levels(const Membership& m, Vocabulary vocabulary, Strings& into) {
    if (!into.empty()) {
      return false;  // Graph has one list for each: a second condition would need both
    }
    for (const auto& word : m.at_least ? upward(vocabulary, m.members.front()) : m.members) {
      auto graph = graph_word(vocabulary, word);
      // Graph has no word for a user without insider risk, other than for the two other risks.
      if (graph.empty() || (vocabulary == Vocabulary::kInsiderRisk && word == "none")) {
        return false;
      }
      into.push_back(std::move(graph));
    }
    return !into.empty();
  }

  bool pair(const Membership& m, Vocabulary vocabulary, IncludeExclude& into) {
    Strings words;
    for (const auto& word : m.members) {
      words.push_back(graph_word(vocabulary, word));
      if (words.back().empty() || m.at_least) {
        return false;
      }
    }
    return put(m.negative, std::move(words), into);
  }

  bool locations(const Membership& m) {
    Strings references;
    for (const auto& name : m.members) {
      if (name == "trusted") {
        references.emplace_back("AllTrusted");
      } else if (context_.is_location(name) && !context_.is_left_out(name)) {
        references.push_back(context_.location_id(name));
      } else {
        return false;
      }
    }
    return put(m.negative, std::move(references), into_.locations);
  }

  bool agent_contexts(const Membership& m) {
    return put(m.negative, m.members, into_.agent_contexts);
  }

  static bool put(bool negative, Strings words, IncludeExclude& into) {
    auto& list = negative ? into.exclude : into.include;
    // Exclusions add up to one list; a second inclusion would be an intersection.
    if (!negative && !list.empty()) {
      return false;
    }
    list.insert(list.end(), words.begin(), words.end());
    return true;
  }

  Conditions& into_;
  ExportContext& context_;
  std::array<std::vector<const ast::Expr*>, std::size(kSubjects)> parts_;
};

}  // namespace

void export_when(const ast::Expr& when, Conditions& into, ExportContext& context) {
  WhenExporter exporter(into, context);
  exporter.conjunct(when);
  exporter.finish();
}

}  // namespace gate::graph
