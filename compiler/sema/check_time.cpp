#include "compiler/sema/check_condition.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/posix_tz.h"
#include "compiler/sema/zones.h"

// Ages, days and times of day in tests.
namespace gate::compiler::sema {
namespace {

using ast::CompareOp;

constexpr std::uint16_t kMinutesOfDay = 24 * 60;

/// Days since 1970-01-01 of a date literal (year * 10000 + month * 100 + day).
std::int64_t day_number(std::int64_t date) {
  return days_from_civil(static_cast<int>(date / 10'000), static_cast<int>(date / 100 % 100),
                         static_cast<int>(date % 100));
}

}  // namespace

ConditionChecker::Checked ConditionChecker::built_in_number(std::string_view name, CompareOp op,
                                                            std::int64_t value) {
  return int_test(l_.builder.int_slot({std::string(name), false, false, 0}), op, value);
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
  return left.type() == FactType::kDuration ? built_in_number(left.text, op, *value)
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
    if (from >= to) {  // no time of any day, and still unknown while the time is unknown
      return negated_if(true, leaf(l_.builder.time_in({*zone, 0x7F, 0, kMinutesOfDay})));
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

const ir::Zone* ConditionChecker::zone_data_of(const ast::Expr& expr, const Subject& left) {
  if (expr.zone) {
    return l_.zone_data(expr.zone->value, expr.zone->span);
  }
  report_zone_assumed(expr, left);
  return l_.zone_data("UTC", expr.span);
}

ConditionChecker::Checked ConditionChecker::date_within(const ir::Zone* zone, std::int64_t first,
                                                        std::int64_t last) {
  if (zone == nullptr) {
    return std::nullopt;
  }
  const std::uint32_t now = l_.builder.int_slot({"now", false, false, 0});
  std::vector<ir::ExprId> bounds;
  if (first != kNoDay) {
    bounds.push_back(
        l_.builder.int_compare({now, ir::CompareOp::kGe, day_begins(*zone, day_number(first))}));
  }
  if (last != kNoDay) {
    bounds.push_back(
        l_.builder.int_compare({now, ir::CompareOp::kLt, day_begins(*zone, day_number(last) + 1)}));
  }
  Condition out;
  out.depth = 2;
  out.id = l_.builder.all_of(std::move(bounds));
  return out;
}

ConditionChecker::Checked ConditionChecker::compare_date(const Subject& left, CompareOp op,
                                                         const ast::Expr& right) {
  const auto day = number_of(right, left, ast::LiteralKind::kDate);
  if (!day) {
    return std::nullopt;
  }
  ast::Expr no_zone;
  no_zone.span = left.test;
  const ir::Zone* zone = zone_data_of(no_zone, left);
  switch (op) {
    case CompareOp::kEq:
    case CompareOp::kNe:
      return negated_if(op == CompareOp::kNe, date_within(zone, *day, *day));
    case CompareOp::kGe:
    case CompareOp::kLt:
      return negated_if(op == CompareOp::kLt, date_within(zone, *day, kNoDay));
    case CompareOp::kLe:
    case CompareOp::kGt:
      return negated_if(op == CompareOp::kGt, date_within(zone, kNoDay, *day));
  }
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::in_dates(const Subject& left, const ast::Expr& expr) {
  const ir::Zone* zone = zone_data_of(expr, left);
  std::vector<ir::ExprId> days;
  for (const ast::Item& item : expr.items) {
    const ast::Literal* literal = ast::literal_at(item, 0);
    if (literal == nullptr || literal->kind != ast::LiteralKind::kDate) {
      l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(), shown(item.atoms.front()));
      return std::nullopt;
    }
    ItemReader reader(item, l_.diagnostics);
    (void)reader.literal();
    if (!reader.finish()) {
      return std::nullopt;
    }
    const Checked day = date_within(zone, literal->value, literal->value);
    if (!day) {
      return std::nullopt;
    }
    days.push_back(day->id);
  }
  Condition out;
  out.depth = 3;
  out.id = l_.builder.any_of(std::move(days));
  return negated_if(expr.negated, out);
}

}  // namespace gate::compiler::sema
