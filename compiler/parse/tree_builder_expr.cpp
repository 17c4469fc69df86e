#include "compiler/parse/tree_access.h"
#include "compiler/parse/tree_builder.h"

// Expressions. Recursion through parentheses is bounded by the depth limit, checked on the words.
// NOLINTBEGIN(misc-no-recursion)
namespace gate::compiler {

namespace {

std::optional<ast::CompareOp> compare_op(std::size_t type) {
  switch (type) {
    case GateParser::EQUAL_EQUAL:
      return ast::CompareOp::kEq;
    case GateParser::NOT_EQUAL:
      return ast::CompareOp::kNe;
    case GateParser::LESS:
      return ast::CompareOp::kLt;
    case GateParser::LESS_EQUAL:
      return ast::CompareOp::kLe;
    case GateParser::GREATER:
      return ast::CompareOp::kGt;
    case GateParser::GREATER_EQUAL:
      return ast::CompareOp::kGe;
    default:
      return std::nullopt;
  }
}

std::optional<ast::TextOp> text_op(std::size_t type) {
  switch (type) {
    case GateParser::STARTS_WITH:
      return ast::TextOp::kStartsWith;
    case GateParser::ENDS_WITH:
      return ast::TextOp::kEndsWith;
    case GateParser::CONTAINS:
      return ast::TextOp::kContains;
    default:
      return std::nullopt;
  }
}

}  // namespace

ast::Expr TreeBuilder::expression(const GateParser::ExpressionContext* tree) {
  using Part = GateParser::ConjunctionContext;
  if (tree->children.size() == 1) {
    return conjunction(static_cast<const Part*>(tree->children.front()));
  }
  ast::Expr out;
  out.kind = ast::ExprKind::kOr;
  out.span = span_of(tree);
  out.op_span = span_of(word_of(tree->children[1]));
  for_each_child<Part>(tree, GateParser::RuleConjunction,
                       [&](const Part* part) { out.operands.push_back(conjunction(part)); });
  limit_members(out.operands.size(), out.span);
  return out;
}

ast::Expr TreeBuilder::conjunction(const GateParser::ConjunctionContext* tree) {
  using Part = GateParser::NegationContext;
  if (tree->children.size() == 1) {
    return negation(static_cast<const Part*>(tree->children.front()));
  }
  ast::Expr out;
  out.kind = ast::ExprKind::kAnd;
  out.span = span_of(tree);
  out.op_span = span_of(word_of(tree->children[1]));
  for_each_child<Part>(tree, GateParser::RuleNegation,
                       [&](const Part* part) { out.operands.push_back(negation(part)); });
  limit_members(out.operands.size(), out.span);
  return out;
}

ast::Expr TreeBuilder::negation(const GateParser::NegationContext* tree) {
  std::size_t nots = tree->children.size() - 1;
  ast::Expr out =
      comparison(static_cast<const GateParser::ComparisonContext*>(tree->children[nots]));
  while (nots-- > 0) {
    ast::Expr negated;
    negated.kind = ast::ExprKind::kNot;
    negated.op_span = span_of(word_of(tree->children[nots]));
    negated.span = join(negated.op_span, out.span);
    negated.operands.push_back(std::move(out));
    out = std::move(negated);
  }
  return out;
}

ast::Expr TreeBuilder::comparison(const GateParser::ComparisonContext* tree) {
  if (const auto* inside = child<GateParser::ExpressionContext>(tree, GateParser::RuleExpression)) {
    ast::Expr inner = expression(inside);
    inner.parenthesized = true;
    inner.span = span_of(tree);
    return inner;
  }
  if (tree->children.size() == 1) {
    return operand(static_cast<const GateParser::OperandContext*>(tree->children.front()));
  }
  ast::Expr out;
  out.span = span_of(tree);
  for (const antlr4::tree::ParseTree* node : tree->children) {
    if (is_word(node)) {
      set_operator(word_of(node), out);
      continue;
    }
    switch (rule_of(node)) {
      case GateParser::RuleOperand:
        out.operands.push_back(operand(static_cast<const GateParser::OperandContext*>(node)));
        break;
      case GateParser::RuleCombination:
        out.bracketed = true;
        out.items = combination(static_cast<const GateParser::CombinationContext*>(node));
        break;
      case GateParser::RuleReference:
        out.items.push_back(reference(static_cast<const GateParser::ReferenceContext*>(node)));
        break;
      default:  // a zone: `in "Europe/Vienna"`
        out.zone = text(*word_child(node, GateParser::STRING));
        break;
    }
  }
  return out;
}

void TreeBuilder::set_operator(const WindowToken& sign, ast::Expr& out) {
  const std::size_t type = sign.getType();
  if (type == GateParser::AND) {
    return;  // of `between … and …`
  }
  if (type == GateParser::NOT) {
    out.negated = true;
    return;
  }
  out.op_span = span_of(sign);
  if (const auto compare = compare_op(type)) {
    out.kind = ast::ExprKind::kCompare;
    out.compare = *compare;
  } else if (const auto text = text_op(type)) {
    out.kind = ast::ExprKind::kText;
    out.text_op = *text;
  } else {
    out.kind = type == GateParser::BETWEEN ? ast::ExprKind::kBetween : ast::ExprKind::kIn;
  }
}

ast::Expr TreeBuilder::operand(const GateParser::OperandContext* tree) {
  ast::Expr out;
  out.span = span_of(tree);
  const antlr4::tree::ParseTree* node = tree->children.front();
  switch (rule_of(node)) {
    case GateParser::RuleLiteral:
      out.kind = ast::ExprKind::kLiteral;
      out.literal = literal(tree->start);
      break;
    case GateParser::RuleCombination:
      out.kind = ast::ExprKind::kList;
      out.items = combination(static_cast<const GateParser::CombinationContext*>(node));
      break;
    default:
      out.kind = ast::ExprKind::kPath;
      out.path = path(static_cast<const GateParser::PathContext*>(node));
      break;
  }
  return out;
}

std::vector<ast::Name> TreeBuilder::path(const GateParser::PathContext* tree) {
  std::vector<ast::Name> names;
  names.reserve(tree->children.size() / 2 + 1);  // a dot behind each but the last
  for (const antlr4::tree::ParseTree* node : tree->children) {
    if (!is_word(node)) {
      names.push_back(name(static_cast<const antlr4::ParserRuleContext*>(node)));
    }
  }
  return names;
}

}  // namespace gate::compiler
// NOLINTEND(misc-no-recursion)
