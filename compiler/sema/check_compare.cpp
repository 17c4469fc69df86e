#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_condition.h"

// `==`, `<` … and `between`.
namespace gate::compiler::sema {
namespace {

using ast::CompareOp;

ir::CompareOp ir_op(CompareOp op) {
  switch (op) {
    case CompareOp::kEq:
      return ir::CompareOp::kEq;
    case CompareOp::kNe:
      return ir::CompareOp::kNe;
    case CompareOp::kLt:
      return ir::CompareOp::kLt;
    case CompareOp::kLe:
      return ir::CompareOp::kLe;
    case CompareOp::kGt:
      return ir::CompareOp::kGt;
    case CompareOp::kGe:
      return ir::CompareOp::kGe;
  }
  return ir::CompareOp::kEq;
}

/// `5 < amount` is `amount > 5`.
CompareOp mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLt:
      return CompareOp::kGt;
    case CompareOp::kLe:
      return CompareOp::kGe;
    case CompareOp::kGt:
      return CompareOp::kLt;
    case CompareOp::kGe:
      return CompareOp::kLe;
    case CompareOp::kEq:
    case CompareOp::kNe:
      break;
  }
  return op;
}

bool is_equality(CompareOp op) {
  return op == CompareOp::kEq || op == CompareOp::kNe;
}

/// A word standing where a value is expected, or empty.
std::string_view word_of(const ast::Expr& right) {
  return right.kind == ast::ExprKind::kPath && right.path.size() == 1 ? right.path.front().text
                                                                      : std::string_view();
}

/// The values of a fact that compare so with one of them.
std::uint64_t values_by_order(ir::ContextFact fact, CompareOp op, std::uint8_t value) {
  const ir::ContextField field = ir::context_field(fact);
  std::uint64_t out = 0;
  for (std::uint8_t each = 0; each < field.width; ++each) {
    const bool in = op == CompareOp::kLt   ? each < value
                    : op == CompareOp::kLe ? each <= value
                    : op == CompareOp::kGt ? each > value
                                           : each >= value;
    out |= in ? field.bit(each) : 0;
  }
  return out;
}

}  // namespace

ConditionChecker::Checked ConditionChecker::compare(const ast::Expr& expr) {
  const ast::Expr* left_expr = &expr.operands[0];
  const ast::Expr* right = &expr.operands[1];
  CompareOp op = expr.compare;
  const std::string_view word = word_of(*left_expr);
  const bool value_first = left_expr->kind == ast::ExprKind::kLiteral ||
                           (!word.empty() && !find_fact(word) && l_.symbols.find(word) == nullptr);
  if (value_first && right->kind == ast::ExprKind::kPath &&
      (find_fact(path_text(right->path)) || l_.symbols.find(path_text(right->path)) != nullptr)) {
    std::swap(left_expr, right);
    op = mirrored(op);
  }
  const auto left = subject(*left_expr, expr.span);
  if (!left) {
    return std::nullopt;
  }
  if (right->kind == ast::ExprKind::kList) {
    mismatch(*left, *right);
    return std::nullopt;
  }
  const auto no_order = [&] {
    l_.diagnostics.report<Code::kNoOrder>(expr.op_span, fmt::format("`{}`", left->text),
                                          ast::spelling(op));
    return std::nullopt;
  };
  const bool ordered = left->signal != nullptr ? left->signal->signal.type == SignalType::kInteger
                                               : left->type() == FactType::kLevel ||
                                                     left->type() == FactType::kDuration ||
                                                     left->type() == FactType::kMethodAge ||
                                                     left->type() == FactType::kTimeOfDay ||
                                                     left->type() == FactType::kDate;
  if (!ordered && !is_equality(op)) {
    return no_order();
  }
  return left->signal != nullptr ? compare_signal(*left, op, *right)
                                 : compare_fact(*left, op, *right);
}

ConditionChecker::Checked ConditionChecker::absence(const Subject& left, CompareOp op) {
  Checked out;
  if (left.type() == FactType::kText) {
    // Every text begins with nothing, and no absent one begins with anything.
    out = negated_if(true, test_strings(left, ir::StringOp::kStartsWith, {""}));
  } else {
    const ir::ContextFact fact = *left.fact.info->context;
    out = context_leaf(fact, ir::context_field(fact).bit(0));  // `absent` is the first of each
  }
  return negated_if(op == CompareOp::kNe, out);
}

ConditionChecker::Checked ConditionChecker::compare_fact(const Subject& left, CompareOp op,
                                                         const ast::Expr& right) {
  const bool may_be_absent = left.type() == FactType::kText ||
                             left.type() == FactType::kOptionalFlag ||
                             left.fact.info->id == FactId::kDeviceTrustType ||
                             left.fact.info->id == FactId::kDeviceOwnership;
  if (may_be_absent && is_equality(op) && word_of(right) == "absent") {
    return absence(left, op);
  }
  switch (left.type()) {
    case FactType::kWord:
    case FactType::kLevel:
    case FactType::kFlag:
    case FactType::kOptionalFlag:
      return compare_word(left, op, right);
    case FactType::kText:
    case FactType::kUser:
    case FactType::kUserId:
    case FactType::kTenant:
    case FactType::kApp:
    case FactType::kIp:
      return compare_string(left, op, right);
    case FactType::kDuration:
    case FactType::kMethodAge:
      return compare_age(left, op, right);
    case FactType::kTimeOfDay:
      return compare_time(left, op, right);
    case FactType::kCountry:
    case FactType::kWeekday:
    case FactType::kLocation:
      return equality_as_membership(left, op, right);
    case FactType::kTextList:
    case FactType::kGroups:
    case FactType::kRoles:
    case FactType::kAppGroups:
    case FactType::kMethods:
    case FactType::kControls:
    case FactType::kAction:
    case FactType::kContext:
    case FactType::kInstant:
      break;
    case FactType::kDate:
      return compare_date(left, op, right);
  }
  l_.diagnostics.report<Code::kTypeMismatch>(right.span, left.kind(), described(right))
      .help(fmt::format("ask `{} contains …`", left.text));
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::compare_word(const Subject& left, CompareOp op,
                                                         const ast::Expr& right) {
  const ir::ContextFact fact = *left.fact.info->context;
  std::string_view word = word_of(right);
  if (right.kind == ast::ExprKind::kLiteral && right.literal.kind == ast::LiteralKind::kBoolean &&
      (left.type() == FactType::kFlag || left.type() == FactType::kOptionalFlag)) {
    word = right.literal.value != 0 ? "true" : "false";
  }
  if (word.empty()) {
    auto report =
        l_.diagnostics.report<Code::kTypeMismatch>(right.span, left.kind(), described(right));
    report.label(fmt::format("`{}` is {}", left.text, left.kind()));
    if (right.kind == ast::ExprKind::kLiteral && value_of(fact, right.literal.text)) {
      report.fix(right.span, right.literal.text, "words stand without quotation marks");
    }
    return std::nullopt;
  }
  const auto value = word_value(left, word, right.span);
  if (!value) {
    return std::nullopt;
  }
  const std::uint64_t one = ir::word_bits(fact, *value);
  if (op == CompareOp::kNe) {
    return negated(context_leaf(fact, one));
  }
  if (op == CompareOp::kEq) {
    warn_of_hole(left, std::uint64_t{1} << *value, left.test);
    return context_leaf(fact, one);
  }
  return context_leaf(fact, values_by_order(fact, op, *value));
}

std::optional<std::int64_t> ConditionChecker::number_of(const ast::Expr& right, const Subject& left,
                                                        ast::LiteralKind kind) {
  if (right.kind == ast::ExprKind::kLiteral && right.literal.kind == kind) {
    return right.literal.value;
  }
  mismatch(left, right);
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::int_test(std::uint32_t slot, CompareOp op,
                                                     std::int64_t value) {
  return leaf(l_.builder.int_compare({slot, ir_op(op), value}));
}

ConditionChecker::Checked ConditionChecker::compare_signal(const Subject& left, CompareOp op,
                                                           const ast::Expr& right) {
  const SignalInfo& signal = left.signal->signal;
  switch (signal.type) {
    case SignalType::kInteger: {
      const auto value = number_of(right, left, ast::LiteralKind::kInteger);
      return value ? int_test(l_.int_slot(*left.signal), op, *value) : std::nullopt;
    }
    case SignalType::kBoolean: {
      const auto value = number_of(right, left, ast::LiteralKind::kBoolean);
      if (!value) {
        return std::nullopt;
      }
      const Condition yes = leaf(l_.builder.bool_signal(l_.bool_slot(*left.signal)));
      return negated_if((*value == 0) != (op == CompareOp::kNe), yes);
    }
    case SignalType::kText:
    case SignalType::kOneOf:
      return compare_string(left, op, right);
  }
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::compare_string(const Subject& left, CompareOp op,
                                                           const ast::Expr& right) {
  const bool literal =
      right.kind == ast::ExprKind::kLiteral && right.literal.kind == ast::LiteralKind::kString;
  const bool word = left.signal != nullptr && left.signal->signal.type == SignalType::kOneOf &&
                    !word_of(right).empty();
  if (!literal && !word) {
    mismatch(left, right);
    return std::nullopt;
  }
  return equality_as_membership(left, op, right);
}

ConditionChecker::Checked ConditionChecker::equality_as_membership(const Subject& left,
                                                                   CompareOp op,
                                                                   const ast::Expr& right) {
  // `country == AT` is `country in [AT]`: the same look-up, the same messages.
  ast::Expr in;
  in.kind = ast::ExprKind::kIn;
  in.span = left.test;
  in.op_span = in.span;
  in.negated = op == CompareOp::kNe;
  in.bracketed = true;
  ast::Item item;
  item.head = right.span;
  item.span = right.span;
  if (right.kind == ast::ExprKind::kLiteral) {
    item.atoms.emplace_back(right.literal);
  } else if (!word_of(right).empty()) {
    item.atoms.emplace_back(right.path.front());
  } else {
    mismatch(left, right);
    return std::nullopt;
  }
  in.items.push_back(std::move(item));
  return member_of(left, in);
}

ConditionChecker::Checked ConditionChecker::between(const ast::Expr& expr) {
  const auto left = subject(expr.operands[0], expr.span);
  if (!left) {
    return std::nullopt;
  }
  const ast::Expr& low = expr.operands[1];
  const ast::Expr& high = expr.operands[2];
  if (left->signal == nullptr && left->type() == FactType::kTimeOfDay) {
    const auto from = number_of(low, *left, ast::LiteralKind::kTime);
    const auto to = number_of(high, *left, ast::LiteralKind::kTime);
    const auto zone = zone_of(expr, *left);
    if (!from || !to || !zone) {
      return std::nullopt;
    }
    return negated_if(expr.negated,
                      leaf(l_.builder.time_in({*zone, 0x7F, static_cast<std::uint16_t>(*from),
                                               static_cast<std::uint16_t>(*to)})));
  }
  if (left->signal == nullptr && left->type() == FactType::kDate) {
    const auto from = number_of(low, *left, ast::LiteralKind::kDate);
    const auto to = number_of(high, *left, ast::LiteralKind::kDate);
    if (!from || !to) {
      return std::nullopt;
    }
    if (*from > *to) {
      l_.diagnostics.report<Code::kNeverHolds>(expr.span).label("the first day is the later one");
    }
    return negated_if(expr.negated, date_within(zone_data_of(expr, *left), *from, *to));
  }
  const bool integer = left->signal != nullptr && left->signal->signal.type == SignalType::kInteger;
  const bool age = left->signal == nullptr &&
                   (left->type() == FactType::kDuration || left->type() == FactType::kMethodAge);
  const bool level = left->signal == nullptr && left->type() == FactType::kLevel;
  if (!integer && !age && !level) {
    l_.diagnostics.report<Code::kNoOrder>(expr.op_span, fmt::format("`{}`", left->text), "between");
    return std::nullopt;
  }
  if (!refuse_zone(expr, *left)) {
    return std::nullopt;
  }
  const auto bound = [&](CompareOp op, const ast::Expr& value) {
    return left->signal != nullptr ? compare_signal(*left, op, value)
                                   : compare_fact(*left, op, value);
  };
  const Checked at_least = bound(CompareOp::kGe, low);
  const Checked at_most = bound(CompareOp::kLe, high);
  if (!at_least || !at_most) {
    return std::nullopt;
  }
  if (low.kind == ast::ExprKind::kLiteral && low.literal.value > high.literal.value) {
    l_.diagnostics.report<Code::kNeverHolds>(expr.span).label("the first bound is the higher one");
  }
  Condition out;
  out.depth = std::max(at_least->depth, at_most->depth) + 1;
  out.id = l_.builder.all_of({at_least->id, at_most->id});
  out.may_hold = at_least->may_hold & at_most->may_hold;
  out.may_fail = at_least->may_fail | at_most->may_fail;
  return negated_if(expr.negated, out);
}

}  // namespace gate::compiler::sema
