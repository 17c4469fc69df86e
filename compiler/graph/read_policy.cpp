#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/object_kind.h"
#include "compiler/graph/read_times.h"
#include "compiler/graph/reader.h"
#include "compiler/graph/words.h"

namespace gate::graph {
namespace {

/// Enumerated tenants without one: the PowerShell SDK loses them (conditional-access 13). Among
/// exclusions that can only mean no guest, which excludes fewer; whom an inclusion meant is lost.
bool tenants_were_lost(ObjectReader& tenants, const Guests& guests, bool exclude,
                       Findings& findings) {
  if (guests.any_tenant || !guests.tenants.empty()) {
    return false;
  }
  if (exclude) {
    findings.warning(tenants.path_of("members"),
                     "membershipKind is enumerated, but no tenant is: no guest is excluded. "
                     "PowerShell's SDK loses the list: export with Invoke-MgGraphRequest");
  } else {
    findings.error(tenants.path_of("members"),
                   "membershipKind is enumerated, but no tenant is: whom this includes is lost. "
                   "PowerShell's SDK loses the list: export with Invoke-MgGraphRequest");
  }
  return true;
}

std::optional<Guests> read_guests(const boost::json::value* value, std::string path, bool exclude,
                                  Findings& findings) {
  ObjectReader object(value, std::move(path), findings);
  if (!object.present()) {
    return std::nullopt;
  }
  Guests out;
  out.kinds = words(object, "guestOrExternalUserTypes",
                    {"internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember",
                     "b2bDirectConnectUser", "otherExternalUser", "serviceProvider", "none"});
  std::erase(out.kinds, "none");
  const auto* external = object.take("externalTenants");
  ObjectReader tenants(external, object.path_of("externalTenants"), findings);
  auto membership = word(tenants, "membershipKind", {"all", "enumerated"});
  if (membership.empty() && external != nullptr &&
      equal_fold(odata_type(*external), "conditionalAccessEnumeratedExternalTenants")) {
    membership = "enumerated";
  }
  out.any_tenant = membership != "enumerated";
  out.tenants = tenants.strings("members");
  if (tenants_were_lost(tenants, out, exclude, findings)) {
    return std::nullopt;
  }
  if (out.any_tenant && !out.tenants.empty()) {
    findings.error(tenants.path_of("members"), "tenants are listed, but membershipKind is all");
  }
  if (out.kinds.empty() && !out.tenants.empty()) {
    findings.error(object.path_of("guestOrExternalUserTypes"),
                   "tenants are listed, but no kind of guest is");
  }
  return out.kinds.empty() ? std::nullopt : std::optional(out);
}

void read_users(ObjectReader& conditions, Policy& policy, Findings& findings) {
  ObjectReader users(conditions.take("users"), conditions.path_of("users"), findings);
  const auto half = [&](std::string_view side, Principals& out) {
    const auto key = [&](std::string_view what) { return fmt::format("{}{}", side, what); };
    out.users = ids(users, key("Users"), {"All", "None", "GuestsOrExternalUsers"});
    out.groups = users.strings(key("Groups"));
    out.roles = users.strings(key("Roles"));
    out.guests =
        read_guests(users.take(key("GuestsOrExternalUsers")),
                    users.path_of(key("GuestsOrExternalUsers")), side == "exclude", findings);
  };
  half("include", policy.include);
  half("exclude", policy.exclude);
}

std::optional<Filter> read_filter(ObjectReader& owner, std::string_view key, std::string_view rule,
                                  Findings& findings) {
  ObjectReader filter(owner.take(key), owner.path_of(key), findings);
  if (!filter.present()) {
    return std::nullopt;
  }
  Filter out;
  out.exclude = word(filter, "mode", {"include", "exclude"}) == "exclude";
  out.rule = filter.text(rule, true);
  if (out.rule.size() > kDeviceRuleBytesMax) {
    findings.error(filter.path_of(rule),
                   fmt::format("the rule has {} bytes, more than the {} allowed", out.rule.size(),
                               kDeviceRuleBytesMax));
  }
  return out;
}

void read_workloads(ObjectReader& conditions, Policy& policy, Findings& findings) {
  ObjectReader workloads(conditions.take("clientApplications"),
                         conditions.path_of("clientApplications"), findings);
  policy.include.service_principals =
      ids(workloads, "includeServicePrincipals", {"ServicePrincipalsInMyTenant"});
  policy.exclude.service_principals =
      ids(workloads, "excludeServicePrincipals", {"ServicePrincipalsInMyTenant"});
  policy.include.agent_identities = ids(workloads, "includeAgentIdServicePrincipals", {"All"});
  policy.exclude.agent_identities = ids(workloads, "excludeAgentIdServicePrincipals", {"All"});
  policy.include.filter = read_filter(workloads, "servicePrincipalFilter", "rule", findings);
  policy.include.agent_filter =
      read_filter(workloads, "agentIdServicePrincipalFilter", "rule", findings);
  ObjectReader agents(conditions.take("agents"), conditions.path_of("agents"), findings);
  policy.include.agent_users = ids(agents, "includeAgentUsers", {"All"});
  policy.exclude.agent_users = ids(agents, "excludeAgentUsers", {"All"});
}

void read_targets(ObjectReader& conditions, Policy& policy, Findings& findings) {
  ObjectReader apps(conditions.take("applications"), conditions.path_of("applications"), findings);
  Targets& out = policy.targets;
  const Words special = {"All", "None", "Office365", "MicrosoftAdminPortals",
                         "AllAgentIdResources"};
  out.include_apps = ids(apps, "includeApplications", special);
  out.exclude_apps = ids(apps, "excludeApplications", special);
  out.filter = read_filter(apps, "applicationFilter", "rule", findings);
  out.actions = words(apps, "includeUserActions",
                      {"urn:user:registersecurityinfo", "urn:user:registerdevice"});
  // Contexts are c1 to c99 whatever the case (conditional-access 9); one spelling here and there.
  out.contexts = apps.strings("includeAuthenticationContextClassReferences");
  std::ranges::transform(out.contexts, out.contexts.begin(), fold_case);
  // Two names of one thing: networkAccess is the older one.
  for (const auto* key : {"networkAccess", "globalSecureAccess"}) {
    ObjectReader traffic(apps.take(key), apps.path_of(key), findings);
    for (auto& each : words(traffic, "includeTrafficProfiles", {"m365", "internet", "private"})) {
      if (std::ranges::find(out.traffic_profiles, each) == out.traffic_profiles.end()) {
        out.traffic_profiles.push_back(std::move(each));
      }
    }
  }
}

/// The predecessors of the device filter say the same in fewer words: Compliant, DomainJoined.
std::string old_device_rule(const Strings& states) {
  std::string rule;
  for (const auto& state : states) {
    rule += rule.empty() ? "" : " -or ";
    rule +=
        state == "Compliant" ? "device.isCompliant -eq True" : "device.trustType -eq \"ServerAD\"";
  }
  return rule;
}

void read_old_devices(ObjectReader& devices, std::string_view what, Conditions& out,
                      Findings& findings) {
  const Words known = {"All", "Compliant", "DomainJoined"};
  const auto include_key = fmt::format("include{}", what);
  const auto exclude_key = fmt::format("exclude{}", what);
  auto include = words(devices, include_key, known);
  const auto exclude = words(devices, exclude_key, known);
  if (std::ranges::find(include, "All") != include.end()) {
    include.clear();
  }
  if (include.empty() && exclude.empty()) {
    return;
  }
  if (out.device_filter || (!include.empty() && !exclude.empty()) ||
      std::ranges::find(exclude, "All") != exclude.end()) {
    findings.error(devices.path_of(exclude_key),
                   "device states that neither deviceFilter nor one list can say");
    return;
  }
  findings.note(devices.path_of(include.empty() ? exclude_key : include_key),
                "this is the predecessor of deviceFilter and is read as the filter that says the "
                "same");
  out.device_filter = Filter{include.empty(), old_device_rule(include.empty() ? exclude : include)};
}

IncludeExclude read_pair(const boost::json::value* value, const std::string& path,
                         std::string_view what, Words known, bool open, Findings& findings) {
  ObjectReader object(value, path, findings);
  IncludeExclude out;
  const auto read = [&](std::string_view side) {
    const auto key = fmt::format("{}{}", side, what);
    return open ? ids(object, key, known) : words(object, key, known);
  };
  out.include = read("include");
  out.exclude = read("exclude");
  return out;
}

void read_conditions(ObjectReader& top, Policy& policy, Findings& findings) {
  ObjectReader object(top.take("conditions"), top.path_of("conditions"), findings);
  Conditions& out = policy.conditions;
  read_users(object, policy, findings);
  read_workloads(object, policy, findings);
  read_targets(object, policy, findings);
  const Words risks = {"low", "medium", "high", "none"};
  out.user_risk = words(object, "userRiskLevels", risks);
  out.sign_in_risk = words(object, "signInRiskLevels", risks);
  out.service_principal_risk = words(object, "servicePrincipalRiskLevels", risks);
  out.agent_risk = words(object, "agentIdRiskLevels", risks);
  out.insider_risk = words(object, "insiderRiskLevels", {"minor", "moderate", "elevated"});
  out.clients = words(object, "clientAppTypes",
                      {"all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync",
                       "easSupported", "other"});
  std::ranges::replace(out.clients, std::string("easSupported"), std::string("exchangeActiveSync"));
  const auto pair = [&](std::string_view key, std::string_view what, Words known, bool open) {
    return read_pair(object.take(key), object.path_of(key), what, known, open, findings);
  };
  out.platforms =
      pair("platforms", "Platforms",
           {"android", "iOS", "windows", "windowsPhone", "macOS", "linux", "all"}, false);
  out.locations = pair("locations", "Locations", {"All", "AllTrusted"}, true);
  out.agent_contexts = pair("agentContext", "AgentContexts", {}, true);
  ObjectReader devices(object.take("devices"), object.path_of("devices"), findings);
  out.device_filter = read_filter(devices, "deviceFilter", "rule", findings);
  read_old_devices(devices, "Devices", out, findings);
  read_old_devices(devices, "DeviceStates", out, findings);
  ObjectReader states(object.take("deviceStates"), object.path_of("deviceStates"), findings);
  read_old_devices(states, "States", out, findings);
  ObjectReader flows(object.take("authenticationFlows"), object.path_of("authenticationFlows"),
                     findings);
  out.transfer_methods =
      words(flows, "transferMethods", {"deviceCodeFlow", "authenticationTransfer", "none"});
  std::erase(out.transfer_methods, "none");
  out.times = read_times(object, findings);
}

void read_grant(ObjectReader& top, Policy& policy, Model& model, Findings& findings) {
  ObjectReader object(top.take("grantControls"), top.path_of("grantControls"), findings);
  Grant& out = policy.grant;
  const auto combined = word(object, "operator", {"OR", "AND"});
  out.controls =
      words(object, "builtInControls",
            {"block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication",
             "compliantApplication", "compliantNetwork", "passwordChange", "riskRemediation"});
  out.terms_of_use = object.strings("termsOfUse");
  out.custom = object.strings("customAuthenticationFactors");
  if (const auto* strength = object.take("authenticationStrength"); strength != nullptr) {
    auto read = read_strength(*strength, object.path_of("authenticationStrength"), findings);
    out.strength = read.id;
    const bool fresh = std::ranges::none_of(model.strengths, [&](const Strength& each) {
      return each.id == read.id && !each.combinations.empty();
    });
    if (fresh && !read.combinations.empty()) {
      model.strengths.push_back(std::move(read));
    }
  }
  // Without the word all are required, as in the portal (conditional-access 1.3).
  out.all = combined == "AND" || (combined.empty() && out.count() > 1);
  if (combined.empty() && out.count() > 1) {
    findings.note(object.path_of("operator"), "no operator is given: read as AND");
  }
  const auto has = [&](std::string_view control) {
    return std::ranges::find(out.controls, control) != out.controls.end();
  };
  if (out.count() > 1 && has("block")) {
    findings.error(object.path_of("builtInControls"), "block stands beside other controls");
  }
  // conditional-access 1.3
  if (has("mfa") && !out.strength.empty()) {
    findings.error(object.path_of("authenticationStrength"),
                   "mfa and an authentication strength cannot stand in one policy: the strength "
                   "is the stricter of the two; remove the other");
  }
}

std::optional<Frequency> read_frequency(ObjectReader& session, Findings& findings) {
  ObjectReader object(session.take("signInFrequency"), session.path_of("signInFrequency"),
                      findings);
  const auto kind = word(object, "frequencyInterval", {"timeBased", "everyTime"});
  const auto unit = word(object, "type", {"hours", "days"});
  const auto value = object.integer("value");
  const auto factors = word(object, "authenticationType",
                            {"primaryAndSecondaryAuthentication", "secondaryAuthentication"});
  if (object.boolean("isEnabled") != true) {
    return std::nullopt;
  }
  Frequency out;
  out.every_time = kind == "everyTime";
  out.days = unit == "days";
  out.value = value.value_or(0);
  out.second_factor_only = factors == "secondaryAuthentication";
  constexpr std::int64_t kHoursMax = 365 * 24;
  if (!out.every_time && (unit.empty() || out.value < 1 || out.value > kHoursMax)) {
    findings.error(object.path_of("value"), "a frequency needs a type and a value of at least 1");
  }
  return out;
}

/// The value of `key` inside a control that has its own switch; "" when switched off.
std::string switched(ObjectReader& session, std::string_view control, std::string_view key,
                     Words known, Findings& findings) {
  ObjectReader object(session.take(control), session.path_of(control), findings);
  auto value = known.size() == 0 ? object.text(key) : word(object, key, known);
  return object.boolean("isEnabled") == true ? value : std::string();
}

bool switched_on(ObjectReader& session, std::string_view control, Findings& findings) {
  ObjectReader object(session.take(control), session.path_of(control), findings);
  return object.boolean("isEnabled") == true;
}

void read_session(ObjectReader& top, Policy& policy, Findings& findings) {
  ObjectReader object(top.take("sessionControls"), top.path_of("sessionControls"), findings);
  Session& out = policy.session;
  out.frequency = read_frequency(object, findings);
  out.persistent_browser =
      switched(object, "persistentBrowser", "mode", {"always", "never"}, findings);
  out.cloud_app_security = switched(object, "cloudAppSecurity", "cloudAppSecurityType",
                                    {"mcasConfigured", "monitorOnly", "blockDownloads"}, findings);
  ObjectReader evaluation(object.take("continuousAccessEvaluation"),
                          object.path_of("continuousAccessEvaluation"), findings);
  out.access_evaluation =
      word(evaluation, "mode", {"strictEnforcement", "disabled", "strictLocation"});
  out.app_enforced = switched_on(object, "applicationEnforcedRestrictions", findings);
  out.secure_sign_in = switched_on(object, "secureSignInSession", findings);
  out.disable_resilience = object.boolean("disableResilienceDefaults") == true;
  out.filtering_profile =
      switched(object, "globalSecureAccessFilteringProfile", "profileId", {}, findings);
  out.network_access_security = switched(object, "networkAccessSecurity", "policyId", {}, findings);
}

/// A policy on service principals can only block (conditional-access 1.1).
void refuse_controls_of_principals(const Policy& policy, const std::string& path,
                                   Findings& findings) {
  const auto& in = policy.include;
  const bool principals = !in.service_principals.empty() || !in.agent_identities.empty() ||
                          in.filter || in.agent_filter;
  const bool only_blocks = policy.grant.count() == 0 || policy.grant.controls == Strings{"block"};
  if (principals && !only_blocks) {
    findings.error(path, "a policy on service principals can only block");
  }
}

}  // namespace

Policy read_policy(const boost::json::value& value, const Origin& origin, Model& model,
                   Findings& findings) {
  ObjectReader object(&value, origin.path, findings);
  Policy out;
  out.origin = origin;
  out.id = object.text("id");
  out.name = object.text("displayName");
  out.description = comment(object, "description");
  out.created = object.text("createdDateTime");
  out.modified = object.text("modifiedDateTime");
  object.ignore("deletedDateTime");
  out.template_id = object.text("templateId");
  out.state = word(object, "state", {"enabled", "disabled", "enabledForReportingButNotEnforced"});
  if (out.state.empty()) {
    findings.error(object.path_of("state"), "a policy has a state");
  }
  if (out.name.empty()) {
    findings.error(object.path_of("displayName"), "a policy has a display name");
  }
  read_conditions(object, out, findings);
  read_grant(object, out, model, findings);
  read_session(object, out, findings);
  refuse_controls_of_principals(out, object.path_of("grantControls"), findings);
  if (out.grant.count() == 0 && out.session.empty()) {
    findings.error(object.path_of("grantControls"),
                   "the policy has neither a grant control nor a session control");
  }
  return out;
}

}  // namespace gate::graph
