#include "tests/graph/sign_in_generator.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "tests/graph/oracle/json_access.h"

namespace graph_corpus {

using graph_oracle::flag;
using graph_oracle::holds;
using graph_oracle::list;
using graph_oracle::member;
using graph_oracle::text;
using Strings = std::vector<std::string>;

namespace {

const Strings kPlatforms = {"android", "iOS",   "windows", "windowsPhone",
                            "macOS",   "linux", "unknown"};
const Strings kClients = {"browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"};
const Strings kRisks = {"none", "low", "medium", "high"};
const Strings kInsider = {"none", "minor", "moderate", "elevated"};
const Strings kFlows = {"none", "deviceCodeFlow", "authenticationTransfer"};
const Strings kGuests = {"internalGuest",        "b2bCollaborationGuest", "b2bCollaborationMember",
                         "b2bDirectConnectUser", "otherExternalUser",     "serviceProvider"};
const Strings kMethods = {"fido2",
                          "windowsHelloForBusiness",
                          "sms",
                          "voice",
                          "softwareOath",
                          "microsoftAuthenticatorPush",
                          "email",
                          "x509CertificateMultiFactor",
                          "deviceBasedPush",
                          "hardwareOath",
                          "x509CertificateSingleFactor",
                          "temporaryAccessPassOneTime"};

void add(Strings& into, const Strings& values) {
  for (const auto& each : values) {
    if (std::ranges::find(into, each) == into.end()) {
      into.push_back(each);
    }
  }
}

json::array array_of(const Strings& values) {
  return json::array(values.begin(), values.end());
}

/// "203.0.113.0/24" → an address in it that is not its first, where there is one.
std::string inside(const std::string& cidr) {
  auto out = cidr.substr(0, cidr.find('/'));
  if (out.ends_with(".0")) {
    out.back() = '7';
  } else if (out.ends_with("::")) {
    out += "7";
  }
  return out;
}

}  // namespace

SignInGenerator::SignInGenerator(const Source& source, std::uint64_t seed) : random_(seed) {
  policies_ = source.policies.get_array();
  collect(source);
  app_groups_ = {{"Office365", {"app-mail", "app-files", "app-chat"}},
                 {"MicrosoftAdminPortals", {"app-admin1", "app-admin2"}},
                 {"AllAgentIdResources", {"app-agent"}}};
  add(apps_, {"app-mail", "app-files", "app-admin1", "app-agent", "app-other"});
  add(users_, {"u-1", "u-2"});
  add(groups_, {"g-other"});
  add(roles_, {"r-other"});
  add(tenants_, {"t-1"});
  add(principals_, {"sp-1"});
  add(addresses_, {"192.0.2.200", "2001:db8:ffff::1", "8.8.8.8"});
  add(countries_, {"AT", "US"});
}

void SignInGenerator::collect(const Source& source) {
  for (const auto& policy : policies_) {
    const auto* conditions = member(&policy, "conditions");
    const auto* users = member(conditions, "users");
    for (const std::string side : {"include", "exclude"}) {
      add(users_, list(users, side + "Users"));
      add(groups_, list(users, side + "Groups"));
      add(roles_, list(users, side + "Roles"));
      add(apps_, list(member(conditions, "applications"), side + "Applications"));
      const auto* guests = member(users, side + "GuestsOrExternalUsers");
      add(tenants_, list(member(guests, "externalTenants"), "members"));
      add(principals_, list(member(conditions, "clientApplications"), side + "ServicePrincipals"));
    }
  }
  for (const auto* special : {"All", "None", "GuestsOrExternalUsers"}) {
    std::erase(users_, special);
    std::erase(apps_, special);
  }
  for (const auto* special : {"Office365", "MicrosoftAdminPortals", "AllAgentIdResources"}) {
    std::erase(apps_, special);
  }
  std::erase(principals_, "ServicePrincipalsInMyTenant");
  collect_places(source);
  collect_rule_values(source.policies);
}

void SignInGenerator::collect_places(const Source& source) {
  for (const auto& location : source.locations.get_array()) {
    add(countries_, list(&location, "countriesAndRegions"));
    const auto* ranges = member(&location, "ipRanges");
    if (ranges == nullptr || !ranges->is_array()) {
      continue;
    }
    for (const auto& range : ranges->get_array()) {
      const auto cidr =
          range.is_string() ? std::string(range.get_string()) : text(&range, "cidrAddress");
      if (cidr.find('x') != std::string::npos) {
        continue;  // a placeholder is no address that a sign-in could come from
      }
      add(addresses_, {inside(cidr), cidr.substr(0, cidr.find('/'))});
      address_in_.emplace_back(text(&location, "id"), inside(cidr));
    }
  }
}

/// What a rule compares: `device.model -eq "x"` gives (model, x).
void SignInGenerator::collect_compared(const std::string& rule, const std::string& prefix,
                                       Pairs& into) {
  for (auto at = rule.find(prefix); at != std::string::npos; at = rule.find(prefix, at)) {
    at += prefix.size();
    const auto name = rule.substr(at, rule.find(' ', at) - at);
    const auto open = rule.find('"', at);
    const auto next = rule.find(prefix, at);
    if (open != std::string::npos && open < next) {
      into.emplace_back(name, rule.substr(open + 1, rule.find('"', open + 1) - open - 1));
    }
  }
}

void SignInGenerator::collect_rule_values(const json::value& policies) {
  for (const auto& policy : policies.get_array()) {
    const auto* conditions = member(&policy, "conditions");
    const auto rule = [&](const char* owner, const char* filter) {
      return text(member(member(conditions, owner), filter), "rule");
    };
    collect_compared(rule("devices", "deviceFilter"), "device.", rule_values_);
    for (const auto& each : {rule("applications", "applicationFilter"),
                             rule("clientApplications", "servicePrincipalFilter"),
                             rule("clientApplications", "agentIdServicePrincipalFilter")}) {
      collect_compared(each, "CustomSecurityAttribute.", custom_values_);
    }
    const auto* strength = member(member(&policy, "grantControls"), "authenticationStrength");
    const auto* limits = member(strength, "combinationConfigurations");
    if (limits != nullptr && limits->is_array()) {
      for (const auto& limit : limits->get_array()) {
        add(aaguids_, list(&limit, "allowedAAGUIDs"));
        add(issuers_, list(&limit, "allowedIssuerSkis"));
        add(oids_, list(&limit, "allowedPolicyOIDs"));
      }
    }
  }
}

/// Custom security attributes, the compared value or another.
void SignInGenerator::random_attributes(json::object& owner) {
  if (custom_values_.empty() || chance(40)) {
    return;
  }
  json::object attributes;
  while (chance(60)) {
    const auto& [name, value] = custom_values_[random_() % custom_values_.size()];
    attributes[name] = chance(70) ? value : "other";
  }
  owner["customSecurityAttributes"] = std::move(attributes);
}

/// Which key or certificate was presented, and what the user has registered.
void SignInGenerator::random_presented(json::object& session) {
  if (chance(12)) {
    session["mfaRegistered"] = chance(50);
  }
  const auto present = [&](const char* key, const Strings& values) {
    if (!values.empty() && chance(70)) {
      session[key] = chance(70) ? pick(values) : "0";
    }
  };
  present("fido2Aaguid", aaguids_);
  present("x509IssuerSki", issuers_);
  present("x509PolicyOids", oids_);
}

bool SignInGenerator::chance(int percent) {
  return static_cast<int>(random_() % 100) < percent;
}

std::string SignInGenerator::pick(const Strings& from, std::string_view otherwise) {
  return from.empty() ? std::string(otherwise) : from[random_() % from.size()];
}

std::string SignInGenerator::address() {
  return pick(addresses_);
}

void SignInGenerator::random_identity(json::object& identity) {
  identity = json::object();
  identity["userId"] = pick(users_);
  Strings groups, roles;
  while (chance(40)) {
    add(groups, {pick(groups_)});
  }
  while (chance(25)) {
    add(roles, {pick(roles_)});
  }
  identity["groupIds"] = array_of(groups);
  identity["roleIds"] = array_of(roles);
  if (chance(20)) {
    identity["externalUserType"] = pick(kGuests);
    if (chance(70)) {
      identity["externalTenantId"] = pick(tenants_);
    }
  }
  if (chance(5)) {
    identity = {{"servicePrincipalId", pick(principals_)}};
  }
  if (chance(8)) {
    const bool user = identity.contains("userId");
    identity["agentKind"] = user ? "agentUser" : "agentIdentity";
  }
}

void SignInGenerator::random_target(json::object& target) {
  if (chance(6)) {
    target["userAction"] = chance(50) ? "registerSecurityInformation" : "registerOrJoinDevices";
  } else if (chance(6)) {
    target["authenticationContextValue"] = "c" + std::to_string(random_() % 4 + 1);
  } else {
    target["includeApplications"] = json::array{pick(apps_)};
  }
}

json::value SignInGenerator::random_device() {
  if (chance(35)) {
    return nullptr;
  }
  json::object device;
  if (chance(80)) {
    device["isCompliant"] = chance(50);
  }
  if (chance(60)) {
    device["isManaged"] = chance(50);
  }
  device["trustType"] = pick({"AzureAD", "ServerAD", "Workplace"});
  if (chance(60)) {
    device["ownership"] = pick({"Personal", "Company"});
  }
  if (!rule_values_.empty() && chance(60)) {
    const auto& [name, value] = rule_values_[random_() % rule_values_.size()];
    if (!holds({"trustType", "deviceOwnership", "isCompliant"}, name)) {
      // Exactly, as a prefix, in another case, and almost.
      const int variant = static_cast<int>(random_() % 4);
      auto changed = variant == 1 ? value + "-77" : variant == 3 ? "x" + value : value;
      if (variant == 2) {
        std::ranges::transform(changed, changed.begin(), [](char c) {
          return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
      }
      device[name] = changed;
    }
  }
  return device;
}

void SignInGenerator::random_conditions(json::object& conditions) {
  conditions["devicePlatform"] = pick(kPlatforms);
  conditions["clientAppType"] = chance(85) ? kClients[random_() % 2] : pick(kClients);
  conditions["ipAddress"] = address();
  conditions["country"] = chance(85) ? json::value(pick(countries_)) : json::value(nullptr);
  conditions["signInRiskLevel"] = chance(60) ? "none" : pick(kRisks);
  conditions["userRiskLevel"] = chance(60) ? "none" : pick(kRisks);
  conditions["insiderRiskLevel"] = chance(80) ? "none" : pick(kInsider);
  conditions["servicePrincipalRiskLevel"] = chance(80) ? "none" : pick(kRisks);
  if (chance(15)) {
    conditions["agentIdRiskLevel"] = pick(kRisks);
    conditions["agentContext"] =
        chance(50) ? "agentUserSessionsInitiatedFromEndpoints" : "elsewhere";
  }
  if (chance(60)) {
    conditions["gpsCountry"] = chance(15) ? "unknown" : pick(countries_);
  }
  if (chance(60)) {
    conditions["unixTime"] = static_cast<std::int64_t>(1'790'000'000 + random_() % (8 * 86400));
  }
  conditions["authenticationFlow"] = {{"transferMethod", chance(85) ? "none" : pick(kFlows)}};
  conditions["deviceInfo"] = random_device();
}

json::object SignInGenerator::random_session() {
  json::object session;
  Strings used = {chance(80) ? "password" : pick(kMethods)};
  if (chance(55)) {
    add(used, {pick(kMethods)});
  }
  session["usedMethods"] = array_of(used);
  const std::int64_t ages[] = {0, 60, 299, 300, 301, 3600, 3601, 40'000, 90'000, 700'000};
  const auto age = [&] { return ages[random_() % std::size(ages)]; };
  const auto first = age();
  session["primaryAuthAgeSeconds"] = first;
  session["mfaAgeSeconds"] = used.size() > 1 ? age() : first;
  Strings satisfied;
  for (const auto* control : {"approvedApplication", "compliantApplication", "compliantNetwork",
                              "passwordChange", "riskRemediation"}) {
    if (chance(25)) {
      satisfied.emplace_back(control);
    }
  }
  session["satisfiedControls"] = array_of(satisfied);
  random_presented(session);
  return session;
}

void SignInGenerator::meet_users(const json::value* conditions, json::object& identity) {
  const auto* users = member(conditions, "users");
  const auto* workloads = member(conditions, "clientApplications");
  if (!list(member(conditions, "agents"), "includeAgentUsers").empty()) {
    identity = {{"userId", "u-agent"}, {"agentKind", "agentUser"}};
    return;
  }
  if (!list(workloads, "includeAgentIdServicePrincipals").empty()) {
    identity = {{"servicePrincipalId", "sp-agent"}, {"agentKind", "agentIdentity"}};
    return;
  }
  if (workloads != nullptr) {
    identity = {{"servicePrincipalId", pick(principals_)}};
    return;
  }
  identity = {{"userId", "u-1"}, {"groupIds", json::array()}, {"roleIds", json::array()}};
  const auto names = list(users, "includeUsers");
  const auto groups = list(users, "includeGroups");
  const auto roles = list(users, "includeRoles");
  const auto guests =
      list(member(users, "includeGuestsOrExternalUsers"), "guestOrExternalUserTypes");
  if (!groups.empty()) {
    identity["groupIds"] = json::array{pick(groups)};
  } else if (!roles.empty()) {
    identity["roleIds"] = json::array{pick(roles)};
  } else if (!guests.empty()) {
    identity["externalUserType"] = pick(guests);
  } else if (holds(names, "GuestsOrExternalUsers")) {
    identity["externalUserType"] = pick(kGuests);
  } else if (!names.empty() && !holds(names, "All") && !holds(names, "None")) {
    identity["userId"] = pick(names);
  }
  // Now and then somebody who is excluded again.
  if (chance(15)) {
    const auto excluded = list(users, "excludeGroups");
    if (!excluded.empty()) {
      identity["groupIds"].as_array().emplace_back(pick(excluded));
    }
  }
}

void SignInGenerator::meet_target(const json::value* conditions, json::object& target) {
  const auto* apps = member(conditions, "applications");
  const auto actions = list(apps, "includeUserActions");
  const auto contexts = list(apps, "includeAuthenticationContextClassReferences");
  const auto names = list(apps, "includeApplications");
  const auto profiles = list(member(apps, "globalSecureAccess"), "includeTrafficProfiles");
  target = json::object();
  if (!actions.empty()) {
    target["userAction"] =
        actions.front().ends_with("info") ? "registerSecurityInformation" : "registerOrJoinDevices";
  } else if (!contexts.empty()) {
    target["authenticationContextValue"] = pick(contexts);
  } else if (!profiles.empty()) {
    target["trafficProfile"] = pick(profiles);
  } else {
    const auto name = pick(names, "All");
    const auto members = list(&app_groups_, name);
    target["includeApplications"] = json::array{!members.empty()               ? pick(members)
                                                : holds({"All", "None"}, name) ? pick(apps_)
                                                                               : name};
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
  set("devicePlatform", list(member(conditions, "platforms"), "includePlatforms"), "all");
  const auto methods = list(member(conditions, "authenticationFlows"), "transferMethods");
  if (!methods.empty()) {
    facts["authenticationFlow"] = {{"transferMethod", pick(methods)}};
  }
  const auto* places = member(conditions, "locations");
  for (const auto& wanted : {pick(list(places, "includeLocations")),
                             chance(25) ? pick(list(places, "excludeLocations")) : ""}) {
    for (const auto& [id, inner] : address_in_) {
      if (!id.empty() && id == wanted) {
        facts["ipAddress"] = inner;
      }
    }
  }
}

void SignInGenerator::meet(const json::value& policy, json::object& sign_in) {
  const auto* conditions = member(&policy, "conditions");
  meet_users(conditions, sign_in["signInIdentity"].as_object());
  meet_target(conditions, sign_in["signInContext"].as_object());
  meet_conditions(conditions, sign_in["signInConditions"].as_object());
}

json::value SignInGenerator::next() {
  json::object out;
  out["signInIdentity"] = json::object();
  out["signInContext"] = json::object();
  out["signInConditions"] = json::object();
  random_identity(out["signInIdentity"].as_object());
  random_target(out["signInContext"].as_object());
  random_conditions(out["signInConditions"].as_object());
  if (!policies_.empty() && chance(80)) {
    meet(policies_[random_() % policies_.size()], out);
    json::object other;
    switch (random_() % 4) {  // change one group of facts, or none
      case 0:
        random_identity(out["signInIdentity"].as_object());
        break;
      case 1:
        out["signInContext"] = json::object();
        random_target(out["signInContext"].as_object());
        break;
      case 2:
        random_conditions(other);
        for (const auto& entry : other) {
          if (chance(20)) {
            out["signInConditions"].as_object()[entry.key()] = entry.value();
          }
        }
        break;
      default:
        break;
    }
  }
  random_attributes(out["signInContext"].as_object());
  if (out["signInIdentity"].as_object().contains("servicePrincipalId")) {
    random_attributes(out["signInIdentity"].as_object());
  }
  out["session"] = random_session();
  const bool guest = out["signInIdentity"].as_object().contains("externalUserType");
  if (guest && chance(50)) {
    out["session"].as_object()["inboundTrust"] = {{"mfa", chance(50)}, {"device", chance(50)}};
    out["session"].as_object()["homeTenantMfaClaim"] = chance(50);
  }
  return out;
}

}  // namespace graph_corpus
