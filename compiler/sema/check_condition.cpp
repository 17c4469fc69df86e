#include "compiler/sema/check_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/names.h"

// NOLINTBEGIN(misc-no-recursion): bounded by the parser's limit on nesting, and by chains of `let`
namespace gate::compiler::sema {
namespace {

bool lacks_a_field(std::uint64_t words) {
  for (std::size_t i = 0; i < ir::kContextFactCount; ++i) {
    if ((words & ir::context_field(static_cast<ir::ContextFact>(i)).mask()) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Condition::never_holds() const {
  return lacks_a_field(may_hold);
}
bool Condition::always_holds() const {
  return lacks_a_field(may_fail);
}

std::string_view ConditionChecker::Subject::kind() const {
  if (signal == nullptr) {
    return describe(type());
  }
  switch (signal->signal.type) {
    case SignalType::kInteger:
      return "a whole number";
    case SignalType::kBoolean:
      return "true or false";
    case SignalType::kText:
      return "text";
    case SignalType::kOneOf:
      return "one of its values";
  }
  return "a value";
}

Condition ConditionChecker::leaf(ir::ExprId id) const {
  return Condition{id};
}

Condition ConditionChecker::known(Condition condition) {
  condition.same_as = condition.id;
  return condition;
}

Condition ConditionChecker::context_leaf(ir::ContextFact fact, std::uint64_t values) {
  const ir::ContextField field = ir::context_field(fact);
  Condition out{l_.builder.context_in(fact, values)};
  out.may_hold = ~field.mask() | values;
  out.may_fail = ~field.mask() | (field.mask() & ~values);
  return out;
}

Condition ConditionChecker::negated(Condition condition) {
  condition.id = l_.builder.negate(condition.id);
  condition.depth += 1;
  std::swap(condition.may_hold, condition.may_fail);
  condition.is_negated = !condition.is_negated;
  return condition;
}

ConditionChecker::Checked ConditionChecker::negated_if(bool wanted, Checked condition) {
  return wanted && condition ? Checked(negated(*condition)) : condition;
}

ConditionChecker::Checked ConditionChecker::constant(bool value) {
  Condition out{l_.builder.constant(value)};
  (value ? out.may_fail : out.may_hold) = 0;
  return out;
}

ConditionChecker::Checked ConditionChecker::check(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd:
      return connective(expr);
    case ast::ExprKind::kNot:
      return negated_if(true, check(expr.operands.front()));
    case ast::ExprKind::kCompare:
      return compare(expr);
    case ast::ExprKind::kIn:
      return membership(expr);
    case ast::ExprKind::kText:
      return text_test(expr);
    case ast::ExprKind::kBetween:
      return between(expr);
    case ast::ExprKind::kPath:
      return path_alone(expr);
    case ast::ExprKind::kLiteral:
      if (expr.literal.kind == ast::LiteralKind::kBoolean) {
        return constant(expr.literal.value != 0);
      }
      break;
    case ast::ExprKind::kList:
      break;
  }
  l_.diagnostics.report<Code::kNotACondition>(expr.span, described(expr));
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::connective(const ast::Expr& expr) {
  const bool conjunction = expr.kind == ast::ExprKind::kAnd;
  std::vector<ir::ExprId> ids;
  Condition out;
  out.depth = 0;
  out.may_hold = conjunction ? ~std::uint64_t{0} : 0;
  out.may_fail = conjunction ? 0 : ~std::uint64_t{0};
  bool good = true;
  std::vector<Condition> parts;
  bool opposites = false;  // a test beside its own negation
  for (const ast::Expr& operand : expr.operands) {
    const Checked part = check(operand);
    if (!part) {
      good = false;
      continue;
    }
    opposites = opposites || std::ranges::any_of(parts, [&](const Condition& other) {
                  return part->same_as != Condition::kNoOther && part->same_as == other.same_as &&
                         part->is_negated != other.is_negated;
                });
    parts.push_back(*part);
    ids.push_back(part->id);
    out.depth = std::max(out.depth, part->depth);
    out.may_hold = conjunction ? out.may_hold & part->may_hold : out.may_hold | part->may_hold;
    out.may_fail = conjunction ? out.may_fail | part->may_fail : out.may_fail & part->may_fail;
  }
  const auto bare_and = [](const ast::Expr& e) {
    return e.kind == ast::ExprKind::kAnd && !e.parenthesized;
  };
  if (!conjunction && std::ranges::any_of(expr.operands, bare_and)) {
    const auto first = std::ranges::find_if(expr.operands, bare_and);
    auto report = l_.diagnostics.report<Code::kMixedAndOr>(first->span);
    for (const ast::Expr& operand : expr.operands) {
      if (bare_and(operand)) {
        report.fix(operand.span, fmt::format("({})", l_.sources.text(operand.span)),
                   "put the `and` in parentheses");
      }
    }
  }
  if (!good) {
    return std::nullopt;
  }
  if (opposites) {
    (conjunction ? out.may_hold : out.may_fail) = 0;
  }
  out.depth += 1;
  out.id = conjunction ? l_.builder.all_of(std::move(ids)) : l_.builder.any_of(std::move(ids));
  return out;
}

ConditionChecker::Checked ConditionChecker::path_alone(const ast::Expr& expr) {
  if (expr.path.size() == 1) {
    const Declared* declared = l_.symbols.find(expr.path.front().text);
    if (declared != nullptr && declared->kind == NameKind::kLet && declared->let != nullptr) {
      Checked value = let(*declared);
      reads_of_let(*declared, expr.span);
      return value;
    }
  }
  const auto found = subject(expr, expr.span);
  if (!found) {
    return std::nullopt;
  }
  if (found->signal != nullptr) {
    if (found->signal->signal.type == SignalType::kBoolean) {
      return leaf(l_.builder.bool_signal(l_.bool_slot(*found->signal)));
    }
  } else if (found->type() == FactType::kFlag || found->type() == FactType::kOptionalFlag) {
    const ir::ContextFact fact = *found->fact.info->context;
    return context_leaf(fact, ir::context_field(fact).bit(*value_of(fact, "true")));
  } else if (found->type() == FactType::kMethodAge) {
    return leaf(l_.builder.method_done({MethodSet::of(found->fact.method)}));
  }
  l_.diagnostics
      .report<Code::kNotACondition>(expr.span, fmt::format("`{}`, {}", found->text, found->kind()))
      .label("compare it with a value");
  return std::nullopt;
}

void ConditionChecker::reads_of_let(const Declared& declared, Span use) {
  const auto found = lets_.find(&declared);
  if (found == lets_.end()) {
    return;
  }
  for (const FactRead& each : found->second.reads) {
    reads_.push_back(
        {each.fact, use, declared.name, each.via.empty() ? each.place : each.at, each.name});
  }
}

ConditionChecker::Checked ConditionChecker::let(const Declared& declared) {
  if (const auto found = lets_.find(&declared); found != lets_.end()) {
    return found->second.value;
  }
  if (const auto begin = std::ranges::find(open_lets_, &declared); begin != open_lets_.end()) {
    std::string chain;
    for (auto it = begin; it != open_lets_.end(); ++it) {
      chain += fmt::format("`{}` needs ", (*it)->name);
    }
    l_.diagnostics.report<Code::kCyclicDefinition>(declared.span, declared.name)
        .note(fmt::format("{}`{}`", chain, declared.name));
    return std::nullopt;
  }
  if (open_lets_.size() == ir::kExprDepthMax) {
    if (!std::exchange(chain_reported_, true)) {
      l_.diagnostics.report<Code::kTooDeep>(declared.span, ir::kExprDepthMax)
          .label("the end of a chain of `let`, which are nested too");
    }
    return std::nullopt;
  }
  open_lets_.push_back(&declared);
  FactReads outside = take_reads();
  Checked value = check(declared.let->value);
  FactReads reads = std::exchange(reads_, std::move(outside));
  open_lets_.pop_back();
  if (value && value->depth > ir::kExprDepthMax) {
    l_.diagnostics.report<Code::kTooDeep>(declared.let->value.span, ir::kExprDepthMax);
    value = std::nullopt;
  }
  lets_.emplace(&declared, LetState{true, value, std::move(reads)});
  return value;
}

void ConditionChecker::check_lets() {
  for (const Declared& each : l_.symbols.all()) {
    if (each.let != nullptr) {
      (void)let(each);
    }
  }
}

std::optional<ConditionChecker::Subject> ConditionChecker::subject(const ast::Expr& expr,
                                                                   Span test) {
  if (expr.kind != ast::ExprKind::kPath) {
    l_.diagnostics.report<Code::kNotACondition>(expr.span, described(expr))
        .label("a test begins with a fact");
    return std::nullopt;
  }
  const std::string text = path_text(expr.path);
  if (const auto fact = find_fact(text)) {
    Subject out{*fact, nullptr, text, expr.span, test};
    if (!usable(out)) {
      return std::nullopt;
    }
    if (fact->info->id != FactId::kLocation) {  // known by others: in_places()
      reads_.push_back({fact->info->id, expr.span, {}, {}});
    }
    return out;
  }
  if (expr.path.size() == 1) {
    if (const Declared* declared = l_.symbols.find(text)) {
      return subject_named(expr, *declared, test);
    }
  }
  report_unknown_fact(expr);
  return std::nullopt;
}

std::optional<ConditionChecker::Subject> ConditionChecker::subject_named(const ast::Expr& expr,
                                                                         const Declared& declared,
                                                                         Span test) {
  if (declared.span.end == 0 || (declared.kind == NameKind::kSignal && declared.damaged)) {
    return std::nullopt;
  }
  if (declared.kind == NameKind::kSignal) {
    reads_.push_back(
        {FactId::kUser, expr.span, {}, {}, fmt::format("{}{}", kSignalPrefix, declared.name)});
    return Subject{{}, &declared, std::string(declared.name), expr.span, test};
  }
  l_.diagnostics
      .report<Code::kWrongKindOfName>(expr.span, declared.name, describe(declared.kind), "a fact")
      .related(declared.span, "declared here");
  return std::nullopt;
}

void ConditionChecker::report_unknown_fact(const ast::Expr& expr) {
  const std::string text = path_text(expr.path);
  const std::string_view head = expr.path.front().text;
  if (expr.path.size() > 1 && (has_attributes(head) || find_fact(head))) {
    const Span rest = join(expr.path[1].span, expr.path.back().span);
    const std::string attribute = path_text(std::span(expr.path).subspan(1));
    l_.diagnostics.report<Code::kUnknownAttribute>(rest, head, attribute)
        .suggest(rest, nearest(attribute, attribute_names(head, FactUse::kCondition)));
    return;
  }
  if (l_.symbols.incomplete() && expr.path.size() == 1) {
    return;
  }
  if (has_attributes(head)) {  // `device` alone
    const auto attributes = attribute_names(head, FactUse::kCondition);
    l_.diagnostics.report<Code::kMissingArgument>(
        expr.span, text,
        fmt::format("an attribute, such as `{}.{}`", head,
                    attributes.empty() ? "…" : attributes.front()));
    return;
  }
  std::vector<std::string_view> candidates = fact_names(FactUse::kCondition);
  for (const NameKind kind : {NameKind::kSignal, NameKind::kLet}) {
    const auto names = l_.symbols.names(kind);
    candidates.insert(candidates.end(), names.begin(), names.end());
  }
  l_.diagnostics.report<Code::kUnknownFact>(expr.span, text)
      .suggest(expr.span, nearest(text, candidates));
}

bool ConditionChecker::usable(const Subject& subject) {
  if (allows(subject.fact.info->use, FactUse::kCondition)) {
    const FactType type = subject.type();
    if (type == FactType::kAction || type == FactType::kContext) {
      l_.diagnostics.report<Code::kAskedByTarget>(subject.span, subject.text)
          .help(type == FactType::kAction ? "write `target include action register_device`"
                                          : "write `target include context Payment`");
      return false;
    }
    return true;
  }
  if (subject.fact.info->id == FactId::kNow) {
    l_.diagnostics.report<Code::kMissingArgument>(
        subject.span, "now", "an attribute: `now.weekday`, `now.time` or `now.date`");
  } else {
    auto report = l_.diagnostics.report<Code::kUnknownWord>(
        subject.span, subject.text, "a fact that conditions can use: only tests give it");
    if (subject.fact.info->id == FactId::kGpsCountry) {
      report.help("ask `location in [gps country AT]`");
    }
  }
  return false;
}

void ConditionChecker::mismatch(const Subject& left, const ast::Expr& right) {
  auto report =
      l_.diagnostics.report<Code::kTypeMismatch>(right.span, left.kind(), described(right));
  report.label(fmt::format("`{}` is {}", left.text, left.kind()));
  const bool text = left.signal != nullptr
                        ? left.signal->signal.type == SignalType::kText
                        : left.type() == FactType::kText || left.type() == FactType::kUserId;
  const bool duration = left.signal == nullptr &&
                        (left.type() == FactType::kDuration || left.type() == FactType::kMethodAge);
  if (duration && right.kind == ast::ExprKind::kLiteral &&
      right.literal.kind == ast::LiteralKind::kInteger) {
    report.help("durations have a unit: `30s`, `15m`, `4h`, `7d`");
  } else if (text && right.kind == ast::ExprKind::kPath && right.path.size() == 1) {
    report.fix(right.span, fmt::format("\"{}\"", right.path.front().text),
               "text stands in quotation marks");
  }
}

std::optional<std::uint8_t> ConditionChecker::word_value(const Subject& left, std::string_view word,
                                                         Span place) {
  const ir::ContextFact fact = *left.fact.info->context;
  if (const auto value = value_of(fact, word)) {
    return value;
  }
  std::vector<std::string_view> candidates;
  std::string all;
  for (const FactWord& each : words_of(fact)) {
    candidates.push_back(each.text);
    all += fmt::format("{}{}", all.empty() ? "" : ", ", each.text);
  }
  l_.diagnostics.report<Code::kUnknownMember>(place, word, fmt::format("`{}`", left.text))
      .label(all)
      .suggest(place, nearest(word, candidates));
  return std::nullopt;
}

void ConditionChecker::warn_of_hole(const Subject& left, std::uint64_t values, Span place) {
  if (left.type() != FactType::kLevel) {
    return;
  }
  const auto words = words_of(*left.fact.info->context);  // ordered, `none` first
  const auto has = [values](std::size_t level) { return (values >> level & 1) != 0; };
  std::size_t lowest = 1;
  while (lowest < words.size() && !has(lowest)) {
    ++lowest;
  }
  for (std::size_t level = lowest; level < words.size(); ++level) {
    if (!has(level)) {
      l_.diagnostics.report<Code::kRiskSetWithHole>(place, words[level].text, words[lowest].text)
          .help(fmt::format("to mean this level and all above: `{} >= {}`", left.text,
                            words[lowest].text));
      return;
    }
  }
}

bool ConditionChecker::refuse_zone(const ast::Expr& expr, const Subject& left) {
  if (expr.zone) {
    l_.diagnostics.report<Code::kUnexpectedArgument>(expr.zone->span, left.text, "time zone");
  }
  return !expr.zone;
}

std::optional<std::uint32_t> ConditionChecker::zone_of(const ast::Expr& expr, const Subject& left) {
  if (expr.zone) {
    return l_.zone(expr.zone->value, expr.zone->span);
  }
  report_zone_assumed(expr, left);
  return l_.zone("UTC", expr.span);
}

void ConditionChecker::report_zone_assumed(const ast::Expr& expr, const Subject& left) {
  const std::string_view with_zone =
      left.type() == FactType::kTimeOfDay ? "now.time between 22:00 and 06:00"
      : left.type() == FactType::kDate    ? "now.date between 2026-12-24 and 2026-12-26"
                                          : "now.weekday in [saturday, sunday]";
  l_.diagnostics.report<Code::kZoneAssumed>(expr.span, left.text)
      .label("read in UTC")
      .help(fmt::format("name the zone: `{} in \"Europe/Vienna\"`", with_zone));
}

}  // namespace gate::compiler::sema
// NOLINTEND(misc-no-recursion)
