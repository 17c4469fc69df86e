#include <fmt/format.h>

#include <utility>

#include "compiler/format/printer.h"

// Conditions. Brackets are printed where the author put them: they may be there for the reader.
namespace gate::compiler::format {

std::string Printer::flat(const ast::Expr& node) const {
  const std::string text = flat_unparenthesized(node);
  return node.parenthesized ? fmt::format("({})", text) : text;
}

std::string Printer::flat_unparenthesized(const ast::Expr& node) const {
  const auto operand = [&](std::size_t i) { return flat(node.operands.at(i)); };
  const std::string_view negation = node.negated ? "not " : "";
  switch (node.kind) {
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd: {
      std::string text;
      for (const ast::Expr& part : node.operands) {
        text += text.empty() ? "" : node.kind == ast::ExprKind::kOr ? " or " : " and ";
        text += flat(part);
      }
      return text;
    }
    case ast::ExprKind::kNot:
      return fmt::format("not {}", operand(0));
    case ast::ExprKind::kCompare:
      return fmt::format("{} {} {}", operand(0), spelling(node.compare), operand(1));
    case ast::ExprKind::kIn: {
      const std::string members =
          node.bracketed ? fmt::format("[{}]", flat(node.items)) : flat(node.items);
      return fmt::format("{} {}in {}{}", operand(0), negation, members,
                         node.zone ? " in " + source(node.zone->span) : "");
    }
    case ast::ExprKind::kText:
      return fmt::format("{} {}{} {}", operand(0), negation, spelling(node.text_op), operand(1));
    case ast::ExprKind::kBetween:
      return fmt::format("{} {}between {} and {}{}", operand(0), negation, operand(1), operand(2),
                         node.zone ? " in " + source(node.zone->span) : "");
    case ast::ExprKind::kPath:
      return dotted(node.path);
    case ast::ExprKind::kLiteral:
      return source(node.literal.span);
    case ast::ExprKind::kList:
      return fmt::format("[{}]", flat(node.items));
  }
  return {};
}

// Recursion is bounded by the parser's limit on nesting.
Lines Printer::expression(const ast::Expr& node, std::size_t column) const {
  std::string whole = flat(node);
  if (fits(whole, column, node.span)) {
    return {{0, std::move(whole), node.span.begin, node.span.end}};
  }
  Lines lines;
  const std::size_t inner = column + (node.parenthesized ? 1 : 0);
  switch (node.kind) {
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd: {
      const std::string_view word = node.kind == ast::ExprKind::kOr ? "or " : "and ";
      for (const ast::Expr& part : node.operands) {
        const std::string_view prefix = lines.empty() ? "" : word;
        for (Line& line :
             behind(prefix, prefix.size(), 0, expression(part, inner + prefix.size()))) {
          lines.push_back(std::move(line));
        }
      }
      break;
    }
    case ast::ExprKind::kNot:
      lines = behind("not ", 4, 0, expression(node.operands.at(0), inner + 4));
      break;
    case ast::ExprKind::kIn:
      if (node.bracketed) {
        Span list = node.span;
        if (node.zone && !node.items.empty()) {
          list.end = writer_.find(']', node.items.back().span.end) + 1;
        }
        lines =
            enclosed(fmt::format("{} {}in ", flat(node.operands.at(0)), node.negated ? "not " : ""),
                     node.operands.at(0).span.end, node.items, '[', ']', list, inner);
        if (node.zone) {
          lines.back().text += " in " + source(node.zone->span);
          lines.back().end = node.span.end;
        }
        break;
      }
      [[fallthrough]];
    case ast::ExprKind::kCompare:
    case ast::ExprKind::kText:
    case ast::ExprKind::kBetween:
    case ast::ExprKind::kPath:
    case ast::ExprKind::kLiteral:
    case ast::ExprKind::kList:
      lines = {{0, flat_unparenthesized(node), node.span.begin, node.span.end}};
      break;
  }
  if (node.parenthesized) {
    lines = behind("(", 1, 0, std::move(lines));
    lines.back().text += ')';
  }
  return lines;
}

}  // namespace gate::compiler::format
