#include "compiler/sema/check_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/profile.h"
#include "compiler/sema/workforce_profile.h"

namespace gate::compiler::sema {
namespace {

std::string iso(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::chrono::sys_days day_of(const Date& date) {
  return std::chrono::year(date.year) / static_cast<unsigned>(date.month) /
         static_cast<unsigned>(date.day);
}

/// `exclude A, B until D because "x"`: what follows B is B's, which a reader may take for both.
void warn_of_lone_modifiers(const ast::Assignment& side, const SourceMap& sources,
                            DiagnosticCollector& diagnostics) {
  const auto bare = [](const ast::Item& item) { return !item.until && !item.because; };
  if (side.items.size() < 2 || bare(side.items.back()) ||
      !std::ranges::all_of(side.items.begin(), side.items.end() - 1, bare)) {
    return;
  }
  const ast::Item& last = side.items.back();
  diagnostics
      .report<Code::kModifierOfLast>(last.head,
                                     last.until && last.because ? "`until` and `because` belong"
                                     : last.until               ? "`until` belongs"
                                                                : "`because` belongs",
                                     sources.text(last.head))
      .related(side.items.front().head, "this has neither");
}

/// An item as its words, to find the same one on the other side.
std::string key_of(const ast::Item& item) {
  std::string out;
  for (const ast::Item::Atom& atom : item.atoms) {
    out += shown(atom);
  }
  return out;
}

/// What to underline of a side: the item where there is one, else the side.
Span place_of(const ast::Assignment& side) {
  return side.items.size() == 1 ? side.items.front().head : side.span;
}

bool only_workloads(const Principals& who) {
  return who.all_service_principals ||
         std::ranges::any_of(who.members, [](const Principals::Member& member) {
           return member.kind == Principals::Kind::kServicePrincipal;
         });
}

}  // namespace

std::optional<ir::Policy> PolicyChecker::check(const ast::Declaration& declaration,
                                               const ast::Policy& policy) {
  today_asked_ = false;
  reads_.clear();
  reported_ = l_.diagnostics.size();
  (void)conditions_.take_reads();
  l_.diagnostics.expanded_at(policy.applied_at, declaration.span);
  ir::Policy out;
  if (policy.id) {
    out.id = policy.id->content.value;
  }
  out.name = policy.name.value;
  out.description = declaration.description;
  const auto on = state(policy);
  bool good = on.has_value();
  out.state = on.value_or(PolicyState::kOff);
  good = users(policy, out) && good;
  good = targets(policy, out) && good;
  good = condition(policy, out) && good;
  good = effect(policy, out) && good;
  if (good && external_) {
    check_external_profile(policy, l_);
  }
  if (good && workforce_) {
    check_workforce_profile(policy, l_);
  }
  if (good && facts_.limited()) {
    good = facts_.check(reads_, out.name, out.state, l_.diagnostics);
  }
  l_.diagnostics.expanded_at(std::nullopt, {});
  return good ? std::optional(std::move(out)) : std::nullopt;
}

void PolicyChecker::expiry(const ast::DateValue& until) {
  today_asked_ = true;
  if (!today_) {
    return;
  }
  if (*today_ > until.date) {
    l_.diagnostics.report<Code::kExpired>(until.span, iso(until.date), iso(*today_));
    return;
  }
  constexpr int kWarnedDays = 14;
  const auto left = (day_of(until.date) - day_of(*today_)).count();
  if (left <= kWarnedDays) {
    l_.diagnostics.report<Code::kExpiresSoon>(until.span, left == 0 ? "today"
                                                          : left == 1
                                                              ? "tomorrow"
                                                              : fmt::format("in {} days", left));
  }
}

std::optional<PolicyState> PolicyChecker::state(const ast::Policy& policy) {
  if (!policy.state) {
    return PolicyState::kOn;
  }
  const ast::Item& item = policy.state->content;
  ItemReader reader(item, l_.diagnostics);
  const ast::Name* word = reader.word();
  if (word == nullptr) {
    l_.diagnostics.report<Code::kWrongValue>(item.head, "`state`", "`on`, `off` or `report_only`",
                                             shown(item.atoms.front()));
    return std::nullopt;
  }
  static constexpr std::string_view kWords[] = {"on", "off", "report_only"};
  const auto* found = std::ranges::find(kWords, word->text);
  if (found == std::end(kWords)) {
    l_.diagnostics.report<Code::kUnknownWord>(word->span, word->text, "a state")
        .label("on, off or report_only")
        .suggest(word->span, nearest(word->text, kWords));
    return std::nullopt;
  }
  if (!reader.finish()) {
    return std::nullopt;
  }
  if (item.because) {
    l_.diagnostics.report<Code::kModifierNotAllowed>(item.because->span, "because", "");
    return std::nullopt;
  }
  if (item.until) {
    expiry(*item.until);
  }
  constexpr PolicyState kStates[] = {PolicyState::kOn, PolicyState::kOff, PolicyState::kReportOnly};
  return kStates[found - std::begin(kWords)];
}

/// The head of a section of this policy reads as a word of the section above: what seems to be
/// missing is there.
bool PolicyChecker::head_misspelt() const {
  const std::string code = to_string(Code::kUnexpectedWord);
  return std::ranges::any_of(l_.diagnostics.after(reported_),
                             [&code](const Diagnostic& each) { return each.code == code; });
}

bool PolicyChecker::missing(const ast::Policy& policy, bool absent, std::string_view section) {
  if (absent && !policy.damaged && !head_misspelt()) {
    l_.diagnostics.report<Code::kMissingSection>(policy.name.span, policy.name.value, section);
  }
  return absent;
}

void PolicyChecker::exclusion(const ast::Item& item) {
  if (item.because && item.because->is_name) {
    l_.diagnostics
        .report<Code::kWrongValue>(item.because->span, "`because`",
                                   "a text in quotation marks, or a parameter of type `text`",
                                   fmt::format("`{}`", item.because->value))
        .fix(item.because->span, fmt::format("\"{}\"", item.because->value),
             "text stands in quotation marks");
  }
  if (item.until) {
    expiry(*item.until);
  }
  const ast::Name* word = ast::word_at(item, 0);
  const bool named = word != nullptr && item.atoms.size() == 1 && !item.has_arguments &&
                     l_.symbols.find(word->text) != nullptr;
  if (!item.until && !item.because && !named && word != nullptr && word->text != "none") {
    l_.diagnostics.report<Code::kExclusionWithoutReason>(item.head);
  }
}

void PolicyChecker::never(const ast::Policy& policy, ir::Policy& out, std::string reason,
                          Span place) {
  if (out.never_applies.empty()) {
    l_.diagnostics.report<Code::kNeverApplies>(place, policy.name.value, reason);
    out.never_applies = std::move(reason);
  }
}

void PolicyChecker::warn_of_overlap(const std::vector<ast::Assignment>& sides) {
  const auto excludes = [](const ast::Assignment& side) { return side.exclude; };
  if (std::ranges::all_of(sides, excludes) || std::ranges::none_of(sides, excludes)) {
    return;
  }
  std::unordered_map<std::string, Span> included;
  for (const ast::Assignment& side : sides) {
    for (const ast::Item& item : side.items) {
      if (!side.exclude && !item.has_arguments) {
        included.emplace(key_of(item), item.head);
      }
    }
  }
  for (const ast::Assignment& side : sides) {
    for (const ast::Item& item : side.items) {
      const auto found =
          side.exclude && !item.has_arguments ? included.find(key_of(item)) : included.end();
      if (found != included.end()) {
        l_.diagnostics.report<Code::kExcludedAgain>(found->second, l_.sources.text(found->second))
            .related(item.head, "excluded here");
      }
    }
  }
}

bool PolicyChecker::users(const ast::Policy& policy, ir::Policy& out) {
  if (missing(policy, !policy.users, "users")) {
    return false;
  }
  Principals included;
  Principals excluded;
  const ast::Assignment* exclude_all = nullptr;
  bool good = true;
  for (const ast::Assignment& side : policy.users->content) {
    const auto found = l_.sets.users(side.items, side.exclude ? SetResolver::Modifiers::kAllowed
                                                              : SetResolver::Modifiers::kRefused);
    if (!found) {
      good = false;
      if (head_misspelt()) {
        break;  // what follows belongs to another section
      }
      continue;
    }
    Principals& into = side.exclude ? excluded : included;
    into.all_users = into.all_users || found->all_users;
    into.all_service_principals = into.all_service_principals || found->all_service_principals;
    into.members.insert(into.members.end(), found->members.begin(), found->members.end());
    into.guests.insert(into.guests.end(), found->guests.begin(), found->guests.end());
    add_reads(*found, place_of(side), reads_);
    if (side.exclude) {
      std::ranges::for_each(side.items, [this](const ast::Item& item) { exclusion(item); });
      warn_of_lone_modifiers(side, l_.sources, l_.diagnostics);
      exclude_all = found->all_users ? &side : exclude_all;
    }
  }
  if (!good) {
    return false;
  }
  if (included.empty()) {
    never(policy, out, "no user is included", policy.users->keyword);
  } else if (exclude_all != nullptr && !only_workloads(included)) {
    never(policy, out, "all users are excluded", exclude_all->span);
  } else {
    warn_of_overlap(policy.users->content);
  }
  if (only_workloads(included) && policy.grant && !policy.grant->content.block) {
    l_.diagnostics
        .report<Code::kRestrictedToBlock>(policy.grant->content.requirement.span,
                                          "service principals")
        .related(policy.users->span, "they are included here");
    return false;
  }
  out.include = l_.principal_set(included);
  out.exclude = l_.principal_set(excluded);
  return true;
}

bool PolicyChecker::targets(const ast::Policy& policy, ir::Policy& out) {
  if (missing(policy, !policy.target, "target")) {
    return false;
  }
  Targets included;
  Targets excluded;
  std::optional<TargetKind> kind;
  const ast::Assignment* exclude_all = nullptr;
  bool good = true;
  for (const ast::Assignment& side : policy.target->content) {
    auto found = l_.sets.targets(side.items, side.exclude ? SetResolver::Modifiers::kAllowed
                                                          : SetResolver::Modifiers::kRefused);
    if (!found) {
      good = false;
      continue;
    }
    if (found->kind && kind && *kind != *found->kind) {
      l_.diagnostics.report<Code::kMixedTargets>(side.items.front().head);
      good = false;
    }
    kind = kind ? kind : found->kind;
    Targets& into = side.exclude ? excluded : included;
    into.all = into.all || found->all;
    into.members.insert(into.members.end(), found->members.begin(), found->members.end());
    into.groups.insert(into.groups.end(), found->groups.begin(), found->groups.end());
    add_reads(*found, place_of(side), reads_);
    if (side.exclude) {
      std::ranges::for_each(side.items, [this](const ast::Item& item) { exclusion(item); });
      warn_of_lone_modifiers(side, l_.sources, l_.diagnostics);
      exclude_all = found->all ? &side : exclude_all;
    }
  }
  if (!good) {
    return false;
  }
  included.kind = kind;
  excluded.kind = kind;
  if (included.empty()) {
    never(policy, out, "nothing is targeted", policy.target->keyword);
  } else if (excluded.all) {
    never(policy, out, "every target is excluded", exclude_all->span);
  } else {
    warn_of_overlap(policy.target->content);
  }
  out.include_targets = l_.target_set(included);
  out.exclude_targets = l_.target_set(excluded);
  return true;
}

bool PolicyChecker::condition(const ast::Policy& policy, ir::Policy& out) {
  if (!policy.when) {
    out.condition = l_.builder.constant(true);
    return !policy.damaged;
  }
  const auto found = conditions_.check(policy.when->content);
  for (const FactRead& each : conditions_.take_reads()) {
    if (std::ranges::find(reads_, each) == reads_.end()) {
      reads_.push_back(each);
    }
  }
  if (!found) {
    return false;
  }
  if (found->depth > ir::kExprDepthMax) {
    l_.diagnostics.report<Code::kTooDeep>(policy.when->content.span, ir::kExprDepthMax);
    return false;
  }
  if (found->never_holds()) {
    l_.diagnostics.report<Code::kNeverHolds>(policy.when->content.span);
    out.never_applies = "its condition can never hold";
  } else if (found->always_holds()) {
    l_.diagnostics.report<Code::kAlwaysHolds>(policy.when->content.span);
  }
  out.condition = found->id;
  return true;
}

/// A clause needs a fact that is not supplied only when none of its controls can do without.
void PolicyChecker::needs_of(const std::vector<ir::Clause>& clauses, Span place) {
  for (const ir::Clause& clause : clauses) {
    const auto can_be_met = [this](const ir::Control& control) {
      const auto fact = fact_of(control.kind);
      return !fact || facts_.supplied(*fact);
    };
    if (std::ranges::any_of(clause.any_of, can_be_met)) {
      continue;
    }
    for (const ir::Control& control : clause.any_of) {
      const FactRead read{*fact_of(control.kind), place, {}, {}};
      if (std::ranges::find(reads_, read) == reads_.end()) {
        reads_.push_back(read);
      }
    }
  }
}

bool PolicyChecker::effect(const ast::Policy& policy, ir::Policy& out) {
  if (!policy.grant && !policy.session) {
    if (!policy.damaged && !head_misspelt()) {
      l_.diagnostics.report<Code::kNoEffect>(policy.name.span, policy.name.value);
    }
    return false;
  }
  ir::Effect effect;
  bool good = true;
  if (policy.grant) {
    effect.block = policy.grant->content.block;
    const auto clauses = effect.block ? std::optional<std::vector<ir::Clause>>(std::in_place)
                                      : check_requirement(policy.grant->content.requirement, l_);
    good = clauses.has_value();
    if (good) {
      needs_of(*clauses, policy.grant->content.requirement.span);
    }
    for (std::size_t i = 0; good && i < clauses->size(); ++i) {
      effect.clauses.push_back(l_.builder.clause((*clauses)[i]));
    }
  }
  if (policy.session) {
    const auto session = check_session(policy.session->content, l_);
    good = session && good;
    for (const ast::Item& item : policy.session->content) {
      if (const ast::Name* control = ast::word_at(item, 0)) {
        reads_.push_back(
            {FactId::kUser, item.head, {}, {}, fmt::format("{}{}", kSessionPrefix, control->text)});
      }
    }
    effect.session = session.value_or(SessionControls{});
  }
  if (good) {
    out.effect = l_.builder.effect(std::move(effect));
  }
  return good;
}

}  // namespace gate::compiler::sema
