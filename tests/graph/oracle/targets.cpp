#include "tests/graph/oracle/targets.h"

#include "tests/graph/oracle/attribute_rule.h"
#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

/// Members of the suites whose ids are published (§2.10); the facts add to them.
bool is_published_member(const std::string& suite, const std::string& app) {
  static const std::vector<std::string> kOffice365 = {
      "00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0ff1-ce00-000000000000",
      "00000004-0000-0ff1-ce00-000000000000", "00000005-0000-0ff1-ce00-000000000000",
      "00000006-0000-0ff1-ce00-000000000000", "00000007-0000-0ff1-ce00-000000000000",
      "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
      "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",
      "95de633a-083e-42f5-b444-a4295d8e9314", "66a88757-258c-4c72-893c-3e8bed4d6899",
      "2d4d3d8e-2be3-4bef-9f87-7875a61c29de", "4765445b-32c6-49b0-83e6-1d93765276ca",
      "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7"};
  if (same(suite, "MicrosoftAdminPortals")) {
    return same(app, "c44b4083-3bb0-49c1-b47d-974e53cbdf3c");
  }
  return same(suite, "Office365") && holds(kOffice365, app);
}

/// The id itself, or a group of apps that has it among its members.
bool names_app(const std::vector<std::string>& names, const Tenant& tenant,
               const std::string& app) {
  for (const auto& name : names) {
    if (rule(19, same(name, app))) {
      return true;
    }
    const auto members = list(tenant.app_groups, name);
    if (!members.empty() && rule(20, holds(members, app))) {
      return true;
    }
    if (is_published_member(name, app)) {
      return true;
    }
  }
  return false;
}

/// Whether a filter of this mode ("include", "exclude") is there and matches. A user action is a
/// resource of which every attribute is null.
bool filter_names(const json::value* filter, std::string_view mode, const SignIn& s) {
  const auto* attributes = s.what == What::kUserAction ? nullptr : s.app_attributes;
  return filter != nullptr && same(text(filter, "mode"), mode) &&
         attribute_rule_matches(text(filter, "rule"), attributes).value_or(false);
}

bool app_matches(const json::value* apps, const Tenant& tenant, const SignIn& s,
                 const std::string& app) {
  const auto included = list(apps, "includeApplications");
  const auto* filter = member(apps, "applicationFilter");
  const bool everything = holds(included, "All") || included.empty();
  bool in = (holds(included, "All") && rule(18, true)) || names_app(included, tenant, app);
  if (same(text(filter, "mode"), "include")) {
    const bool hit = rule(25, filter_names(filter, "include", s));
    in = everything ? hit : in || hit;
  } else if (filter != nullptr && included.empty()) {
    in = true;
  }
  const auto profiles = list(member(apps, "globalSecureAccess"), "includeTrafficProfiles");
  if (!s.traffic_profile.empty() && rule(71, holds(profiles, s.traffic_profile))) {
    in = true;
  }
  rule(22, in);
  if (!in || filter_names(filter, "exclude", s)) {
    return false;
  }
  const auto excluded = list(apps, "excludeApplications");
  return excluded.empty() || rule(21, !names_app(excluded, tenant, app));
}

bool action_matches(const json::value& policy, const json::value* apps, const SignIn& s) {
  if (rule(23, names_the_action(policy, s))) {
    return true;
  }
  const auto included = list(apps, "includeApplications");
  const auto* filter = member(apps, "applicationFilter");
  if (!holds(included, "All") && !(included.empty() && filter != nullptr)) {
    return false;
  }
  if (same(text(filter, "mode"), "include") && !filter_names(filter, "include", s)) {
    return false;
  }
  if (filter_names(filter, "exclude", s)) {
    return false;
  }
  const bool enrolment = same(s.action, "urn:user:registerdevice");
  const auto controls = list(member(&policy, "grantControls"), "builtInControls");
  return rule(69, !(enrolment && holds(controls, "compliantDevice")));
}

}  // namespace

bool names_the_action(const json::value& policy, const SignIn& s) {
  const auto* apps = member(member(&policy, "conditions"), "applications");
  return s.what == What::kUserAction && holds(list(apps, "includeUserActions"), s.action);
}

bool is_about(const json::value& policy, const Tenant& tenant, const SignIn& s) {
  const auto* apps = member(member(&policy, "conditions"), "applications");
  switch (s.what) {
    case What::kUserAction:
      return action_matches(policy, apps, s);
    case What::kAuthenticationContext:
      return rule(24, holds(list(apps, "includeAuthenticationContextClassReferences"), s.context));
    case What::kApps:
      break;
  }
  for (const auto& app : s.apps) {
    if (app_matches(apps, tenant, s, app)) {
      return true;
    }
  }
  return false;
}

}  // namespace graph_oracle
