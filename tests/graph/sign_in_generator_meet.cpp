#include <boost/json/array.hpp>

#include "tests/graph/oracle/json_access.h"
#include "tests/graph/sign_in_generator.h"

namespace graph_corpus {

using graph_oracle::holds;
using graph_oracle::list;
using graph_oracle::member;
using graph_oracle::text;

void SignInGenerator::meet_users(const json::value* conditions, json::object& identity) {
  const auto* users = member(conditions, "users");
  const auto* workloads = member(conditions, "clientApplications");
  if (!list(member(conditions, "agents"), "includeAgentUsers").empty()) {
    identity = {{"userId", pick(values_.users)}, {"agentKind", "agentUser"}};
    return;
  }
  if (workloads != nullptr) {
    const auto named = list(workloads, "includeServicePrincipals");
    const bool one = !named.empty() && !holds(named, "ServicePrincipalsInMyTenant");
    identity = {{"servicePrincipalId", one ? pick(named) : pick(values_.principals)}};
    if (!list(workloads, "includeAgentIdServicePrincipals").empty()) {
      identity["agentKind"] = "agentIdentity";
    }
    return;
  }
  identity = {{"userId", "u-1"}, {"groupIds", json::array()}, {"roleIds", json::array()}};
  const auto names = list(users, "includeUsers");
  const auto groups = list(users, "includeGroups");
  const auto roles = list(users, "includeRoles");
  const auto* kinds = member(users, "includeGuestsOrExternalUsers");
  if (!groups.empty()) {
    identity["groupIds"] = json::array{pick(groups)};
    while (chance(35)) {  // of other policies too
      identity["groupIds"].as_array().emplace_back(pick(values_.groups));
    }
  } else if (!roles.empty()) {
    identity["roleIds"] = json::array{pick(roles)};
  } else if (kinds != nullptr || holds(names, "GuestsOrExternalUsers")) {
    identity["externalUserType"] =
        pick(list(kinds, "guestOrExternalUserTypes"), "b2bCollaborationGuest");
    const auto tenants = list(member(kinds, "externalTenants"), "members");
    if (!tenants.empty() && chance(75)) {
      identity["externalTenantId"] = chance(75) ? pick(tenants) : "t-elsewhere";
    }
  } else if (!names.empty() && !holds(names, "All") && !holds(names, "None")) {
    identity["userId"] = pick(names);
  }
  if (chance(30)) {
    meet_excluded(users, identity);
  }
}

/// Somebody who is excluded again, in one of the ways that the policy knows.
void SignInGenerator::meet_excluded(const json::value* users, json::object& identity) {
  const auto groups = list(users, "excludeGroups");
  const auto roles = list(users, "excludeRoles");
  const auto names = list(users, "excludeUsers");
  const auto* kinds = member(users, "excludeGuestsOrExternalUsers");
  if (!groups.empty() && chance(60)) {
    identity["groupIds"].as_array().emplace_back(pick(groups));
  } else if (!roles.empty() && chance(60)) {
    identity["roleIds"].as_array().emplace_back(pick(roles));
  } else if (kinds != nullptr && chance(70)) {
    identity["externalUserType"] = pick(list(kinds, "guestOrExternalUserTypes"));
    identity["externalTenantId"] = pick(list(member(kinds, "externalTenants"), "members"), "t-1");
  } else if (holds(names, "GuestsOrExternalUsers")) {
    identity["externalUserType"] = "b2bCollaborationMember";
  } else if (!names.empty()) {
    identity["userId"] = pick(names);
  }
}

void SignInGenerator::meet_target(const json::value* conditions, json::object& target) {
  const auto* apps = member(conditions, "applications");
  const auto actions = list(apps, "includeUserActions");
  const auto contexts = list(apps, "includeAuthenticationContextClassReferences");
  const auto profiles = list(member(apps, "globalSecureAccess"), "includeTrafficProfiles");
  target = json::object();
  if (!actions.empty()) {
    target["userAction"] =
        actions.front().ends_with("info") ? "registerSecurityInformation" : "registerOrJoinDevices";
    return;
  }
  if (!contexts.empty()) {
    target["authenticationContextValue"] = pick(contexts);
    return;
  }
  if (!profiles.empty()) {
    target["trafficProfile"] = chance(80) ? pick(profiles) : "m365";
    return;
  }
  const auto excluded = list(apps, "excludeApplications");
  const auto name = !excluded.empty() && chance(25)
                        ? pick(excluded)
                        : pick(list(apps, "includeApplications"), "All");
  const auto members = list(&app_groups_, name);
  target["includeApplications"] = json::array{!members.empty()               ? pick(members)
                                              : holds({"All", "None"}, name) ? pick(values_.apps)
                                                                             : name};
}

void SignInGenerator::meet_places(const json::value* places, json::object& facts) {
  auto wanted = list(places, "includeLocations");
  if (chance(30)) {
    wanted = list(places, "excludeLocations");
  }
  const auto location = pick(wanted);
  if (const auto address = paired(values_.address_in, location); !address.empty()) {
    facts["ipAddress"] = address;
  }
  if (const auto country = paired(values_.country_in, location); !country.empty()) {
    facts["country"] = country;
    if (chance(60)) {
      facts["gpsCountry"] = country;
    }
  }
}

void SignInGenerator::meet_conditions(const json::value* conditions, json::object& facts) {
  const auto set = [&](std::string_view key, const Strings& from, std::string_view everything) {
    if (!from.empty() && !holds(from, everything)) {
      facts[key] = pick(from);
    }
  };
  set("signInRiskLevel", list(conditions, "signInRiskLevels"), "");
  set("userRiskLevel", list(conditions, "userRiskLevels"), "");
  set("insiderRiskLevel", list(conditions, "insiderRiskLevels"), "");
  set("servicePrincipalRiskLevel", list(conditions, "servicePrincipalRiskLevels"), "");
  set("agentIdRiskLevel", list(conditions, "agentIdRiskLevels"), "");
  set("agentContext", list(member(conditions, "agentContext"), "includeAgentContexts"), "All");
  set("clientAppType", list(conditions, "clientAppTypes"), "all");
  if (facts.at("clientAppType") == "easSupported") {
    facts["clientAppType"] = "exchangeActiveSync";  // a sign-in does not know the old name
  }
  const auto* platforms = member(conditions, "platforms");
  set("devicePlatform", list(platforms, chance(75) ? "includePlatforms" : "excludePlatforms"),
      "all");
  const auto methods = list(member(conditions, "authenticationFlows"), "transferMethods");
  if (!methods.empty()) {
    facts["authenticationFlow"] = {{"transferMethod", pick(methods)}};
  }
  meet_places(member(conditions, "locations"), facts);
}

void SignInGenerator::meet(const json::value& policy, json::object& sign_in) {
  const auto* conditions = member(&policy, "conditions");
  meet_users(conditions, sign_in["signInIdentity"].as_object());
  meet_target(conditions, sign_in["signInContext"].as_object());
  meet_conditions(conditions, sign_in["signInConditions"].as_object());
}

}  // namespace graph_corpus
