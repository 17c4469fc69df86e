#include <fmt/format.h>

#include <algorithm>
#include <gate/vocabulary.hpp>

#include "compiler/graph/agents.h"
#include "compiler/graph/export_context.h"
#include "compiler/graph/read_times.h"
#include "compiler/graph/spelling.h"

namespace gate::graph {

namespace ast = compiler::ast;

namespace {

void warn_of_modifiers(const ast::Item& item, ExportContext& context) {
  if (item.until || item.because) {
    context.warn(item.span, "Graph keeps neither the date nor the reason of an exclusion");
  }
}

std::optional<Guests> guests_of(const ast::Item& item, ExportContext& context) {
  Guests out;
  for (const auto& argument : item.arguments) {
    if (word_of(argument, 0) == "tenant") {
      out.any_tenant = false;
      out.tenants.push_back(string_of(argument, 1));
      continue;
    }
    auto kind = graph_word(Vocabulary::kGuestKind, word_of(argument, 0));
    if (kind.empty()) {
      context.refuse(argument.span, "this is not a kind of guest in Graph");
    }
    out.kinds.push_back(std::move(kind));
  }
  if (out.kinds.empty()) {  // every kind: in Graph an empty list selects no guest
    for (auto kind = UserKind::kInternalGuest; kind <= UserKind::kServiceProvider;
         kind = static_cast<UserKind>(static_cast<unsigned>(kind) + 1)) {
      out.kinds.emplace_back(graph_name(kind));
    }
  }
  return out;
}

/// The list that `word "id"` belongs to; null for other words.
Strings* list_for(std::string_view word, Principals& into) {
  if (word == "user") {
    return &into.users;
  }
  if (word == "group") {
    return &into.groups;
  }
  if (word == "role") {
    return &into.roles;
  }
  if (word == "service_principal") {
    return &into.service_principals;
  }
  return nullptr;
}

bool whole_kind(const ast::Item& item, std::string_view word, Principals& into) {
  const auto is = [&](std::string_view plain) {
    return word == plain || (word == "all" && word_of(item, 1) == plain);
  };
  if (word == "all" && (item.atoms.size() == 1 || word_of(item, 1) == "users")) {
    into.users.emplace_back("All");
  } else if (is("service_principals")) {
    into.service_principals.emplace_back("ServicePrincipalsInMyTenant");
  } else {
    return word == "none";
  }
  return true;
}

}  // namespace

void export_principals(const std::vector<ast::Item>& items, Principals& into,
                       ExportContext& context) {
  for (const auto& item : items) {
    warn_of_modifiers(item, context);
    const auto word = word_of(item, 0);
    if (whole_kind(item, word, into)) {
      continue;
    }
    if (auto* list = list_for(word, into); list != nullptr && item.atoms.size() == 2) {
      list->push_back(string_of(item, 1));
    } else if (word == "guests" && !item.has_arguments) {
      into.users.emplace_back("GuestsOrExternalUsers");
    } else if (word == "guests") {
      if (into.guests) {
        context.refuse(item.span, "a second selection of guests in one list");
      }
      into.guests = guests_of(item, context);
    } else if (const auto* named = context.set(word); named != nullptr) {
      export_principals(named->items, into, context);
    } else {
      context.refuse(item.span, "these principals cannot be exported");
    }
  }
}

void export_targets(const std::vector<ast::Item>& items, bool exclude, Targets& into,
                    ExportContext& context) {
  auto& apps = exclude ? into.exclude_apps : into.include_apps;
  for (const auto& item : items) {
    warn_of_modifiers(item, context);
    const auto word = word_of(item, 0);
    const auto group = graph_word(Vocabulary::kAppGroup, word);
    if (word == "all" && word_of(item, 1) == "apps") {
      if (exclude) {
        context.refuse(item.span, "all apps cannot be excluded");
      }
      apps.emplace_back("All");
    } else if (word == "app" && !exclude && string_of(item, 1).starts_with(kTrafficPrefix)) {
      into.traffic_profiles.push_back(string_of(item, 1).substr(kTrafficPrefix.size()));
    } else if (word == "app") {
      apps.push_back(string_of(item, 1));
    } else if (!group.empty()) {
      apps.push_back(group);
    } else if (word == "none") {
      continue;
    } else if (word == "action" && !exclude) {
      into.actions.push_back(graph_word(Vocabulary::kUserAction, word_of(item, 1)));
    } else if (word == "context" && !exclude) {
      const auto literal = string_of(item, 1);
      into.contexts.push_back(literal.empty() ? context.context_id(word_of(item, 1)) : literal);
    } else if (const auto* named = context.set(word); named != nullptr) {
      export_targets(named->items, exclude, into, context);
    } else {
      context.refuse(item.span, "this target cannot be exported");
    }
  }
}

Grant export_grant(const ast::Grant& grant, ExportContext& context) {
  Grant out;
  if (grant.block) {
    out.controls.emplace_back("block");
    return out;
  }
  out.all = grant.requirement.mode == ast::Requirement::Mode::kAll;
  for (const auto& item : grant.requirement.controls) {
    const auto word = word_of(item, 0);
    const auto graph = graph_word(Vocabulary::kControl, word);
    if (word == "strength") {
      if (!out.strength.empty()) {
        context.refuse(item.span, "a second strength in one policy");
      }
      if (context.is_left_out(word_of(item, 1))) {
        context.refuse(item.span, "a strength that cannot be exported itself");
      }
      out.strength = context.strength_id(word_of(item, 1));
    } else if (word == "terms_of_use") {
      out.terms_of_use.push_back(string_of(item, 1));
    } else if (word == "custom_control") {
      out.custom.push_back(string_of(item, 1));
    } else if (!graph.empty()) {
      out.controls.push_back(graph);
    } else {
      context.refuse(item.span, "this control cannot be exported");
    }
  }
  return out;
}

namespace {

std::string_view state_of(const ast::Policy& policy, ExportContext& context) {
  if (!policy.state) {
    return "enabled";
  }
  const auto& item = policy.state->content;
  if (item.until) {
    context.warn(item.span, "Graph keeps no date for a state");
  }
  const auto word = word_of(item, 0);
  if (word == "off") {
    return "disabled";
  }
  return word == "report_only" ? "enabledForReportingButNotEnforced" : "enabled";
}

}  // namespace

namespace {

/// The zone as the original spelled it, while it is the same zone.
void restore_zone(Policy& policy) {
  if (!policy.conditions.times) {
    return;
  }
  for (auto* window : {&policy.conditions.times->include, &policy.conditions.times->exclude}) {
    if (*window && zone_of(policy.zone) == (*window)->zone) {
      (*window)->zone = policy.zone;
    }
  }
}

/// A filter of mode include stands where apps are named, one of mode exclude beside them.
void say_app_filter(const ast::Policy& policy, Policy& out, ExportContext& context) {
  auto& targets = out.targets;
  if (!targets.filter || targets.filter->exclude) {
    return;
  }
  if (targets.include_apps != Strings{"All"}) {
    context.refuse(policy.when->span, "Graph filters all apps, or none");
  }
  targets.include_apps.clear();
}

/// Conditions on service principals are the filter of those that the policy is about.
void say_principal_filter(const ast::Policy& policy, Policy& out, ExportContext& context) {
  auto& filter = out.conditions.principal_filter;
  if (!filter) {
    return;
  }
  const Strings all = {"ServicePrincipalsInMyTenant"};
  if (!filter->exclude && !out.conditions.agent_identities &&
      out.include.service_principals != all) {
    context.refuse(policy.when->span, "Graph filters all service principals, or none");
  }
  (out.conditions.agent_identities ? out.include.agent_filter : out.include.filter) =
      std::move(filter);
}

/// `users include all` with the condition `agent_user` is Graph's "all agent users".
void say_agents(const ast::Policy& policy, Policy& out, ExportContext& context) {
  const bool users = out.conditions.agent_users;
  const bool identities = out.conditions.agent_identities;
  if (!users && !identities) {
    return;
  }
  const Strings all_users = {"All"};
  const Strings all_principals = {"ServicePrincipalsInMyTenant"};
  Principals expected;
  auto& wanted = users ? expected.users : expected.service_principals;
  wanted = users ? all_users : all_principals;
  const auto& in = out.include;
  if ((users && identities) || in.users != expected.users || !in.groups.empty() ||
      !in.roles.empty() || in.guests || in.service_principals != expected.service_principals ||
      !out.exclude.empty()) {
    context.refuse(policy.when->span, "Graph knows all agents of a kind, and no fewer");
  }
  auto filter = std::move(out.include.agent_filter);
  out.include = Principals{};
  out.include.agent_filter = std::move(filter);
  (users ? out.include.agent_users : out.include.agent_identities) = all_users;
}

}  // namespace

Policy export_policy(const ast::Policy& policy, const std::string& description,
                     ExportContext& context) {
  Policy out;
  out.name = policy.name.value;
  out.description = description;
  if (policy.id) {
    out.id = policy.id->content.value;
  }
  context.map.restore(policy.name.value, out);
  out.state = state_of(policy, context);
  if (policy.users) {
    for (const auto& side : policy.users->content) {
      export_principals(side.items, side.exclude ? out.exclude : out.include, context);
    }
    if (std::ranges::find(out.exclude.users, "All") != out.exclude.users.end()) {
      context.refuse(policy.users->span, "all users cannot be excluded");
    }
  }
  if (policy.target) {
    for (const auto& side : policy.target->content) {
      export_targets(side.items, side.exclude, out.targets, context);
    }
  }
  if (policy.when) {
    export_when(policy.when->content, out.conditions, context);
    restore_zone(out);
    out.targets.filter = std::move(out.conditions.app_filter);
    say_app_filter(policy, out, context);
    say_principal_filter(policy, out, context);
  }
  say_agents(policy, out, context);
  if (policy.grant) {
    out.grant = export_grant(policy.grant->content, context);
  }
  if (policy.session) {
    out.session = export_session(policy.session->content, context);
  }
  return out;
}

}  // namespace gate::graph
