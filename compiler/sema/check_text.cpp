#include <fmt/format.h>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_condition.h"
#include "compiler/sema/item_reader.h"

// `starts_with`, `ends_with`, `contains`.
namespace gate::compiler::sema {
namespace {

ir::StringOp ir_op(ast::TextOp op) {
  switch (op) {
    case ast::TextOp::kStartsWith:
      return ir::StringOp::kStartsWith;
    case ast::TextOp::kEndsWith:
      return ir::StringOp::kEndsWith;
    case ast::TextOp::kContains:
      return ir::StringOp::kContains;
  }
  return ir::StringOp::kContains;
}

}  // namespace

ConditionChecker::Checked ConditionChecker::contains_methods(const ast::Expr& expr) {
  const ast::Expr& right = expr.operands[1];
  std::vector<ast::Item> items = right.items;
  if (right.kind != ast::ExprKind::kList) {
    ast::Item only;
    only.head = right.span;
    if (right.kind == ast::ExprKind::kPath && right.path.size() == 1) {
      only.atoms.emplace_back(right.path.front());
    } else {
      only.atoms.emplace_back(right.literal);
    }
    items.push_back(std::move(only));
  }
  if (items.empty()) {
    l_.diagnostics.report<Code::kEmptyList>(right.span, "this list");
    return std::nullopt;
  }
  ir::MethodTest test;
  bool good = true;
  for (const ast::Item& item : items) {
    const ast::Name* word =
        item.atoms.size() == 1 && !item.has_arguments ? ast::word_at(item, 0) : nullptr;
    const auto method = word != nullptr ? parse_method(word->text) : std::nullopt;
    if (!method) {
      l_.diagnostics
          .report<Code::kUnknownWord>(item.head, l_.sources.text(item.head),
                                      "an authentication method")
          .suggest(item.head,
                   word != nullptr ? nearest(word->text, method_words()) : std::string_view());
      good = false;
      continue;
    }
    test.methods.add(*method);
  }
  return good ? negated_if(expr.negated, leaf(l_.builder.method_done(test))) : std::nullopt;
}

std::optional<std::vector<std::string>> ConditionChecker::texts_of(const Subject& left,
                                                                   const ast::Expr& right) {
  if (right.kind == ast::ExprKind::kList) {
    if (right.items.empty()) {
      l_.diagnostics.report<Code::kEmptyList>(right.span, "this list");
      return std::nullopt;
    }
    return strings_of(left, right.items);
  }
  if (right.kind == ast::ExprKind::kLiteral && right.literal.kind == ast::LiteralKind::kString) {
    return std::vector<std::string>{right.literal.text};
  }
  mismatch(left, right);
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::text_test(const ast::Expr& expr) {
  const auto left = subject(expr.operands.front(), expr.span);
  if (!left) {
    return std::nullopt;
  }
  const bool contains = expr.text_op == ast::TextOp::kContains;
  const bool text = left->signal != nullptr ? left->signal->signal.type == SignalType::kText
                                            : left->type() == FactType::kText;
  const bool list = left->signal == nullptr && contains &&
                    (left->type() == FactType::kTextList || left->type() == FactType::kGroups ||
                     left->type() == FactType::kRoles);
  if (left->signal == nullptr && contains && left->type() == FactType::kMethods) {
    return contains_methods(expr);
  }
  if (!text && !list) {
    auto report =
        l_.diagnostics.report<Code::kNotText>(expr.op_span, ast::spelling(expr.text_op),
                                              fmt::format("`{}`, {}", left->text, left->kind()));
    if (left->signal == nullptr && left->type() == FactType::kTextList) {
      report.help(fmt::format("ask `{} contains …`: whole elements are compared", left->text));
    }
    return std::nullopt;
  }
  auto values = texts_of(*left, expr.operands[1]);
  if (!values) {
    return std::nullopt;
  }
  if (text) {
    return negated_if(expr.negated, test_strings(*left, ir_op(expr.text_op), std::move(*values)));
  }
  if (left->type() == FactType::kTextList) {
    ir::ListTest test;
    test.slot = l_.builder.list_slot(left->text);
    test.any_of = std::move(*values);
    return negated_if(expr.negated, leaf(l_.builder.list_contains(std::move(test))));
  }
  const auto kind =
      left->type() == FactType::kGroups ? ir::SymbolKind::kGroup : ir::SymbolKind::kRole;
  ir::PrincipalSet set;
  for (const std::string& value : *values) {
    set.members.push_back(l_.builder.symbol(kind, value));
  }
  return negated_if(expr.negated, leaf(l_.builder.principal_in(std::move(set))));
}

}  // namespace gate::compiler::sema
