#include "compiler/sema/resolve_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/names.h"

// Recursion: a named set that mentions named sets. Its depth is the length of a chain of sets;
// cycles are cut by the list of open ones. NOLINTBEGIN(misc-no-recursion)
namespace gate::compiler::sema {
namespace {

constexpr std::string_view kUserWords[] = {
    "all", "none", "user", "group", "role", "guests", "service_principal", "service_principals"};
constexpr std::string_view kAppWords[] = {"all",       "none",          "app",
                                          "office365", "admin_portals", "all_agent_resources"};
constexpr std::string_view kTargetWords[] = {
    "all", "none", "app", "action", "context", "office365", "admin_portals", "all_agent_resources"};
constexpr Expected kUsers{NameKind::kUsers, kUserWords, "a way to select users", "user"};
constexpr Expected kApps{NameKind::kApps, kAppWords, "a way to select apps", "app"};
constexpr Expected kTargets{NameKind::kApps, kTargetWords, "a way to select a target", "app"};

template <typename T>
void append(std::vector<T>& into, const std::vector<T>& from) {
  into.insert(into.end(), from.begin(), from.end());
}

void append(Principals& into, const Principals& from) {
  into.all_users = into.all_users || from.all_users;
  into.all_service_principals = into.all_service_principals || from.all_service_principals;
  append(into.members, from.members);
  append(into.guests, from.guests);
}

void append(Apps& into, const Apps& from) {
  into.all = into.all || from.all;
  append(into.apps, from.apps);
  append(into.groups, from.groups);
}

std::optional<Principals::Kind> principal_kind(std::string_view word) {
  if (word == "user") {
    return Principals::Kind::kUser;
  }
  if (word == "group") {
    return Principals::Kind::kGroup;
  }
  if (word == "role") {
    return Principals::Kind::kRole;
  }
  if (word == "service_principal") {
    return Principals::Kind::kServicePrincipal;
  }
  return std::nullopt;
}

bool is_app_group(std::string_view word) {
  return std::ranges::find(app_group_words(), word) != app_group_words().end();
}

/// All bits of the guest kinds.
constexpr std::uint8_t kEveryGuest = 0x7E;
static_assert(static_cast<unsigned>(UserKind::kInternalGuest) == 1 &&
              static_cast<unsigned>(UserKind::kServiceProvider) == 6);

}  // namespace

template <typename T, typename Resolve>
const T* SetResolver::memoised(Memo<T>& memo, const Declared& set, const Resolve& resolve) {
  if (const auto found = memo.done.find(&set); found != memo.done.end()) {
    return found->second ? &*found->second : nullptr;
  }
  if (const auto begin = std::ranges::find(memo.open, &set); begin != memo.open.end()) {
    std::string chain;
    for (auto it = begin; it != memo.open.end(); ++it) {
      chain += fmt::format("`{}` needs ", (*it)->name);
    }
    diagnostics_->report<Code::kCyclicDefinition>(set.span, set.name)
        .note(fmt::format("{}`{}`", chain, set.name));
    return nullptr;
  }
  if (memo.open.size() == ir::kExprDepthMax) {
    if (!std::exchange(chain_reported_, true)) {
      diagnostics_->report<Code::kTooDeep>(set.span, ir::kExprDepthMax)
          .label("the end of a chain of named sets, which are nested too");
    }
    return nullptr;
  }
  memo.open.push_back(&set);
  std::optional<T> value = resolve(set.set->items);
  memo.open.pop_back();
  const auto& entry = memo.done.emplace(&set, std::move(value)).first->second;
  return entry ? &*entry : nullptr;
}

bool SetResolver::modifiers_fit(const ast::Item& item, Modifiers modifiers) {
  return modifiers == Modifiers::kAllowed || refuse_modifiers(item, *diagnostics_);
}

void SetResolver::warn_of_repeats(std::span<const ast::Item> items) {
  if (items.size() < 2) {
    return;
  }
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const ast::Item& item : items) {
    const ast::Name* head = ast::word_at(item, 0);
    if (head == nullptr || item.has_arguments || item.atoms.size() > 2) {
      continue;
    }
    const ast::Name* word = ast::word_at(item, 1);
    const ast::Literal* literal = ast::literal_at(item, 1);
    const std::string_view second = word != nullptr      ? word->text
                                    : literal != nullptr ? std::string_view(literal->text)
                                                         : std::string_view();
    if (!seen.emplace(head->text, second).second) {
      diagnostics_->report<Code::kDuplicateMember>(
          item.head, second.empty()       ? std::string(head->text)
                     : literal != nullptr ? fmt::format("{} \"{}\"", head->text, second)
                                          : fmt::format("{} {}", head->text, second));
    }
  }
}

std::optional<Principals> SetResolver::users(std::span<const ast::Item> items,
                                             Modifiers modifiers) {
  Principals out;
  bool good = true;
  for (const ast::Item& item : items) {
    good = modifiers_fit(item, modifiers) && add_user(item, out) && good;
  }
  warn_of_repeats(items);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

bool SetResolver::add_user(const ast::Item& item, Principals& into) {
  ItemReader reader(item, *diagnostics_);
  const ast::Name* head = reader.word();
  if (head == nullptr) {
    report_unknown(item, kUsers, *symbols_, *diagnostics_);
    return false;
  }
  if (head->text == "all") {
    const ast::Name* next = ast::word_at(item, 1);
    const bool principals = next != nullptr && next->text == "service_principals";
    if (principals) {
      (void)reader.word();
    }
    (principals ? into.all_service_principals : into.all_users) = true;
    return reader.finish();
  }
  if (head->text == "service_principals") {
    into.all_service_principals = true;
    return reader.finish();
  }
  if (head->text == "none") {
    return reader.finish();
  }
  if (head->text == "guests") {
    return add_guests(item, into);
  }
  if (const auto kind = principal_kind(head->text)) {
    const auto id = reader.string_after(*head, "a name or id in quotation marks");
    if (!id || !reader.finish()) {
      return false;
    }
    into.members.push_back({*kind, *id});
    return true;
  }
  if (symbols_->find(head->text) == nullptr) {
    report_unknown(item, kUsers, *symbols_, *diagnostics_);
    return false;
  }
  const Declared* set = find_declared(*head, kUsers, *symbols_, *diagnostics_);
  if (set == nullptr || !reader.finish()) {
    return false;
  }
  const Principals* members = users_of(*set);
  if (members == nullptr) {
    return false;
  }
  append(into, *members);
  return true;
}

bool SetResolver::add_guests(const ast::Item& item, Principals& into) {
  ItemReader reader(item, *diagnostics_);
  (void)reader.word();
  if (!reader.finish(true)) {
    return false;
  }
  Principals::Guests guests;
  bool good = true;
  for (const ast::Item& argument : item.arguments) {
    ItemReader each(argument, *diagnostics_);
    const ast::Name* word = each.word();
    if (!refuse_modifiers(argument, *diagnostics_)) {
      good = false;
    } else if (word != nullptr && word->text == "tenant") {
      const auto id = each.string_after(*word, "the id of a tenant in quotation marks");
      good = id && each.finish() && good;
      if (id) {
        guests.tenants.push_back(*id);
      }
    } else if (word != nullptr &&
               std::ranges::find(guest_kind_words(), word->text) != guest_kind_words().end()) {
      guests.kinds = static_cast<std::uint8_t>(
          guests.kinds | 1U << static_cast<unsigned>(*parse_user_kind(word->text)));
      good = each.finish() && good;
    } else {
      const Expected kinds{NameKind::kUsers, guest_kind_words(), "a kind of guest", ""};
      if (word != nullptr) {
        diagnostics_->report<Code::kUnknownWord>(word->span, word->text, kinds.place)
            .suggest(word->span, nearest(word->text, kinds.words));
      } else {
        report_unknown(argument, kinds, *symbols_, *diagnostics_);
      }
      good = false;
    }
  }
  if (guests.kinds == 0) {
    guests.kinds = kEveryGuest;
  }
  into.guests.push_back(std::move(guests));
  return good;
}

std::optional<Apps> SetResolver::apps(std::span<const ast::Item> items) {
  Apps out;
  bool good = true;
  for (const ast::Item& item : items) {
    good = refuse_modifiers(item, *diagnostics_) && add_app(item, out) && good;
  }
  warn_of_repeats(items);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

bool SetResolver::add_app(const ast::Item& item, Apps& into) {
  ItemReader reader(item, *diagnostics_);
  const ast::Name* head = reader.word();
  if (head == nullptr) {
    report_unknown(item, kApps, *symbols_, *diagnostics_);
    return false;
  }
  if (head->text == "all") {
    const ast::Name* what = reader.word_after(*head, "`apps`");
    if (what == nullptr) {
      return false;
    }
    if (what->text != "apps") {
      diagnostics_->report<Code::kUnknownWord>(what->span, what->text, "something to take all of")
          .suggest(what->span, "apps");
      return false;
    }
    into.all = true;
    return reader.finish();
  }
  if (head->text == "none") {
    return reader.finish();
  }
  if (head->text == "app") {
    const auto id = reader.string_after(*head, "a name or id in quotation marks");
    if (!id || !reader.finish()) {
      return false;
    }
    into.apps.push_back(*id);
    return true;
  }
  if (is_app_group(head->text)) {
    into.groups.push_back(head->text);
    return reader.finish();
  }
  if (head->text == "filter") {
    diagnostics_->report<Code::kUnknownWord>(head->span, head->text, kApps.place)
        .help("a filter is a condition: `when app.attributes.Set_Name == \"…\"`");
    return false;
  }
  if (symbols_->find(head->text) == nullptr) {
    report_unknown(item, kApps, *symbols_, *diagnostics_);
    return false;
  }
  const Declared* set = find_declared(*head, kApps, *symbols_, *diagnostics_);
  if (set == nullptr || !reader.finish()) {
    return false;
  }
  const Apps* members = apps_of(*set);
  if (members == nullptr) {
    return false;
  }
  append(into, *members);
  return true;
}

std::optional<Targets> SetResolver::targets(std::span<const ast::Item> items, Modifiers modifiers) {
  Targets out;
  bool good = true;
  for (const ast::Item& item : items) {
    good = modifiers_fit(item, modifiers) && add_target(item, out) && good;
  }
  warn_of_repeats(items);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

bool SetResolver::enter_kind(const ast::Item& item, TargetKind kind, Targets& into) {
  if (into.kind && *into.kind != kind) {
    diagnostics_->report<Code::kMixedTargets>(item.head);
    return false;
  }
  into.kind = kind;
  return true;
}

bool SetResolver::add_target(const ast::Item& item, Targets& into) {
  const ast::Name* head = ast::word_at(item, 0);
  if (head != nullptr && head->text == "none") {
    ItemReader reader(item, *diagnostics_);
    (void)reader.word();
    return reader.finish();
  }
  if (head != nullptr && head->text == "context") {
    ItemReader reader(item, *diagnostics_);
    (void)reader.word();
    const ast::Name* name = ast::word_at(item, 1);
    const auto id = context_id(reader, *head);
    if (!id || !reader.finish() || !enter_kind(item, TargetKind::kAuthContext, into)) {
      return false;
    }
    into.members.push_back(*id);
    if (name != nullptr) {
      into.members.push_back(name->text);  // a request may name it as the set does
    }
    return true;
  }
  if (head != nullptr && head->text == "action") {
    ItemReader reader(item, *diagnostics_);
    (void)reader.word();
    const ast::Name* action = reader.word_after(*head, "a user action");
    if (action == nullptr || !reader.finish()) {
      return false;
    }
    if (std::ranges::find(user_action_words(), action->text) == user_action_words().end()) {
      diagnostics_->report<Code::kUnknownWord>(action->span, action->text, "a user action")
          .suggest(action->span, nearest(action->text, user_action_words()));
      return false;
    }
    into.members.push_back(action->text);
    return enter_kind(item, TargetKind::kUserAction, into);
  }
  if (head == nullptr ||
      (symbols_->find(head->text) == nullptr &&
       std::ranges::find(kAppWords, head->text) == std::end(kAppWords) && head->text != "filter")) {
    report_unknown(item, kTargets, *symbols_, *diagnostics_);
    return false;
  }
  Apps apps;
  if (!add_app(item, apps) || !enter_kind(item, TargetKind::kApp, into)) {
    return false;
  }
  into.all = into.all || apps.all;
  append(into.members, apps.apps);
  append(into.groups, apps.groups);
  return true;
}

std::optional<std::string_view> SetResolver::context_id(ItemReader& reader, const ast::Name& head) {
  if (const ast::Name* name = reader.word()) {
    const Expected contexts{NameKind::kContext, {}, "an authentication context", ""};
    const Declared* found = find_declared(*name, contexts, *symbols_, *diagnostics_);
    return found == nullptr ? std::nullopt
                            : std::optional<std::string_view>(found->context->id.value);
  }
  return reader.string_after(head, "the name of a context, or its id in quotation marks");
}

const Principals* SetResolver::users_of(const Declared& set) {
  return memoised(users_, set,
                  [this](const std::vector<ast::Item>& items) { return users(items); });
}
const Apps* SetResolver::apps_of(const Declared& set) {
  return memoised(apps_, set, [this](const std::vector<ast::Item>& items) { return apps(items); });
}
const Places* SetResolver::places_of(const Declared& set) {
  return memoised(places_, set,
                  [this](const std::vector<ast::Item>& items) { return places(items); });
}

void SetResolver::check_all() {
  for (const Declared& each : symbols_->all()) {
    if (each.set == nullptr) {
      continue;
    }
    if (each.kind == NameKind::kUsers) {
      (void)users_of(each);
    } else if (each.kind == NameKind::kApps) {
      (void)apps_of(each);
    } else {
      (void)places_of(each);
    }
  }
}

}  // namespace gate::compiler::sema
// NOLINTEND(misc-no-recursion)
