#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/given_facts.h"
#include "compiler/sema/given_values.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/names.h"

// Facts that are not one word of a closed vocabulary.
namespace gate::compiler::sema {
namespace {

/// Controls that a caller can vouch for; the others follow from `completed` and the device.
bool can_be_vouched_for(ControlKind kind) {
  switch (kind) {
    case ControlKind::kStrength:
    case ControlKind::kCompliantDevice:
    case ControlKind::kHybridJoinedDevice:
      return false;
    case ControlKind::kMfa:
    case ControlKind::kApprovedApp:
    case ControlKind::kAppProtection:
    case ControlKind::kCompliantNetwork:
    case ControlKind::kPasswordChange:
    case ControlKind::kRiskRemediation:
    case ControlKind::kTermsOfUse:
    case ControlKind::kCustom:
      return true;
  }
  return false;
}

std::string_view instead_of(ControlKind kind) {
  if (kind == ControlKind::kCompliantDevice) {
    return "give `device.compliant true`";
  }
  return kind == ControlKind::kHybridJoinedDevice
             ? "give `device.trust_type server_ad`"
             : "give the methods: `completed [password, sms_otp]`";
}

std::string_view wanted_text(const FactInfo& info) {
  if (info.type == FactType::kInstant) {
    return "a moment such as \"2026-11-25T10:00:00Z\"";
  }
  if (info.type == FactType::kIp) {
    return "an address in quotation marks";
  }
  return info.type == FactType::kApp ? "a name or id in quotation marks" : describe(info.type);
}

}  // namespace

bool GivenFacts::set_text(const StatedFact& fact, const FactInfo& info) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, info.path, wanted_text(info), *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  if (is_unknown(value)) {
    return true;
  }
  if (info.type == FactType::kDuration) {
    auto& age = info.id == FactId::kSessionAge ? facts_.session_age_s : facts_.device.first_seen_s;
    age = read_number(*value, ast::LiteralKind::kDuration, info.path, *diagnostics_);
    return age.has_value();
  }
  const auto text = read_text(*value, info.path, wanted_text(info), *diagnostics_);
  if (!text) {
    return false;
  }
  if (info.type == FactType::kTenant) {
    facts_.external_tenant = *text;
  } else if (info.type == FactType::kInstant) {
    facts_.now_unix_s = parse_instant(*text);
    if (!facts_.now_unix_s) {
      diagnostics_->report<Code::kWrongValue>(value->span, "`now`", wanted_text(info),
                                              shown_value(*value));
      return false;
    }
  } else {
    facts_.strings.emplace_back(path_text(fact.path), *text);  // custom attributes have any name
  }
  return true;
}

bool GivenFacts::set_place(const StatedFact& fact, const FactInfo& info) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, info.path, wanted_text(info), *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  const bool gps = info.id == FactId::kGpsCountry;
  if (is_unknown(value)) {
    if (gps) {  // the app knows where it is, and that is in no country
      facts_.signals.push_back({std::string(info.path), std::string("unknown")});
    }
    return true;
  }
  if (info.type == FactType::kCountry) {
    const auto word = read_word(*value, info.path, wanted_text(info), *diagnostics_);
    const auto country = word ? read_country(*word, *diagnostics_) : std::nullopt;
    if (country && gps) {
      facts_.signals.push_back(
          {std::string(info.path), std::string(country->begin(), country->end())});
    } else if (country) {
      facts_.country.assign(country->begin(), country->end());
    }
    return country.has_value();
  }
  const auto text = read_text(*value, info.path, wanted_text(info), *diagnostics_);
  if (!text) {
    return false;
  }
  if (text->find('/') != std::string_view::npos) {
    diagnostics_->report<Code::kBadAddress>(value->span, *text, "a sign-in comes from one address");
    return false;
  }
  facts_.ip = *text;
  return read_cidr(*text, value->span, *diagnostics_).has_value();
}

bool GivenFacts::set_target(const StatedFact& fact, const FactInfo& info) {
  if (target_) {
    diagnostics_->report<Code::kMixedTargets>(fact.path_span).related(*target_, "the first one");
    return false;
  }
  target_ = fact.path_span;
  if (!fact.membership.empty()) {
    app_in_ = sets_->apps(fact.membership);
    app_in_span_ = join(fact.membership.front().span, fact.membership.back().span);
    if (!app_in_) {
      return false;
    }
    if (fact.value == nullptr) {
      return true;
    }
  }
  const ast::Expr* value =
      required(fact.value, fact.path_span, info.path, wanted_text(info), *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  if (info.type == FactType::kApp) {
    const auto text = read_text(*value, info.path, wanted_text(info), *diagnostics_);
    facts_.target = text.value_or("");
    return text.has_value();
  }
  const auto word = read_word(*value, info.path, wanted_text(info), *diagnostics_);
  if (!word) {
    return false;
  }
  if (info.type == FactType::kAction) {
    facts_.target_kind = TargetKind::kUserAction;
    if (std::ranges::find(user_action_words(), word->text) == user_action_words().end()) {
      diagnostics_->report<Code::kUnknownWord>(value->span, word->text, "a user action")
          .suggest(value->span, nearest(word->text, user_action_words()));
      return false;
    }
    facts_.target = word->text;
    return true;
  }
  facts_.target_kind = TargetKind::kAuthContext;
  if (value->kind == ast::ExprKind::kLiteral) {
    facts_.target = word->text;
    return true;
  }
  const Expected contexts{NameKind::kContext, {}, "an authentication context", ""};
  const Declared* found = find_declared(*word, contexts, *symbols_, *diagnostics_);
  facts_.target = found != nullptr ? found->context->id.value : "";
  return found != nullptr;
}

bool GivenFacts::set_user(const StatedFact& fact) {
  if (fact.value != nullptr) {
    const auto text =
        read_text(*fact.value, "user", "a name or id in quotation marks", *diagnostics_);
    if (!text) {
      return false;
    }
    facts_.user = *text;
    user_given_ = true;
  } else if (fact.membership.empty()) {
    (void)required(nullptr, fact.path_span, "user", "a name or id in quotation marks",
                   *diagnostics_);
    return false;
  }
  for (std::size_t i = 0; i < fact.membership.size(); ++i) {
    auto who = sets_->users(fact.membership.subspan(i, 1));
    if (!who) {
      return false;
    }
    memberships_.push_back({std::move(*who), fact.membership[i].span});
  }
  return true;
}

bool GivenFacts::set_list(const StatedFact& fact, const FactInfo& info) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, info.path, describe(info.type), *diagnostics_);
  if (value == nullptr) {
    return false;
  }
  if (is_unknown(value)) {
    return true;
  }
  const auto texts = read_texts(*value, info.path, describe(info.type), *diagnostics_);
  if (!texts) {
    return false;
  }
  std::vector<std::string> values;
  for (const ast::Name& each : *texts) {
    values.emplace_back(each.text);
    const auto words = app_group_words();
    if (info.type == FactType::kAppGroups && std::ranges::find(words, each.text) == words.end()) {
      diagnostics_->report<Code::kUnknownWord>(each.span, each.text, "a group of apps")
          .suggest(each.span, nearest(each.text, words));
      return false;
    }
  }
  if (info.type == FactType::kGroups) {
    facts_.groups = std::move(values);
  } else if (info.type == FactType::kRoles) {
    facts_.roles = std::move(values);
  } else if (info.type == FactType::kAppGroups) {
    facts_.app_groups = std::move(values);
  } else {
    facts_.lists.push_back({path_text(fact.path), std::move(values)});
  }
  return true;
}

bool GivenFacts::set_methods(const StatedFact& fact) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, "completed", "a list of methods", *diagnostics_);
  const auto items = value == nullptr ? std::nullopt
                                      : read_items(*value, "completed",
                                                   "a list of methods: [password]", *diagnostics_);
  if (!items) {
    return false;
  }
  bool good = true;
  for (const ast::Item& item : *items) {
    ItemReader reader(item, *diagnostics_);
    const ast::Name* word = reader.word();
    const auto method = word != nullptr ? parse_method(word->text) : std::nullopt;
    if (!method) {
      const std::string text = shown(item.atoms.front());
      diagnostics_
          ->report<Code::kUnknownMember>(item.head, word != nullptr ? word->text : text,
                                         "`completed`")
          .suggest(item.head,
                   word != nullptr ? nearest(word->text, method_words()) : std::string_view());
      good = false;
      continue;
    }
    CompletedMethod done{*method, 0};  // without an age: just now
    const ast::Literal* age = ast::literal_at(item, 1);
    if (age != nullptr && age->kind == ast::LiteralKind::kDuration) {
      (void)reader.literal();
      done.age_s = static_cast<std::uint32_t>(
          std::min<std::int64_t>(age->value, std::numeric_limits<std::uint32_t>::max()));
    }
    good = refuse_modifiers(item, *diagnostics_) && reader.finish() && good;
    facts_.completed.push_back(done);
  }
  return good;
}

bool GivenFacts::set_controls(const StatedFact& fact) {
  const ast::Expr* value =
      required(fact.value, fact.path_span, "satisfied", "a list of controls", *diagnostics_);
  const auto items = value == nullptr
                         ? std::nullopt
                         : read_items(*value, "satisfied", "a list of controls", *diagnostics_);
  if (!items) {
    return false;
  }
  bool good = true;
  for (const ast::Item& item : *items) {
    ItemReader reader(item, *diagnostics_);
    const ast::Name* word = reader.word();
    const auto kind = word != nullptr ? parse_control_kind(word->text) : std::nullopt;
    if (!kind || !can_be_vouched_for(*kind)) {
      auto report = diagnostics_->report<Code::kUnknownWord>(
          item.head, word != nullptr ? std::string(word->text) : shown(item.atoms.front()),
          "a control that a session can have satisfied");
      if (kind) {
        report.help(std::string(instead_of(*kind)));
      } else if (word != nullptr) {
        report.suggest(item.head, nearest(word->text, control_words()));
      }
      good = false;
      continue;
    }
    SignInFacts::OwnedControl control{*kind, {}};
    if (*kind == ControlKind::kTermsOfUse || *kind == ControlKind::kCustom) {
      const auto which = reader.string_after(*word, "a name in quotation marks");
      good = which.has_value() && good;
      control.name = which.value_or("");
    }
    good = refuse_modifiers(item, *diagnostics_) && reader.finish() && good;
    facts_.satisfied.push_back(std::move(control));
  }
  return good;
}

}  // namespace gate::compiler::sema
