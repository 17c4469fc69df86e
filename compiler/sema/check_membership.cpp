#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_condition.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/names.h"

// `in`.
namespace gate::compiler::sema {
namespace {

const ast::Literal* only_string(const ast::Item& item) {
  const ast::Literal* literal = ast::literal_at(item, 0);
  const bool only = item.atoms.size() == 1 && !item.has_arguments;
  return only && literal != nullptr && literal->kind == ast::LiteralKind::kString ? literal
                                                                                  : nullptr;
}

const ast::Name* only_word(const ast::Item& item) {
  return item.atoms.size() == 1 && !item.has_arguments ? ast::word_at(item, 0) : nullptr;
}

bool all_strings(std::span<const ast::Item> items) {
  return std::ranges::all_of(items,
                             [](const ast::Item& each) { return only_string(each) != nullptr; });
}

}  // namespace

ConditionChecker::Checked ConditionChecker::membership(const ast::Expr& expr) {
  const auto left = subject(expr.operands.front(), expr.span);
  if (!left) {
    return std::nullopt;
  }
  if (expr.items.empty()) {
    l_.diagnostics.report<Code::kEmptyList>(expr.span, "the list behind `in`");
    return std::nullopt;
  }
  return member_of(*left, expr);
}

ConditionChecker::Checked ConditionChecker::member_of(const Subject& left, const ast::Expr& expr) {
  const bool timed = left.signal == nullptr &&
                     (left.type() == FactType::kWeekday || left.type() == FactType::kDate);
  if (!timed && !refuse_zone(expr, left)) {
    return std::nullopt;
  }
  const auto refused = [](const ast::Item& item) { return item.until || item.because; };
  if (const auto found = std::ranges::find_if(expr.items, refused); found != expr.items.end()) {
    (void)refuse_modifiers(*found, l_.diagnostics);
    return std::nullopt;
  }
  if (left.signal != nullptr) {
    switch (left.signal->signal.type) {
      case SignalType::kInteger:
        return in_integers(left, expr);
      case SignalType::kText:
      case SignalType::kOneOf:
        return in_strings(left, expr);
      case SignalType::kBoolean:
        break;
    }
  } else {
    switch (left.type()) {
      case FactType::kWord:
      case FactType::kLevel:
        return in_words(left, expr);
      case FactType::kText:
      case FactType::kUserId:
      case FactType::kTenant:
        return in_strings(left, expr);
      case FactType::kUser:
        return in_users(left, expr);
      case FactType::kApp:
        return in_apps(left, expr);
      case FactType::kLocation:
        return in_places(left, expr);
      case FactType::kIp:
        return in_addresses(left, expr);
      case FactType::kCountry:
        return in_countries(left, expr);
      case FactType::kWeekday:
        return in_weekdays(left, expr);
      case FactType::kFlag:
      case FactType::kOptionalFlag:
      case FactType::kTextList:
      case FactType::kDuration:
      case FactType::kGroups:
      case FactType::kRoles:
      case FactType::kAppGroups:
      case FactType::kAction:
      case FactType::kContext:
      case FactType::kMethods:
      case FactType::kMethodAge:
      case FactType::kControls:
      case FactType::kInstant:
      case FactType::kTimeOfDay:
        break;
      case FactType::kDate:
        return in_dates(left, expr);
    }
  }
  auto report = l_.diagnostics.report<Code::kCannotBeMember>(
      left.span, fmt::format("`{}`, {},", left.text, left.kind()), "a list");
  if (left.signal == nullptr &&
      (left.type() == FactType::kMethods || left.type() == FactType::kTextList ||
       left.type() == FactType::kGroups || left.type() == FactType::kRoles)) {
    report.help(fmt::format("ask `{} contains …`", left.text));
  }
  return std::nullopt;
}

ConditionChecker::Checked ConditionChecker::in_words(const Subject& left, const ast::Expr& expr) {
  const ir::ContextFact fact = *left.fact.info->context;
  std::uint64_t values = 0;
  bool good = true;
  for (const ast::Item& item : expr.items) {
    const ast::Name* word = only_word(item);
    if (word == nullptr) {
      ItemReader reader(item, l_.diagnostics);
      if (reader.word() != nullptr) {
        (void)reader.finish();
      } else {
        l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(),
                                                   shown(item.atoms.front()));
      }
      good = false;
      continue;
    }
    const auto value = word_value(left, word->text, word->span);
    if (!value) {
      good = false;
      continue;
    }
    const std::uint64_t bit = std::uint64_t{1} << *value;
    if ((values & bit) != 0) {
      l_.diagnostics.report<Code::kDuplicateMember>(word->span, word->text);
    }
    values |= bit;
  }
  if (!good) {
    return std::nullopt;
  }
  if (!expr.negated) {
    warn_of_hole(left, values, expr.span);
  }
  std::uint64_t bits = 0;
  for (; values != 0; values &= values - 1) {
    bits |= ir::word_bits(fact, static_cast<unsigned>(std::countr_zero(values)));
  }
  return negated_if(expr.negated, context_leaf(fact, bits));
}

std::optional<std::vector<std::string>> ConditionChecker::strings_of(
    const Subject& left, std::span<const ast::Item> items) {
  std::vector<std::string> out;
  const bool one_of = left.signal != nullptr && left.signal->signal.type == SignalType::kOneOf;
  bool good = true;
  for (const ast::Item& item : items) {
    const ast::Literal* literal = only_string(item);
    const ast::Name* word = one_of ? only_word(item) : nullptr;
    if (literal == nullptr && word == nullptr) {
      const ast::Name* bare = only_word(item);
      auto report = l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(),
                                                               shown(item.atoms.front()));
      if (bare != nullptr) {
        report.fix(item.head, fmt::format("\"{}\"", bare->text), "text stands in quotation marks");
      }
      good = false;
      continue;
    }
    std::string value = literal != nullptr ? literal->text : std::string(word->text);
    if (one_of &&
        std::ranges::find(left.signal->signal.values, value) == left.signal->signal.values.end()) {
      l_.diagnostics.report<Code::kUnknownMember>(item.head, value, fmt::format("`{}`", left.text))
          .suggest(item.head, nearest(value, left.signal->signal.values));
      good = false;
      continue;
    }
    out.push_back(std::move(value));
  }
  return good ? std::optional(std::move(out)) : std::nullopt;
}

ConditionChecker::Checked ConditionChecker::test_strings(const Subject& left, ir::StringOp op,
                                                         std::vector<std::string> values) {
  const std::uint32_t slot = left.signal != nullptr
                                 ? l_.string_slot(*left.signal)
                                 : l_.builder.string_slot({left.text, false, false, {}});
  if (left.signal == nullptr && may_hold_several(left.fact.info->id)) {
    (void)l_.builder.list_slot(left.text);  // a slot of the same name: ir::list_slot_of
  }
  return leaf(l_.builder.string_test({slot, op, std::move(values)}));
}

ConditionChecker::Checked ConditionChecker::in_strings(const Subject& left, const ast::Expr& expr) {
  auto values = strings_of(left, expr.items);
  if (!values) {
    return std::nullopt;
  }
  if (left.signal != nullptr || left.type() == FactType::kText) {
    const Checked test = test_strings(left, ir::StringOp::kEquals, std::move(*values));
    return negated_if(expr.negated, left.signal == nullptr && test ? known(*test) : test);
  }
  ir::PrincipalSet set;
  if (left.type() == FactType::kTenant) {
    ir::GuestSelector guests{0x7E, {}};  // a member has no other home
    for (const std::string& value : *values) {
      guests.tenants.push_back(l_.builder.symbol(ir::SymbolKind::kTenant, value));
    }
    set.guests.push_back(std::move(guests));
  } else {
    for (const std::string& value : *values) {
      set.members.push_back(l_.builder.symbol(ir::SymbolKind::kUser, value));
      if (left.type() == FactType::kUserId) {  // the id of the principal, whatever kind
        set.members.push_back(l_.builder.symbol(ir::SymbolKind::kServicePrincipal, value));
      }
    }
  }
  return negated_if(expr.negated, known(leaf(l_.builder.principal_in(std::move(set)))));
}

ConditionChecker::Checked ConditionChecker::in_integers(const Subject& left,
                                                        const ast::Expr& expr) {
  std::vector<ir::ExprId> ids;
  for (const ast::Item& item : expr.items) {
    const ast::Literal* literal = ast::literal_at(item, 0);
    if (item.atoms.size() != 1 || literal == nullptr ||
        literal->kind != ast::LiteralKind::kInteger) {
      l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(), shown(item.atoms.front()));
      return std::nullopt;
    }
    ids.push_back(
        l_.builder.int_compare({l_.int_slot(*left.signal), ir::CompareOp::kEq, literal->value}));
  }
  Condition out;
  out.depth = 2;
  out.id = l_.builder.any_of(std::move(ids));
  return negated_if(expr.negated, out);
}

ConditionChecker::Checked ConditionChecker::in_users(const Subject& left, const ast::Expr& expr) {
  if (all_strings(expr.items)) {
    return in_strings(left, expr);
  }
  const auto who = l_.sets.users(expr.items);
  if (!who) {
    return std::nullopt;
  }
  add_reads(*who, expr.span, reads_);
  return negated_if(expr.negated, known(leaf(l_.builder.principal_in(l_.principal_set(*who)))));
}

ConditionChecker::Checked ConditionChecker::in_apps(const Subject& left, const ast::Expr& expr) {
  Apps apps;
  if (all_strings(expr.items)) {
    for (const ast::Item& item : expr.items) {
      apps.apps.push_back(only_string(item)->text);
    }
  } else {
    auto found = l_.sets.apps(expr.items);
    if (!found) {
      return std::nullopt;
    }
    apps = std::move(*found);
  }
  add_reads(apps, expr.span, reads_);
  if (apps.all) {
    l_.diagnostics.report<Code::kCannotBeMember>(left.span, "`app`", "all apps")
        .help("a condition tells some apps from others; leave it out");
    return std::nullopt;
  }
  return negated_if(expr.negated, known(leaf(l_.builder.app_in(l_.app_set(apps)))));
}

ConditionChecker::Checked ConditionChecker::of_location(const Places& places, std::string_view kind,
                                                        const ast::Expr& expr) {
  std::string name;
  for (const ast::Item& item : expr.items) {
    name += fmt::format("{}{}{}", name.empty() ? "" : ", ", kind, l_.sources.text(item.head));
  }
  std::vector<ir::ExprId> ways;
  const ResolvedLocations where = l_.resolved_locations(places, name);
  if (places.trusted && l_.trusted_locations().empty()) {
    l_.diagnostics.report<Code::kNothingTrusted>(expr.span);
  }
  if (!where.locations.empty()) {
    ways.push_back(l_.builder.location_in({where.locations}));
  }
  if (!where.gps_countries.empty()) {
    ir::StringSlot slot;
    slot.name = ir::kGpsCountrySignal;
    ways.push_back(l_.builder.string_test(
        {l_.builder.string_slot(slot), ir::StringOp::kEquals, where.gps_countries}));
  }
  Condition out{l_.builder.any_of(std::move(ways))};
  out.depth = 2;
  out.same_as = where.gps_countries.empty() ? out.id : Condition::kNoOther;
  return out;
}

ConditionChecker::Checked ConditionChecker::in_places(const Subject& left, const ast::Expr& expr) {
  (void)left;
  const auto places = l_.sets.places(expr.items);
  if (!places) {
    return std::nullopt;
  }
  add_reads(*places, l_.sets, expr.span, reads_);
  return negated_if(expr.negated, of_location(*places, "", expr));
}

ConditionChecker::Checked ConditionChecker::in_addresses(const Subject& left,
                                                         const ast::Expr& expr) {
  Places places;
  bool good = true;
  for (const ast::Item& item : expr.items) {
    const ast::Literal* text = only_string(item);
    if (text == nullptr) {
      const ast::Name* word = only_word(item);
      const Declared* set = word != nullptr ? l_.symbols.find(word->text) : nullptr;
      auto report = l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(),
                                                               shown(item.atoms.front()));
      if (set != nullptr && set->kind == NameKind::kLocations) {
        report.help(fmt::format("ask `location in {}`", word->text));
      }
      good = false;
      continue;
    }
    const auto range = read_cidr(text->text, text->span, l_.diagnostics);
    if (range) {
      places.ranges.push_back(*range);
    }
    good = range && good;
  }
  if (!good) {
    return std::nullopt;
  }
  return negated_if(expr.negated, of_location(places, "ip ", expr));
}

ConditionChecker::Checked ConditionChecker::in_countries(const Subject& left,
                                                         const ast::Expr& expr) {
  Places places;
  bool good = true;
  for (const ast::Item& item : expr.items) {
    const ast::Name* word = only_word(item);
    if (word == nullptr) {
      auto report = l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(),
                                                               shown(item.atoms.front()));
      if (const ast::Literal* text = only_string(item); text != nullptr && text->text.size() == 2) {
        std::string code = text->text;
        std::ranges::transform(code, code.begin(), [](char c) {
          return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        report.fix(item.head, code, "countries stand without quotation marks, in capital letters");
      }
      good = false;
      continue;
    }
    if (word->text == "unknown") {
      places.unknown_country = true;
      continue;
    }
    const Declared* set = l_.symbols.find(word->text);
    if (set != nullptr && set->kind == NameKind::kLocations) {
      l_.diagnostics.report<Code::kTypeMismatch>(item.head, left.kind(), shown(item.atoms.front()))
          .help(fmt::format("ask `location in {}`", word->text));
      good = false;
      continue;
    }
    const auto country = read_country(*word, l_.diagnostics);
    if (country) {
      places.countries.push_back(*country);
    }
    good = country && good;
  }
  if (!good) {
    return std::nullopt;
  }
  return negated_if(expr.negated, of_location(places, "country ", expr));
}

ConditionChecker::Checked ConditionChecker::in_weekdays(const Subject& left,
                                                        const ast::Expr& expr) {
  unsigned days = 0;
  bool good = true;
  for (const ast::Item& item : expr.items) {
    const ast::Name* word = only_word(item);
    const auto day = word != nullptr ? parse_weekday(word->text) : std::nullopt;
    if (!day) {
      l_.diagnostics
          .report<Code::kUnknownMember>(item.head, l_.sources.text(item.head), "`now.weekday`")
          .suggest(item.head,
                   word != nullptr ? nearest(word->text, weekday_words()) : std::string_view());
      good = false;
      continue;
    }
    days |= 1U << *day;
  }
  const auto zone = good ? zone_of(expr, left) : std::nullopt;
  if (!zone) {
    return std::nullopt;
  }
  return negated_if(expr.negated,
                    leaf(l_.builder.time_in({*zone, static_cast<std::uint8_t>(days), 0, 0})));
}

}  // namespace gate::compiler::sema
