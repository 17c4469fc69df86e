#include "compiler/sema/given_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/given_values.h"
#include "runtime/ir/context_facts.h"
#include "runtime/request/validate.h"

namespace gate::compiler::sema {
namespace {

bool describes_device(FactId id) {
  return info_of(id).path.starts_with("device.") && id != FactId::kDeviceRegistered &&
         id != FactId::kDeviceReportedLost && id != FactId::kDeviceFirstSeen;
}

/// What a test says instead of facts that only conditions have.
std::string_view stands_for(FactId id) {
  const FactType type = info_of(id).type;
  if (type == FactType::kLocation) {
    return "a location follows from `ip` and `country`: give those";
  }
  if (type == FactType::kUserId) {
    return "give `user \"…\"`";
  }
  if (type == FactType::kMethodAge) {
    return "give `completed [password 10m]`";
  }
  return "give the moment: `now \"2026-11-25T10:00:00Z\"`";
}

}  // namespace

void GivenFacts::add(const StatedFact& fact) {
  good_ = enter(fact) && good_;
}

bool GivenFacts::enter(const StatedFact& fact) {
  const std::string path = path_text(fact.path);
  const auto found = find_fact(path);
  const Declared* name =
      !found && fact.path.size() == 1 ? symbols_->find(fact.path.front().text) : nullptr;
  if (!found && name == nullptr) {
    return report_unknown(fact, path);
  }
  if (!enter_twice(fact, path)) {
    return false;
  }
  const bool grouped =
      found && (found->info->type == FactType::kUser || found->info->type == FactType::kApp);
  if (!fact.membership.empty() && !grouped) {
    diagnostics_->report<Code::kCannotBeMember>(fact.path_span, fmt::format("`{}`", path),
                                                "a set in a test: only `user` and `app` can");
    return false;
  }
  if (found) {
    return set_built_in(fact, *found->info);
  }
  if (name->span.end == 0 || (name->kind == NameKind::kSignal && name->damaged)) {
    return false;  // its declaration is wrong, and that was said there
  }
  if (name->kind != NameKind::kSignal) {
    diagnostics_
        ->report<Code::kWrongKindOfName>(fact.path_span, path, describe(name->kind),
                                         "a fact or a signal")
        .related(name->span, "declared here");
    return false;
  }
  return set_signal(fact, *name);
}

bool GivenFacts::enter_twice(const StatedFact& fact, std::string_view path) {
  const auto first = std::ranges::find(given_, path, &std::pair<std::string, Span>::first);
  if (first != given_.end()) {
    diagnostics_->report<Code::kFactGivenTwice>(fact.path_span, path)
        .related(first->second, "the first one");
    return false;
  }
  given_.emplace_back(path, fact.path_span);
  return true;
}

bool GivenFacts::report_unknown(const StatedFact& fact, std::string_view path) {
  if (symbols_->incomplete()) {
    return false;  // the signal may be declared in the file that could not be read
  }
  const std::string_view head = fact.path.front().text;
  if (fact.path.size() > 1 && has_attributes(head)) {
    const Span place = join(fact.path[1].span, fact.path.back().span);
    const std::string rest(path.substr(head.size() + 1));
    const auto known = attribute_names(head, FactUse::kGiven);
    diagnostics_->report<Code::kUnknownAttribute>(place, head, rest)
        .suggest(place, nearest(rest, known));
    return false;
  }
  std::vector<std::string_view> known = fact_names(FactUse::kGiven);
  const auto signals = symbols_->names(NameKind::kSignal);
  known.insert(known.end(), signals.begin(), signals.end());
  diagnostics_->report<Code::kUnknownFact>(fact.path_span, path)
      .suggest(fact.path_span, nearest(path, known));
  return false;
}

bool GivenFacts::set_built_in(const StatedFact& fact, const FactInfo& info) {
  if (!allows(info.use, FactUse::kGiven)) {
    diagnostics_
        ->report<Code::kUnknownWord>(fact.path_span, path_text(fact.path),
                                     "a fact that a test can give")
        .help(std::string(stands_for(info.id)));
    return false;
  }
  device_described_ = device_described_ || (describes_device(info.id) && !is_unknown(fact.value));
  switch (info.type) {
    case FactType::kWord:
    case FactType::kLevel:
      return set_word(fact, info);
    case FactType::kFlag:
    case FactType::kOptionalFlag:
      return set_flag(fact, info);
    case FactType::kUser:
      return set_user(fact);
    case FactType::kApp:
    case FactType::kAction:
    case FactType::kContext:
      return set_target(fact, info);
    case FactType::kIp:
    case FactType::kCountry:
      return set_place(fact, info);
    case FactType::kMethods:
      return set_methods(fact);
    case FactType::kControls:
      return set_controls(fact);
    case FactType::kTextList:
    case FactType::kGroups:
    case FactType::kRoles:
    case FactType::kAppGroups:
      return set_list(fact, info);
    case FactType::kText:
      return fact.value != nullptr && fact.value->kind == ast::ExprKind::kList &&
                     may_hold_several(info.id)
                 ? set_list(fact, info)
                 : set_text(fact, info);
    case FactType::kTenant:
    case FactType::kDuration:
    case FactType::kInstant:
      return set_text(fact, info);
    case FactType::kUserId:
    case FactType::kLocation:
    case FactType::kMethodAge:
    case FactType::kWeekday:
    case FactType::kTimeOfDay:
    case FactType::kDate:
      break;  // conditions only
  }
  return false;
}

bool GivenFacts::set_word(const StatedFact& fact, const FactInfo& info) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, info.path, describe(info.type), *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  if (info.type == FactType::kWord && is_unknown(value)) {
    return true;
  }
  const auto word = read_word(*value, info.path, describe(info.type), *diagnostics_);
  if (!word) {
    return false;
  }
  const auto number = value_of(*info.context, word->text);
  if (!number) {
    std::vector<std::string_view> known;
    for (const FactWord& each : words_of(*info.context)) {
      known.push_back(each.text);
    }
    diagnostics_
        ->report<Code::kUnknownMember>(value->span, word->text, fmt::format("`{}`", info.path))
        .suggest(value->span, nearest(word->text, known));
    return false;
  }
  kind_given_ = kind_given_ || info.id == FactId::kUserKind;
  assign(info, *number);
  return true;
}

bool GivenFacts::set_flag(const StatedFact& fact, const FactInfo& info) {
  if (is_unknown(fact.value) && info.type == FactType::kOptionalFlag) {
    return true;
  }
  bool truth = true;
  if (fact.value != nullptr) {
    const auto read =
        read_number(*fact.value, ast::LiteralKind::kBoolean, info.path, *diagnostics_);
    if (!read) {
      return false;
    }
    truth = *read != 0;
  }
  registered_given_ = registered_given_ || info.id == FactId::kDeviceRegistered;
  assign(info, *value_of(*info.context, truth ? "true" : "false"));
  return true;
}

void GivenFacts::assign(const FactInfo& info, std::uint8_t value) {
  if (info.id == FactId::kOriginalTransferMethod) {
    facts_.original_transfer_method = static_cast<TransferMethod>(value);
  } else if (*info.context == ir::ContextFact::kTransferMethod) {  // leaves the original one alone
    facts_.transfer_method = static_cast<TransferMethod>(value);
  } else {
    ir::set_context(*info.context, value, facts_);
  }
}

bool GivenFacts::set_signal(const StatedFact& fact, const Declared& signal) {
  const auto keep = [&](auto value) {
    facts_.signals.push_back({std::string(signal.name), std::move(value)});
    return true;
  };
  const SignalInfo& info = signal.signal;
  const bool lists_unknown = std::ranges::find(info.values, "unknown") != info.values.end();
  if (is_unknown(fact.value) && !lists_unknown) {
    return true;
  }
  if (info.type == SignalType::kBoolean && fact.value == nullptr) {
    return keep(true);
  }
  const ast::Expr* value =
      required(fact.value, fact.path_span, signal.name, "a value", *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  if (info.type == SignalType::kInteger || info.type == SignalType::kBoolean) {
    const bool integer = info.type == SignalType::kInteger;
    const auto number =
        read_number(*value, integer ? ast::LiteralKind::kInteger : ast::LiteralKind::kBoolean,
                    signal.name, *diagnostics_);
    return number && (integer ? keep(*number) : keep(*number != 0));
  }
  if (info.type == SignalType::kText) {
    const auto text = read_text(*value, signal.name, "text", *diagnostics_);
    return text && keep(std::string(*text));
  }
  const auto word = read_word(*value, signal.name, "one of its values", *diagnostics_);
  if (word && std::ranges::find(info.values, word->text) == info.values.end()) {
    diagnostics_
        ->report<Code::kUnknownMember>(value->span, word->text, fmt::format("`{}`", signal.name))
        .suggest(value->span, nearest(word->text, info.values));
    return false;
  }
  return word && keep(std::string(word->text));
}

std::optional<SignInFacts> GivenFacts::finish(Span place) {
  for (const Membership& membership : memberships_) {
    good_ = good_ && belong(membership);
  }
  if (app_in_) {
    good_ = good_ && belong_to_apps(*app_in_, app_in_span_);
  }
  if (!good_) {
    return std::nullopt;
  }
  if (device_described_ && !registered_given_) {
    facts_.device.registered = true;
  }
  const SignInView view(facts_);
  const RequestFault fault = validate(view.request());
  if (fault != RequestFault::kNone) {
    diagnostics_->report<Code::kWrongValue>(place, "a test", "a sign-in within the limits",
                                            name(fault));
    return std::nullopt;
  }
  return facts_;
}

}  // namespace gate::compiler::sema
