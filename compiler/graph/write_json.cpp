#include "compiler/graph/write_json.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "compiler/graph/write_gate.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

void put(json::object& into, std::string_view key, const std::string& value) {
  if (!value.empty()) {
    into[key] = value;
  }
}
void put(json::object& into, std::string_view key, const Strings& values) {
  if (!values.empty()) {
    into[key] = json::array(values.begin(), values.end());
  }
}
void put(json::object& into, std::string_view key, json::object&& value) {
  if (!value.empty()) {
    into[key] = std::move(value);
  }
}

json::object guests_json(const std::optional<Guests>& guests) {
  json::object out;
  if (!guests) {
    return out;
  }
  out["guestOrExternalUserTypes"] = join(guests->kinds, ",");
  json::object tenants;
  tenants["@odata.type"] = guests->any_tenant
                               ? "#microsoft.graph.conditionalAccessAllExternalTenants"
                               : "#microsoft.graph.conditionalAccessEnumeratedExternalTenants";
  tenants["membershipKind"] = guests->any_tenant ? "all" : "enumerated";
  put(tenants, "members", guests->tenants);
  out["externalTenants"] = std::move(tenants);
  return out;
}

json::object users_json(const Policy& policy) {
  json::object out;
  const auto& in = policy.include;
  const bool no_users = in.users.empty() && in.groups.empty() && in.roles.empty() && !in.guests;
  put(out, "includeUsers", no_users ? Strings{"None"} : in.users);
  put(out, "excludeUsers", policy.exclude.users);
  put(out, "includeGroups", in.groups);
  put(out, "excludeGroups", policy.exclude.groups);
  put(out, "includeRoles", in.roles);
  put(out, "excludeRoles", policy.exclude.roles);
  put(out, "includeGuestsOrExternalUsers", guests_json(in.guests));
  put(out, "excludeGuestsOrExternalUsers", guests_json(policy.exclude.guests));
  return out;
}

json::object filter_json(const std::optional<Filter>& filter) {
  json::object out;
  if (filter) {
    out["mode"] = filter->exclude ? "exclude" : "include";
    out["rule"] = filter->rule;
  }
  return out;
}

json::object applications_json(const Targets& targets) {
  json::object out;
  const bool nothing = targets.include_apps.empty() && targets.actions.empty() &&
                       targets.contexts.empty() && targets.traffic_profiles.empty() &&
                       !targets.filter;
  put(out, "includeApplications", nothing ? Strings{"None"} : targets.include_apps);
  put(out, "excludeApplications", targets.exclude_apps);
  put(out, "includeUserActions", targets.actions);
  put(out, "includeAuthenticationContextClassReferences", targets.contexts);
  put(out, "applicationFilter", filter_json(targets.filter));
  json::object traffic;
  put(traffic, "includeTrafficProfiles", join(targets.traffic_profiles, ","));
  put(out, "globalSecureAccess", std::move(traffic));
  return out;
}

json::object pair_json(const IncludeExclude& lists, std::string_view include_key,
                       std::string_view exclude_key, std::string_view everything) {
  json::object out;
  if (lists.empty()) {
    return out;
  }
  put(out, include_key, lists.include.empty() ? Strings{std::string(everything)} : lists.include);
  put(out, exclude_key, lists.exclude);
  return out;
}

json::object window_json(const std::optional<DayWindow>& window) {
  json::object out;
  if (window) {
    put(out, "daysOfWeek", window->days);
    out["allDay"] = window->start.empty();
    put(out, "startTime", window->start.empty() ? "" : window->start + ":00");
    put(out, "endTime", window->end.empty() ? "" : window->end + ":00");
    put(out, "timeZone", window->zone);
  }
  return out;
}

/// As published (conditional-access 1.6).
json::object times_json(const std::optional<Times>& times) {
  json::object out;
  if (times) {
    out["includeAllTimes"] = false;
    static const Strings kWeek = {"monday", "tuesday",  "wednesday", "thursday",
                                  "friday", "saturday", "sunday"};
    const auto always = DayWindow{kWeek, "", "", times->exclude ? times->exclude->zone : "UTC"};
    out["includeDays"] = window_json(times->include ? times->include : std::optional(always));
    put(out, "excludeDays", window_json(times->exclude));
  }
  return out;
}

json::object conditions_json(const Policy& policy) {
  const auto& c = policy.conditions;
  json::object out;
  put(out, "userRiskLevels", c.user_risk);
  put(out, "signInRiskLevels", c.sign_in_risk);
  put(out, "servicePrincipalRiskLevels", c.service_principal_risk);
  put(out, "insiderRiskLevels", join(c.insider_risk, ","));
  put(out, "agentIdRiskLevels", join(c.agent_risk, ","));
  put(out, "clientAppTypes", c.clients.empty() ? Strings{"all"} : c.clients);
  put(out, "platforms", pair_json(c.platforms, "includePlatforms", "excludePlatforms", "all"));
  put(out, "locations", pair_json(c.locations, "includeLocations", "excludeLocations", "All"));
  json::object devices;
  put(devices, "deviceFilter", filter_json(c.device_filter));
  put(out, "devices", std::move(devices));
  json::object flows;
  put(flows, "transferMethods", join(c.transfer_methods, ","));
  put(out, "authenticationFlows", std::move(flows));
  put(out, "times", times_json(c.times));
  put(out, "applications", applications_json(policy.targets));
  put(out, "users", users_json(policy));
  json::object workloads;
  put(workloads, "includeServicePrincipals", policy.include.service_principals);
  put(workloads, "excludeServicePrincipals", policy.exclude.service_principals);
  put(workloads, "includeAgentIdServicePrincipals", policy.include.agent_identities);
  put(workloads, "excludeAgentIdServicePrincipals", policy.exclude.agent_identities);
  put(workloads, "servicePrincipalFilter", filter_json(policy.include.filter));
  put(workloads, "agentIdServicePrincipalFilter", filter_json(policy.include.agent_filter));
  put(out, "clientApplications", std::move(workloads));
  json::object agents;
  put(agents, "includeAgentUsers", policy.include.agent_users);
  put(agents, "excludeAgentUsers", policy.exclude.agent_users);
  put(out, "agents", std::move(agents));
  put(out, "agentContext",
      pair_json(c.agent_contexts, "includeAgentContexts", "excludeAgentContexts", "All"));
  return out;
}

json::value grant_json(const Grant& grant) {
  if (grant.count() == 0) {
    return nullptr;
  }
  json::object out;
  out["operator"] = grant.all ? "AND" : "OR";
  put(out, "builtInControls", grant.controls);
  put(out, "customAuthenticationFactors", grant.custom);
  put(out, "termsOfUse", grant.terms_of_use);
  if (!grant.strength.empty()) {
    out["authenticationStrength"] = {{"id", grant.strength}};
  }
  return out;
}

json::object frequency_json(const Frequency& frequency) {
  json::object out;
  out["isEnabled"] = true;
  out["frequencyInterval"] = frequency.every_time ? "everyTime" : "timeBased";
  if (!frequency.every_time) {
    out["type"] = frequency.days ? "days" : "hours";
    out["value"] = frequency.value;
  }
  out["authenticationType"] = frequency.second_factor_only ? "secondaryAuthentication"
                                                           : "primaryAndSecondaryAuthentication";
  return out;
}

json::value session_json(const Session& session) {
  if (session.empty()) {
    return nullptr;
  }
  json::object out;
  const auto switched = [&](std::string_view control, std::string_view key,
                            const std::string& value) {
    if (!value.empty()) {
      json::object inner;
      inner["isEnabled"] = true;
      inner[key] = value;
      out[control] = std::move(inner);
    }
  };
  const auto on = [&](std::string_view control, bool set) {
    if (set) {
      out[control] = {{"isEnabled", true}};
    }
  };
  on("applicationEnforcedRestrictions", session.app_enforced);
  switched("cloudAppSecurity", "cloudAppSecurityType", session.cloud_app_security);
  if (session.frequency) {
    out["signInFrequency"] = frequency_json(*session.frequency);
  }
  switched("persistentBrowser", "mode", session.persistent_browser);
  if (!session.access_evaluation.empty()) {
    out["continuousAccessEvaluation"] = {{"mode", session.access_evaluation}};
  }
  if (session.disable_resilience) {
    out["disableResilienceDefaults"] = true;
  }
  on("secureSignInSession", session.secure_sign_in);
  switched("globalSecureAccessFilteringProfile", "profileId", session.filtering_profile);
  switched("networkAccessSecurity", "policyId", session.network_access_security);
  return out;
}

}  // namespace

json::object to_graph_json(const Policy& policy) {
  json::object out;
  put(out, "id", policy.id);
  put(out, "templateId", policy.template_id);
  put(out, "displayName", policy.name);
  put(out, "description", policy.description);
  put(out, "createdDateTime", policy.created);
  put(out, "modifiedDateTime", policy.modified);
  put(out, "state", policy.state);
  out["conditions"] = conditions_json(policy);
  out["grantControls"] = grant_json(policy.grant);
  out["sessionControls"] = session_json(policy.session);
  return out;
}

json::object to_graph_json(const Location& location) {
  json::object out;
  out["@odata.type"] = location.compliant_network ? "#microsoft.graph.compliantNetworkNamedLocation"
                       : location.by_country      ? "#microsoft.graph.countryNamedLocation"
                                                  : "#microsoft.graph.ipNamedLocation";
  put(out, "id", location.id);
  put(out, "displayName", location.name);
  put(out, "note", location.note);
  put(out, "createdDateTime", location.created);
  put(out, "modifiedDateTime", location.modified);
  if (location.compliant_network) {
    out["compliantNetworkType"] = "allTenantCompliantNetworks";
    out["isTrusted"] = location.trusted;
    return out;
  }
  if (location.by_country) {
    put(out, "countriesAndRegions", location.countries);
    out["includeUnknownCountriesAndRegions"] = location.unknown_countries;
    out["countryLookupMethod"] = location.by_gps ? "authenticatorAppGps" : "clientIpAddress";
    return out;
  }
  out["isTrusted"] = location.trusted;
  json::array ranges;
  for (const auto& range : location.ranges) {
    const bool v6 = range.cidr.find(':') != std::string::npos;
    json::object each;
    each["@odata.type"] = v6 ? "#microsoft.graph.iPv6CidrRange" : "#microsoft.graph.iPv4CidrRange";
    each["cidrAddress"] = range.written.empty() ? range.cidr : range.written;
    put(each, "description", range.description);
    ranges.push_back(std::move(each));
  }
  out["ipRanges"] = std::move(ranges);
  return out;
}

json::object to_graph_json(const Strength& strength) {
  json::object out;
  put(out, "id", strength.id);
  put(out, "displayName", strength.name);
  put(out, "description", strength.description);
  put(out, "createdDateTime", strength.created);
  put(out, "modifiedDateTime", strength.modified);
  put(out, "policyType", strength.policy_type);
  put(out, "requirementsSatisfied", strength.satisfies);
  put(out, "allowedCombinations", strength.combinations);
  json::array limits;
  for (const auto& limit : strength.limits) {
    json::object each;
    each["@odata.type"] = limit.aaguids.empty()
                              ? "#microsoft.graph.x509CertificateCombinationConfiguration"
                              : "#microsoft.graph.fido2CombinationConfiguration";
    put(each, "appliesToCombinations", limit.applies_to);
    put(each, "allowedAAGUIDs", limit.aaguids);
    put(each, "allowedIssuerSkis", limit.issuer_skis);
    put(each, "allowedPolicyOIDs", limit.policy_oids);
    limits.push_back(std::move(each));
  }
  if (!limits.empty()) {
    out["combinationConfigurations"] = std::move(limits);
  }
  return out;
}

}  // namespace gate::graph
