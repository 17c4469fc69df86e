#include "tests/graph/oracle/people.h"

#include "tests/graph/oracle/attribute_rule.h"
#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

bool guest_object_matches(const json::value* guests, const SignIn& s) {
  if (guests == nullptr || !s.is_guest()) {
    return false;
  }
  if (!rule(13, holds(list(guests, "guestOrExternalUserTypes"), s.guest_kind))) {
    return false;
  }
  const auto* tenants = member(guests, "externalTenants");
  if (!same(text(tenants, "membershipKind"), "enumerated")) {
    return true;
  }
  return rule(13, !s.home_tenant.empty() && holds(list(tenants, "members"), s.home_tenant));
}

bool users_match(const json::value* users, const std::string& side, const SignIn& s) {
  const auto named = list(users, side + "Users");
  bool matches = holds(named, "All") && rule(8, true);
  if (!named.empty() && rule(9, holds(named, s.principal))) {
    matches = true;
  }
  if (holds(named, "GuestsOrExternalUsers") && rule(12, s.is_guest())) {
    matches = true;
  }
  const auto groups = list(users, side + "Groups");
  if (!groups.empty() && rule(10, holds_any(groups, s.groups))) {
    matches = true;
  }
  const auto roles = list(users, side + "Roles");
  if (!roles.empty() && rule(11, holds_any(roles, s.roles))) {
    matches = true;
  }
  if (guest_object_matches(member(users, side + "GuestsOrExternalUsers"), s)) {
    matches = true;
  }
  return matches;
}

/// Whether a filter of this mode ("include", "exclude") is there and matches.
bool filter_names(const json::value* filter, std::string_view mode, const SignIn& s) {
  return filter != nullptr && same(text(filter, "mode"), mode) &&
         attribute_rule_matches(text(filter, "rule"), s.principal_attributes).value_or(false);
}

bool service_principals_match(const json::value* workloads, const SignIn& s) {
  const auto included = list(workloads, "includeServicePrincipals");
  const auto* filter = member(workloads, "servicePrincipalFilter");
  const bool everybody = holds(included, "ServicePrincipalsInMyTenant") || included.empty();
  bool in = !included.empty() && rule(16, everybody || holds(included, s.principal));
  if (same(text(filter, "mode"), "include")) {
    const bool hit = rule(17, filter_names(filter, "include", s));
    in = everybody ? hit : in || hit;
  } else if (filter != nullptr && included.empty()) {
    in = true;
  }
  return in && !filter_names(filter, "exclude", s) &&
         !holds(list(workloads, "excludeServicePrincipals"), s.principal);
}

bool agent_identities_match(const json::value* workloads, const SignIn& s) {
  const auto included = list(workloads, "includeAgentIdServicePrincipals");
  const auto excluded = list(workloads, "excludeAgentIdServicePrincipals");
  const auto* filter = member(workloads, "agentIdServicePrincipalFilter");
  const bool everybody = holds(included, "All") || (included.empty() && filter != nullptr);
  bool in = everybody || holds(included, s.principal);
  if (same(text(filter, "mode"), "include")) {
    const bool hit = filter_names(filter, "include", s);
    in = everybody ? hit : in || hit;
  }
  return in && !filter_names(filter, "exclude", s) && !holds(excluded, "All") &&
         !holds(excluded, s.principal);
}

bool agent_users_match(const json::value* agents, const std::string& side, const SignIn& s) {
  const auto named = list(agents, side + "AgentUsers");
  return holds(named, "All") || holds(named, s.principal);
}

}  // namespace

bool is_about_workloads(const json::value* conditions) {
  return member(conditions, "clientApplications") != nullptr;
}

bool is_for(const json::value* conditions, const SignIn& s) {
  const auto* users = member(conditions, "users");
  const auto* workloads = member(conditions, "clientApplications");
  const auto* agents = member(conditions, "agents");
  if (s.is_workload()) {
    if (!rule(15, workloads != nullptr)) {
      return false;
    }
    if (service_principals_match(workloads, s)) {
      return true;
    }
    return s.who == Who::kAgentIdentity && rule(70, agent_identities_match(workloads, s));
  }
  bool in = users_match(users, "include", s);
  bool out = users_match(users, "exclude", s);
  if (s.who == Who::kAgentUser) {
    in = rule(70, agent_users_match(agents, "include", s)) || in;
    out = agent_users_match(agents, "exclude", s) || out;
  }
  rule(14, in);
  return in && rule(5, !out);
}

}  // namespace graph_oracle
