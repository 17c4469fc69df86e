#include "compiler/sema/check_condition.h"

// Ages and times of day in comparisons.
namespace gate::compiler::sema {
namespace {

using ast::CompareOp;

constexpr std::int64_t kMinutesOfDay = 24 * 60;

}  // namespace

ConditionChecker::Checked ConditionChecker::session_age(CompareOp op, std::int64_t seconds) {
  return int_test(l_.builder.int_slot({"session_age", false, false, 0}), op, seconds);
}

ConditionChecker::Checked ConditionChecker::method_age(Method method, CompareOp op,
                                                       std::int64_t seconds) {
  // "Within d" is what the IR knows. A method that was not done has no age: positive tests fail.
  const MethodSet methods = MethodSet::of(method);
  const auto within = [&](std::int64_t age) {
    return age < 0 ? l_.builder.constant(false)
                   : l_.builder.method_done({methods, static_cast<std::uint32_t>(age)});
  };
  const auto done_but_not = [&](ir::ExprId recently) {
    return l_.builder.all_of({l_.builder.method_done({methods}), l_.builder.negate(recently)});
  };
  Condition out;
  out.depth = 3;
  switch (op) {
    case CompareOp::kLe:
      out.id = within(seconds);
      break;
    case CompareOp::kLt:
      out.id = within(seconds - 1);
      break;
    case CompareOp::kGt:
      out.id = done_but_not(within(seconds));
      break;
    case CompareOp::kGe:
      out.id = done_but_not(within(seconds - 1));
      break;
    case CompareOp::kEq:
    case CompareOp::kNe:
      out.id = l_.builder.all_of({within(seconds), l_.builder.negate(within(seconds - 1))});
      return negated_if(op == CompareOp::kNe, out);
  }
  return out;
}

ConditionChecker::Checked ConditionChecker::compare_age(const Subject& left, CompareOp op,
                                                        const ast::Expr& right) {
  const auto value = number_of(right, left, ast::LiteralKind::kDuration);
  if (!value) {
    return std::nullopt;
  }
  return left.type() == FactType::kDuration ? session_age(op, *value)
                                            : method_age(left.fact.method, op, *value);
}

ConditionChecker::Checked ConditionChecker::compare_time(const Subject& left, CompareOp op,
                                                         const ast::Expr& right) {
  const auto minute = number_of(right, left, ast::LiteralKind::kTime);
  if (!minute) {
    return std::nullopt;
  }
  ast::Expr no_zone;
  no_zone.span = left.test;
  const auto zone = zone_of(no_zone, left);
  const auto range = [&](std::int64_t from, std::int64_t to) -> Checked {
    if (from >= to) {
      return constant(false);
    }
    return leaf(l_.builder.time_in(
        {*zone, 0x7F, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to)}));
  };
  switch (op) {
    case CompareOp::kLt:
      return range(0, *minute);
    case CompareOp::kLe:
      return range(0, *minute + 1);
    case CompareOp::kGt:
      return range(*minute + 1, kMinutesOfDay);
    case CompareOp::kGe:
      return range(*minute, kMinutesOfDay);
    case CompareOp::kEq:
      return range(*minute, *minute + 1);
    case CompareOp::kNe:
      return negated_if(true, range(*minute, *minute + 1));
  }
  return std::nullopt;
}

}  // namespace gate::compiler::sema
