#include "compiler/sema/check_assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/item_reader.h"

namespace gate::compiler::sema {
namespace {

class AssertionChecker {
 public:
  AssertionChecker(const Symbols& symbols, DiagnosticCollector& diagnostics)
      : symbols_(symbols), diagnostics_(diagnostics) {}

  // NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
  void condition(const ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::kOr:
      case ast::ExprKind::kAnd:
      case ast::ExprKind::kNot:
        for (const ast::Expr& operand : expr.operands) {
          condition(operand);
        }
        return;
      case ast::ExprKind::kCompare:
      case ast::ExprKind::kIn:
      case ast::ExprKind::kText:
      case ast::ExprKind::kBetween:
        test(expr);
        return;
      case ast::ExprKind::kPath:
        (void)fact(expr);
        return;
      case ast::ExprKind::kLiteral:
      case ast::ExprKind::kList:
        return;
    }
  }

 private:
  void test(const ast::Expr& expr) {
    const auto left = fact(expr.operands.front());
    if (!left || left->info == nullptr) {
      return;
    }
    if (left->info->context && left->info->type != FactType::kFlag &&
        left->info->type != FactType::kOptionalFlag) {
      for (std::size_t i = 1; i < expr.operands.size(); ++i) {
        if (expr.operands[i].kind == ast::ExprKind::kPath && expr.operands[i].path.size() == 1) {
          value(*left->info, expr.operands[i].path.front());
        }
      }
      for (const ast::Item& item : expr.items) {
        if (const ast::Name* word = ast::word_at(item, 0); word != nullptr) {
          value(*left->info, *word);
        }
      }
      return;
    }
    const FactType type = left->info->type;
    for (const ast::Item& item : expr.items) {
      const ast::Name* word = ast::word_at(item, 0);
      if (word != nullptr && ast::literal_at(item, 1) == nullptr && !item.has_arguments) {
        member(type, *word);
      }
    }
  }

  /// The fact of a test; without info for a signal or a `let`. Nothing, with an error, for others.
  std::optional<FactRef> fact(const ast::Expr& expr) {
    if (expr.kind != ast::ExprKind::kPath) {
      return std::nullopt;
    }
    const std::string text = path_text(expr.path);
    if (const auto found = find_fact(text)) {
      return found;
    }
    if (expr.path.size() == 1 && symbols_.find(text) != nullptr) {
      return FactRef{};
    }
    if (symbols_.incomplete()) {
      return std::nullopt;
    }
    std::vector<std::string_view> known = fact_names(FactUse::kCondition);
    for (const NameKind kind : {NameKind::kSignal, NameKind::kLet}) {
      const auto names = symbols_.names(kind);
      known.insert(known.end(), names.begin(), names.end());
    }
    diagnostics_.report<Code::kUnknownFact>(expr.span, text)
        .suggest(expr.span, nearest(text, known));
    return std::nullopt;
  }

  void value(const FactInfo& info, const ast::Name& word) {
    if (value_of(*info.context, word.text) || word.text == "absent" || word.text == "unknown") {
      return;
    }
    std::vector<std::string_view> known;
    for (const FactWord& each : words_of(*info.context)) {
      known.push_back(each.text);
    }
    diagnostics_.report<Code::kUnknownMember>(word.span, word.text, fmt::format("`{}`", info.path))
        .suggest(word.span, nearest(word.text, known));
  }

  void member(FactType type, const ast::Name& word) {
    const auto kind = type == FactType::kUser       ? std::optional(NameKind::kUsers)
                      : type == FactType::kApp      ? std::optional(NameKind::kApps)
                      : type == FactType::kLocation ? std::optional(NameKind::kLocations)
                                                    : std::nullopt;
    static constexpr std::string_view kWords[] = {
        "all",     "none",      "guests",        "service_principals",
        "trusted", "office365", "admin_portals", "all_agent_resources"};
    if (!kind || symbols_.find(word.text) != nullptr || symbols_.incomplete() ||
        std::ranges::find(kWords, word.text) != std::end(kWords)) {
      return;
    }
    diagnostics_.report<Code::kUnknownName>(word.span, noun(*kind), word.text)
        .suggest(word.span, symbols_.nearest_name(word.text, *kind));
  }

  const Symbols& symbols_;
  DiagnosticCollector& diagnostics_;
};

}  // namespace

void check_assertion(const ast::Assertion& assertion, const Symbols& symbols,
                     DiagnosticCollector& diagnostics) {
  if (assertion.subject.text != "sign_in") {
    static constexpr std::string_view kSubjects[] = {"sign_in"};
    diagnostics
        .report<Code::kUnknownWord>(assertion.subject.span, assertion.subject.text,
                                    "something to assert of: only `sign_in` is")
        .suggest(assertion.subject.span, nearest(assertion.subject.text, kSubjects));
  }
  AssertionChecker(symbols, diagnostics).condition(assertion.where);
}

}  // namespace gate::compiler::sema
