// Who and what: items of `users` and `target`, and tests of `user` and `app`.

#include <fmt/format.h>

#include <algorithm>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

bool is_service(const SignInFacts& f) {
  return f.user_kind == UserKind::kServicePrincipal;
}
bool has(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}
bool has_any(const std::vector<std::string>& list, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(),
                     [&list](const std::string& value) { return has(list, value); });
}
/// In a place of its own among others, so that no test depends on order.
void insert(Dice& dice, std::vector<std::string>& list, const std::string& value) {
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(dice.below(list.size() + 1)), value);
}
void be_a_user(SignInFacts& f) {
  if (is_service(f)) {
    f.user_kind = UserKind::kMember;
  }
}

Leaf everybody(bool service) {
  Leaf leaf;
  leaf.truth = whether([service](const SignInFacts& f) { return is_service(f) == service; });
  leaf.make = [service](Dice&, SignInFacts& f, bool holds) {
    if (holds == service) {
      f.user_kind = UserKind::kServicePrincipal;
    } else {
      be_a_user(f);
    }
  };
  return leaf;
}

Leaf nobody() {
  Leaf leaf;
  leaf.text = "none";
  leaf.truth = whether([](const SignInFacts&) { return false; });
  leaf.make = [](Dice&, SignInFacts&, bool) {};
  return leaf;
}

/// One of these users, or one of these service principals.
Leaf one_of(const std::vector<std::string>& ids, bool service, bool any_kind) {
  Leaf leaf;
  leaf.truth = whether([=](const SignInFacts& f) {
    return (any_kind || is_service(f) == service) && has(ids, f.user);
  });
  leaf.make = [=](Dice& dice, SignInFacts& f, bool holds) {
    if (!holds) {
      f.user = "nobody in particular";
      return;
    }
    f.user = dice.pick(ids);
    if (service && !any_kind) {
      f.user_kind = UserKind::kServicePrincipal;
    } else if (!any_kind) {
      be_a_user(f);
    }
  };
  return leaf;
}

/// Member of one of these groups (or roles).
Leaf member_of(const std::vector<std::string>& ids,
               std::vector<std::string> SignInFacts::* membership) {
  Leaf leaf;
  leaf.truth =
      whether([=](const SignInFacts& f) { return !is_service(f) && has_any(f.*membership, ids); });
  leaf.make = [=](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      be_a_user(f);
      insert(dice, f.*membership, dice.pick(ids));
    } else {
      std::erase_if(f.*membership, [&ids](const std::string& each) { return has(ids, each); });
    }
  };
  return leaf;
}

Leaf guest_of(std::uint32_t kinds, const std::vector<std::string>& tenants) {
  Leaf leaf;
  leaf.truth = whether([=](const SignInFacts& f) {
    return (kinds >> static_cast<unsigned>(f.user_kind) & 1U) != 0 &&
           (tenants.empty() || has(tenants, f.external_tenant));
  });
  leaf.make = [=](Dice& dice, SignInFacts& f, bool holds) {
    if (!holds) {
      (dice.one_in(2) && !tenants.empty()) ? f.external_tenant.clear()
                                           : static_cast<void>(f.user_kind = UserKind::kMember);
      return;
    }
    std::vector<UserKind> good;
    for (unsigned k = 0; k < kUserKindCount; ++k) {
      if ((kinds >> k & 1U) != 0) {
        good.push_back(static_cast<UserKind>(k));
      }
    }
    f.user_kind = dice.pick(good);
    if (!tenants.empty()) {
      f.external_tenant = dice.pick(tenants);
    }
  };
  return leaf;
}

constexpr std::uint32_t kEveryGuest = 0x7E;

Leaf app_of(const std::vector<std::string>& ids) {
  Leaf leaf;
  leaf.truth = whether([=](const SignInFacts& f) {
    return f.target_kind == TargetKind::kApp && has(ids, f.target);
  });
  leaf.make = [=](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      f.target_kind = TargetKind::kApp;
      f.target = dice.pick(ids);
    } else if (f.target_kind == TargetKind::kApp && has(ids, f.target)) {
      f.target = "another app";
    }
  };
  return leaf;
}

Leaf app_group_of(const std::string& group) {
  Leaf leaf;
  leaf.text = group;
  leaf.truth = whether([=](const SignInFacts& f) {
    return f.target_kind == TargetKind::kApp && has(f.app_groups, group);
  });
  leaf.make = [=](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      f.target_kind = TargetKind::kApp;
      insert(dice, f.app_groups, group);
    } else {
      std::erase(f.app_groups, group);
    }
  };
  return leaf;
}

Leaf target_of(TargetKind kind, const std::string& id) {
  Leaf leaf;
  leaf.truth =
      whether([=](const SignInFacts& f) { return f.target_kind == kind && f.target == id; });
  leaf.make = [=](Dice&, SignInFacts& f, bool holds) {
    if (holds) {
      f.target_kind = kind;
      f.target = id;
    } else if (f.target == id) {
      f.target = "c99";
    }
  };
  return leaf;
}

/// Any of them.
Leaf any_of(const std::vector<Leaf>& items) {
  Leaf leaf;
  leaf.truth = whether([items](const SignInFacts& f) {
    return std::any_of(items.begin(), items.end(),
                       [&f](const Leaf& each) { return each.truth(f) == Truth::kTrue; });
  });
  leaf.make = [items](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      dice.pick(items).make(dice, f, true);
    } else {
      for (const Leaf& each : items) {
        each.make(dice, f, false);
      }
    }
  };
  return leaf;
}

}  // namespace

Leaf Leaves::user_item(bool workloads) {
  const auto with_hole = [&](Leaf leaf, std::string_view kind, const std::string& id) {
    use("users", kind);
    leaf.text = fmt::format("{} {}", kind, kHole);
    leaf.hole = {"text", literal(id)};
    return leaf;
  };
  if (workloads && d_.one_in(2)) {
    if (d_.one_in(3)) {
      use("users", "service_principals");
      Leaf leaf = everybody(true);
      leaf.text = d_.one_in(2) ? "service_principals" : "all service_principals";
      return leaf;
    }
    const std::string& id = d_.pick(w_.services);
    return with_hole(one_of({id}, true, false), "service_principal", id);
  }
  switch (d_.below(10)) {
    case 0:
    case 1: {
      use("users", "all");
      Leaf leaf = everybody(false);
      leaf.text = "all";
      return leaf;
    }
    case 2:
    case 3: {
      const std::string& id = d_.pick(w_.users);
      return with_hole(one_of({id}, false, false), "user", id);
    }
    case 4:
    case 5: {
      const std::string& id = d_.pick(w_.groups);
      return with_hole(member_of({id}, &SignInFacts::groups), "group", id);
    }
    case 6: {
      const std::string& id = d_.pick(w_.roles);
      return with_hole(member_of({id}, &SignInFacts::roles), "role", id);
    }
    case 7: {
      use("users", "guests");
      std::uint32_t kinds = 0;
      std::vector<std::string> tenants;
      std::vector<std::string> arguments;
      for (std::size_t i = d_.below(3); i > 0; --i) {
        const auto kind = static_cast<UserKind>(1 + d_.below(6));
        kinds |= 1U << static_cast<unsigned>(kind);
        use("guests", name(kind));
        arguments.emplace_back(name(kind));
      }
      for (std::size_t i = d_.below(3); i > 0; --i) {
        tenants.push_back(d_.pick(w_.tenants));
        use("users", "tenant");
        arguments.push_back("tenant " + literal(tenants.back()));
      }
      Leaf leaf = guest_of(kinds == 0 ? kEveryGuest : kinds, tenants);
      leaf.text =
          arguments.empty() ? "guests" : fmt::format("guests({})", fmt::join(arguments, ", "));
      return leaf;
    }
    case 8:
      if (d_.one_in(6)) {
        use("users", "none");
        return nobody();
      }
      [[fallthrough]];
    default:
      if (w_.user_sets.empty()) {
        return user_item(workloads);
      }
      use("users", "set");
      return d_.pick(w_.user_sets).meaning;
  }
}

Leaf Leaves::app_item() {
  switch (d_.below(6)) {
    case 0: {
      static const std::vector<std::string> kGroups = {"office365", "admin_portals",
                                                       "all_agent_resources"};
      const std::string& group = d_.pick(kGroups);
      use("app group", group);
      use("target", "app group");
      return app_group_of(group);
    }
    case 1:
    case 2:
      if (!w_.app_sets.empty()) {
        use("target", "set");
        return d_.pick(w_.app_sets).meaning;
      }
      [[fallthrough]];
    default: {
      const std::string& id = d_.pick(w_.apps);
      use("target", "app");
      Leaf leaf = app_of({id});
      leaf.text = fmt::format("app {}", kHole);
      leaf.hole = {"text", literal(id)};
      return leaf;
    }
  }
}

Leaf Leaves::target_item(TargetKind kind) {
  if (d_.one_in(60)) {
    use("target", "none");
    return nobody();
  }
  if (kind == TargetKind::kUserAction) {
    static const std::vector<std::string> kActions = {"register_security_info", "register_device"};
    const std::string& action = d_.pick(kActions);
    use("target", "action");
    use("action", action);
    Leaf leaf = target_of(kind, action);
    leaf.text = fmt::format("action {}", kHole);
    leaf.hole = {"word", action};
    return leaf;
  }
  if (kind == TargetKind::kAuthContext) {
    const auto& [name, id] = d_.pick(w_.contexts);
    use("target", "context");
    Leaf leaf = target_of(kind, id);
    leaf.text = fmt::format("context {}", kHole);
    leaf.hole = {"context", name};
    return leaf;
  }
  if (d_.one_in(4)) {
    use("target", "all apps");
    Leaf leaf;
    leaf.text = "all apps";
    // User actions too; what of them a policy leaves alone: applies().
    leaf.truth =
        whether([](const SignInFacts& f) { return f.target_kind != TargetKind::kAuthContext; });
    leaf.make = [](Dice& dice, SignInFacts& f, bool holds) {
      f.target_kind = !holds           ? TargetKind::kAuthContext
                      : dice.one_in(4) ? TargetKind::kUserAction
                                       : TargetKind::kApp;
      if (f.target_kind == TargetKind::kUserAction) {
        f.target = dice.one_in(2) ? "register_device" : "register_security_info";
      }
    };
    return leaf;
  }
  return app_item();
}

Leaf Leaves::who_test() {
  const bool negated = d_.one_in(3);
  const auto finished = [&](Leaf leaf, std::string text) {
    leaf.text = std::move(text);
    return negated ? negative(std::move(leaf)) : leaf;
  };
  const auto list_of = [&](const std::vector<std::string>& values) {
    std::vector<std::string> pieces;
    for (const std::string& each : values) {
      pieces.push_back(literal(each));
    }
    return bracketed(pieces);
  };
  const char* equal = negated ? "!=" : "==";
  const char* in = negated ? "not in" : "in";
  switch (d_.below(6)) {
    case 0:
    case 1: {  // by id
      const char* path = d_.one_in(2) ? "user" : "user.id";
      use("fact", path);
      std::vector<std::string> ids = some(d_.one_in(4) ? w_.services : w_.users, 2);
      const bool one = ids.size() == 1;
      use("operator", one ? equal : in);
      // `user` is a user, as in a set of users; `user.id` the id of a principal of any kind.
      return finished(one_of(ids, false, std::string_view(path) == "user.id"),
                      one ? fmt::format("{} {} {}", path, equal, literal(ids[0]))
                          : fmt::format("{} {} {}", path, in, list_of(ids)));
    }
    case 2: {
      use("fact", "user.tenant");
      const std::vector<std::string> ids = some(w_.tenants, 2);
      const bool one = ids.size() == 1;
      use("operator", one ? equal : in);
      return finished(guest_of(kEveryGuest, ids),
                      one ? fmt::format("user.tenant {} {}", equal, literal(ids[0]))
                          : fmt::format("user.tenant {} {}", in, list_of(ids)));
    }
    case 3: {
      const bool groups = d_.one_in(2);
      use("fact", groups ? "user.groups" : "user.roles");
      use("operator", negated ? "not contains" : "contains");
      const std::vector<std::string> ids = some(groups ? w_.groups : w_.roles, 2);
      return finished(
          member_of(ids, groups ? &SignInFacts::groups : &SignInFacts::roles),
          fmt::format("user.{} {}contains {}", groups ? "groups" : "roles", negated ? "not " : "",
                      ids.size() == 1 ? literal(ids[0]) : list_of(ids)));
    }
    default: {  // in a set of users
      use("fact", "user");
      use("operator", in);
      std::vector<Leaf> items;
      std::vector<std::string> pieces;
      for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
        items.push_back(user_item(d_.one_in(3)));
        const Leaf& item = items.back();
        const std::size_t at = item.text.find(kHole);
        pieces.push_back(at == std::string::npos ? item.text
                                                 : item.text.substr(0, at) + item.hole.value);
      }
      const bool bare = pieces.size() == 1 &&
                        pieces[0].find_first_of(" (\"") == std::string::npos &&
                        std::any_of(w_.user_sets.begin(), w_.user_sets.end(),
                                    [&](const World::Named& n) { return n.name == pieces[0]; });
      Leaf leaf = any_of(items);
      if (!bare && d_.one_in(3)) {
        std::string value;
        for (const std::string& each : pieces) {
          value += (value.empty() ? "" : ", ") + each;
        }
        leaf = finished(std::move(leaf), fmt::format("user {} [{}]", in, kHole));
        leaf.hole = {"users", value};
        return leaf;
      }
      return finished(std::move(leaf),
                      fmt::format("user {} {}", in, bare ? pieces[0] : bracketed(pieces)));
    }
  }
}

Leaf Leaves::app_test() {
  use("fact", "app");
  const bool negated = d_.one_in(3);
  const auto finished = [&](Leaf leaf, std::string text) {
    leaf.text = std::move(text);
    return negated ? negative(std::move(leaf)) : leaf;
  };
  if (d_.one_in(3)) {
    const std::vector<std::string> ids = some(w_.apps, 3);
    const bool one = ids.size() == 1;
    use("operator", one ? negated ? "!=" : "==" : negated ? "not in" : "in");
    std::vector<std::string> pieces;
    for (const std::string& each : ids) {
      pieces.push_back(literal(each));
    }
    return finished(app_of(ids),
                    one ? fmt::format("app {} {}", negated ? "!=" : "==", pieces[0])
                        : fmt::format("app {} {}", negated ? "not in" : "in", bracketed(pieces)));
  }
  use("operator", negated ? "not in" : "in");
  std::vector<Leaf> items;
  std::string value;
  for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
    items.push_back(app_item());
    const Leaf& item = items.back();
    const std::size_t at = item.text.find(kHole);
    value += (value.empty() ? "" : ", ") +
             (at == std::string::npos ? item.text : item.text.substr(0, at) + item.hole.value);
  }
  Leaf leaf = finished(any_of(items), fmt::format("app {} [{}]", negated ? "not in" : "in", kHole));
  leaf.hole = {"apps", value};
  return leaf;
}

}  // namespace gate::differential
