#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/given_facts.h"

// Memberships: what must be true of a user or an app for it to belong to a set. The rule stands in
// given_facts.h.
namespace gate::compiler::sema {
namespace {

using Member = Principals::Member;
using Kind = Principals::Kind;

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

/// The first members, for a message.
std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t kShownMax = 5;
  const auto shown = std::span(names).first(std::min(names.size(), kShownMax));
  return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > kShownMax ? ", …" : "");
}

}  // namespace

bool GivenFacts::belong(const Membership& membership) {
  const Principals& who = membership.who;
  if (who.all_users && facts_.user_kind != UserKind::kServicePrincipal) {
    return true;
  }
  const auto holds = [this](const Member& m) {
    switch (m.kind) {
      case Kind::kUser:
        return user_given_ && m.id == facts_.user;
      case Kind::kGroup:
        return has(facts_.groups, m.id);
      case Kind::kRole:
        return has(facts_.roles, m.id);
      case Kind::kServicePrincipal:
        return user_given_ && m.id == facts_.user &&
               facts_.user_kind == UserKind::kServicePrincipal;
    }
    return false;
  };
  if (std::ranges::any_of(who.members, holds)) {
    return true;
  }
  for (const Member& member : who.members) {
    switch (member.kind) {
      case Kind::kGroup:
        facts_.groups.emplace_back(member.id);
        return true;
      case Kind::kRole:
        facts_.roles.emplace_back(member.id);
        return true;
      case Kind::kUser:
      case Kind::kServicePrincipal:
        if (user_given_ && member.id != facts_.user) {
          continue;
        }
        facts_.user = member.id;
        user_given_ = true;
        return member.kind == Kind::kUser || become(UserKind::kServicePrincipal, membership.span);
    }
  }
  if (!who.guests.empty()) {
    return belong_to_guests(membership);
  }
  if (who.all_service_principals) {
    return become(UserKind::kServicePrincipal, membership.span);
  }
  return refuse_member(membership);
}

bool GivenFacts::belong_to_guests(const Membership& membership) {
  const Principals::Guests& guests = membership.who.guests.front();
  const auto includes = [&guests](UserKind kind) {
    return (guests.kinds >> static_cast<unsigned>(kind) & 1U) != 0;
  };
  UserKind kind = facts_.user_kind;
  if (!kind_given_ || !includes(kind)) {
    kind = static_cast<UserKind>(std::countr_zero(guests.kinds));
  }
  if (!become(kind, membership.span)) {
    return false;
  }
  const bool fits =
      guests.tenants.empty() ||
      std::ranges::find(guests.tenants, facts_.external_tenant) != guests.tenants.end();
  if (!fits && !facts_.external_tenant.empty()) {
    diagnostics_->report<Code::kCannotBeMember>(
        membership.span, fmt::format("a guest of tenant `{}`", facts_.external_tenant),
        "guests of " + listed(guests.tenants));
    return false;
  }
  if (!fits) {
    facts_.external_tenant = guests.tenants.front();
  }
  return true;
}

bool GivenFacts::become(UserKind kind, Span span) {
  if (kind_given_ && facts_.user_kind != kind) {
    diagnostics_->report<Code::kCannotBeMember>(
        span, fmt::format("a user of kind `{}`", name(facts_.user_kind)),
        fmt::format("a set of `{}`", name(kind)));
    return false;
  }
  facts_.user_kind = kind;
  kind_given_ = true;
  return true;
}

bool GivenFacts::refuse_member(const Membership& membership) {
  std::vector<std::string_view> ids;
  for (const Member& member : membership.who.members) {
    ids.push_back(member.id);
  }
  auto report = diagnostics_->report<Code::kCannotBeMember>(
      membership.span, facts_.user.empty() ? "no user" : fmt::format("user `{}`", facts_.user),
      ids.empty() ? "an empty set" : "a set that names its members one by one");
  if (!ids.empty()) {
    report.note("its members: " + listed(ids));
    const std::string_view near = nearest(facts_.user, ids);
    if (!near.empty()) {
      report.help(fmt::format("did you mean `{}`?", near));
    }
  }
  return false;
}

bool GivenFacts::belong_to_apps(const Apps& apps, Span span) {
  if (apps.all || std::ranges::find(apps.apps, facts_.target) != apps.apps.end()) {
    return true;
  }
  const bool belongs = std::ranges::any_of(
      apps.groups, [this](std::string_view group) { return has(facts_.app_groups, group); });
  if (belongs) {
    return true;
  }
  if (facts_.target.empty() && !apps.apps.empty()) {
    facts_.target = apps.apps.front();
    return true;
  }
  if (!apps.groups.empty()) {
    facts_.app_groups.emplace_back(apps.groups.front());
    return true;
  }
  auto report = diagnostics_->report<Code::kCannotBeMember>(
      span, facts_.target.empty() ? "no app" : fmt::format("app `{}`", facts_.target),
      apps.apps.empty() ? "an empty set" : "a set that names other apps");
  if (!apps.apps.empty()) {
    report.note("its members: " + listed(apps.apps));
  }
  return false;
}

}  // namespace gate::compiler::sema
