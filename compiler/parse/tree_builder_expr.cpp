#include "compiler/parse/token_window.h"
#include "compiler/parse/tree_builder.h"

// Expressions. Recursion through parentheses is bounded by the depth limit, checked on the words.
// NOLINTBEGIN(misc-no-recursion)
namespace gate::compiler {

ast::Expr TreeBuilder::expression(GateParser::ExpressionContext* tree) {
  const auto parts = tree->conjunction();
  if (parts.size() == 1) {
    return conjunction(parts.front());
  }
  ast::Expr out;
  out.kind = ast::ExprKind::kOr;
  out.span = span_of(tree);
  out.op_span = span_of(tree->OR(0));
  limit_members(parts.size(), out.span);
  for (auto* part : parts) {
    out.operands.push_back(conjunction(part));
  }
  return out;
}

ast::Expr TreeBuilder::conjunction(GateParser::ConjunctionContext* tree) {
  const auto parts = tree->negation();
  if (parts.size() == 1) {
    return negation(parts.front());
  }
  ast::Expr out;
  out.kind = ast::ExprKind::kAnd;
  out.span = span_of(tree);
  out.op_span = span_of(tree->AND(0));
  limit_members(parts.size(), out.span);
  for (auto* part : parts) {
    out.operands.push_back(negation(part));
  }
  return out;
}

ast::Expr TreeBuilder::negation(GateParser::NegationContext* tree) {
  ast::Expr out = comparison(tree->comparison());
  const auto nots = tree->NOT();
  for (auto it = nots.rbegin(); it != nots.rend(); ++it) {
    ast::Expr negated;
    negated.kind = ast::ExprKind::kNot;
    negated.op_span = span_of(*it);
    negated.span = join(negated.op_span, out.span);
    negated.operands.push_back(std::move(out));
    out = std::move(negated);
  }
  return out;
}

ast::Expr TreeBuilder::comparison(GateParser::ComparisonContext* tree) {
  if (tree->expression() != nullptr) {
    ast::Expr inner = expression(tree->expression());
    inner.parenthesized = true;
    inner.span = span_of(tree);
    return inner;
  }
  const auto operands = tree->operand();
  if (operands.size() == 1 && tree->IN() == nullptr) {
    return operand(operands.front());
  }
  ast::Expr out;
  out.span = span_of(tree);
  out.negated = tree->NOT() != nullptr;
  for (auto* entry : operands) {
    out.operands.push_back(operand(entry));
  }
  const auto compare = [&](antlr4::tree::TerminalNode* node, ast::CompareOp op) {
    if (node != nullptr) {
      out.kind = ast::ExprKind::kCompare;
      out.compare = op;
      out.op_span = span_of(node);
    }
  };
  compare(tree->EQUAL_EQUAL(), ast::CompareOp::kEq);
  compare(tree->NOT_EQUAL(), ast::CompareOp::kNe);
  compare(tree->LESS(), ast::CompareOp::kLt);
  compare(tree->LESS_EQUAL(), ast::CompareOp::kLe);
  compare(tree->GREATER(), ast::CompareOp::kGt);
  compare(tree->GREATER_EQUAL(), ast::CompareOp::kGe);
  const auto match_text = [&](antlr4::tree::TerminalNode* node, ast::TextOp op) {
    if (node != nullptr) {
      out.kind = ast::ExprKind::kText;
      out.text_op = op;
      out.op_span = span_of(node);
    }
  };
  match_text(tree->STARTS_WITH(), ast::TextOp::kStartsWith);
  match_text(tree->ENDS_WITH(), ast::TextOp::kEndsWith);
  match_text(tree->CONTAINS(), ast::TextOp::kContains);
  if (tree->BETWEEN() != nullptr) {
    out.kind = ast::ExprKind::kBetween;
    out.op_span = span_of(tree->BETWEEN());
  } else if (tree->IN() != nullptr) {
    finish_in(tree, out);
  }
  if (tree->zone() != nullptr) {
    out.zone = text(tree->zone()->STRING());
  }
  return out;
}

void TreeBuilder::finish_in(GateParser::ComparisonContext* tree, ast::Expr& out) {
  out.kind = ast::ExprKind::kIn;
  out.op_span = span_of(tree->IN());
  out.bracketed = tree->combination() != nullptr;
  if (out.bracketed) {
    out.items = combination(tree->combination());
  } else {
    out.items.push_back(reference(tree->reference()));
  }
}

ast::Expr TreeBuilder::operand(GateParser::OperandContext* tree) {
  ast::Expr out;
  out.span = span_of(tree);
  if (auto* value = tree->literal()) {
    out.kind = ast::ExprKind::kLiteral;
    out.literal = literal(value->start);
  } else if (auto* list = tree->combination()) {
    out.kind = ast::ExprKind::kList;
    out.items = combination(list);
  } else {
    out.kind = ast::ExprKind::kPath;
    out.path = path(tree->path());
  }
  return out;
}

std::vector<ast::Name> TreeBuilder::path(GateParser::PathContext* tree) {
  std::vector<ast::Name> names{name(tree->name())};
  for (auto* member : tree->memberName()) {
    names.push_back(name(member));
  }
  return names;
}

}  // namespace gate::compiler
// NOLINTEND(misc-no-recursion)
