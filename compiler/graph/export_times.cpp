#include "compiler/graph/export_times.h"

#include <fmt/format.h>

#include "compiler/graph/export_context.h"
#include "compiler/graph/export_device.h"

namespace gate::graph {

namespace ast = compiler::ast;

namespace {

std::string minutes_text(const ast::Expr& operand) {
  const auto& literal = operand.literal;
  return operand.kind == ast::ExprKind::kLiteral && literal.kind == ast::LiteralKind::kTime
             ? fmt::format("{:02}:{:02}", literal.value / 60, literal.value % 60)
             : std::string();
}

std::optional<DayWindow> days_of(const ast::Expr& expr) {
  DayWindow out;
  out.zone = expr.zone ? expr.zone->value : "UTC";
  if (expr.kind == ast::ExprKind::kIn) {
    for (const auto& item : expr.items) {
      out.days.emplace_back(word_of(item, 0));
    }
  } else if (expr.kind == ast::ExprKind::kCompare && expr.compare == ast::CompareOp::kEq) {
    out.days.push_back(path_text(expr.operands[1]));
  }
  return out.days.empty() ? std::nullopt : std::optional(out);
}

std::optional<DayWindow> hours_of(const ast::Expr& expr) {
  DayWindow out;
  out.zone = expr.zone ? expr.zone->value : "UTC";
  out.start = minutes_text(expr.operands[1]);
  out.end = minutes_text(expr.operands[2]);
  return out.start.empty() || out.end.empty() ? std::nullopt : std::optional(out);
}

/// From an hour of some days to one of the days behind them.
std::optional<DayWindow> over_midnight(const ast::Expr& expr) {
  if (expr.operands.size() != 2) {
    return std::nullopt;
  }
  const auto before = window_of(expr.operands[0]);
  const auto behind = window_of(expr.operands[1]);
  if (!before || !behind || before->end != "00:00" || behind->start != "00:00" ||
      before->zone != behind->zone || behind->days != days_after(before->days) ||
      behind->end >= before->start) {
    return std::nullopt;
  }
  return DayWindow{before->days, before->start, behind->end, before->zone};
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
std::optional<DayWindow> window_of(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kAnd: {
      if (expr.operands.size() != 2 || expr.operands[0].negated || expr.operands[1].negated) {
        return std::nullopt;
      }
      const auto a = window_of(expr.operands[0]);
      const auto b = window_of(expr.operands[1]);
      return a && b ? both(*a, *b) : std::nullopt;
    }
    case ast::ExprKind::kOr:
      return over_midnight(expr);
    case ast::ExprKind::kIn:
    case ast::ExprKind::kCompare:
      return path_text(expr.operands.front()) == "now.weekday" ? days_of(expr) : std::nullopt;
    case ast::ExprKind::kBetween:
      return path_text(expr.operands.front()) == "now.time" ? hours_of(expr) : std::nullopt;
    case ast::ExprKind::kNot:
    case ast::ExprKind::kText:
    case ast::ExprKind::kPath:
    case ast::ExprKind::kLiteral:
    case ast::ExprKind::kList:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<DayWindow> both(const DayWindow& a, const DayWindow& b) {
  const bool apart = (a.days.empty() || b.days.empty()) && (a.start.empty() || b.start.empty());
  if (!apart || a.zone != b.zone) {
    return std::nullopt;
  }
  return DayWindow{a.days.empty() ? b.days : a.days, a.start.empty() ? b.start : a.start,
                   a.start.empty() ? b.end : a.end, a.zone};
}

void complete(Times& times) {
  for (auto* window : {&times.include, &times.exclude}) {
    if (*window && (*window)->days.empty()) {
      (*window)->days = {"monday", "tuesday",  "wednesday", "thursday",
                         "friday", "saturday", "sunday"};
    }
  }
}

}  // namespace gate::graph
