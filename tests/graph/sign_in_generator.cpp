#include "tests/graph/sign_in_generator.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "tests/graph/oracle/json_access.h"

namespace graph_corpus {

using graph_oracle::holds;
using Strings = PolicyValues::Strings;

namespace {

const Strings kPlatforms = {"android", "iOS",   "windows", "windowsPhone",
                            "macOS",   "linux", "unknown"};
const Strings kModern = {"browser", "mobileAppsAndDesktopClients"};
const Strings kClients = {"browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"};
const Strings kRisks = {"none", "low", "medium", "high"};
const Strings kInsider = {"none", "minor", "moderate", "elevated"};
const Strings kFlows = {"none", "deviceCodeFlow", "authenticationTransfer"};
const Strings kGuests = {"internalGuest",        "b2bCollaborationGuest", "b2bCollaborationMember",
                         "b2bDirectConnectUser", "otherExternalUser",     "serviceProvider"};

json::array array_of(const Strings& values) {
  return json::array(values.begin(), values.end());
}

}  // namespace

SignInGenerator::SignInGenerator(const Source& source, std::uint64_t seed)
    : random_(seed), policies_(source.policies.get_array()), values_(values_of(source)) {
  app_groups_ = {{"Office365", {"app-mail", "app-files", "app-chat"}},
                 {"MicrosoftAdminPortals", {"app-admin1", "app-admin2"}},
                 {"AllAgentIdResources", {"app-agent"}}};
}

bool SignInGenerator::chance(int percent) {
  return static_cast<int>(random_() % 100) < percent;
}

std::string SignInGenerator::pick(const Strings& from, std::string_view otherwise) {
  return from.empty() ? std::string(otherwise) : from[random_() % from.size()];
}

std::int64_t SignInGenerator::pick_number(const PolicyValues::Numbers& from) {
  return from[random_() % from.size()];
}

std::string SignInGenerator::almost(const std::string& value) {
  auto changed = value;
  switch (random_() % 6) {
    case 0:
      return value + "-77";
    case 1:
      return "x" + value;
    case 2:
      std::ranges::transform(changed, changed.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      });
      return changed;
    case 3:
      return value.substr(0, value.size() - 1);
    default:
      return value;
  }
}

std::string SignInGenerator::paired(const PolicyValues::Pairs& pairs, const std::string& key) {
  Strings values;
  for (const auto& [each, value] : pairs) {
    if (each == key) {
      values.push_back(value);
    }
  }
  return pick(values);
}

void SignInGenerator::random_identity(json::object& identity) {
  identity = json::object();
  identity["userId"] = pick(values_.users);
  Strings groups, roles;
  while (chance(40)) {
    groups.push_back(pick(values_.groups));
  }
  while (chance(25)) {
    roles.push_back(pick(values_.roles));
  }
  identity["groupIds"] = array_of(groups);
  identity["roleIds"] = array_of(roles);
  if (chance(20)) {
    identity["externalUserType"] = pick(kGuests);
    if (chance(70)) {
      identity["externalTenantId"] = pick(values_.tenants);
    }
  }
  if (chance(5)) {
    identity = {{"servicePrincipalId", pick(values_.principals)}};
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
    target["authenticationContextValue"] = pick(values_.contexts);
  } else {
    target["includeApplications"] = json::array{pick(values_.apps)};
  }
}

/// Custom security attributes, the compared value or nearly.
void SignInGenerator::random_attributes(json::object& owner) {
  if (values_.custom_values.empty() || chance(30)) {
    return;
  }
  json::object attributes;
  while (chance(65)) {
    const auto& [name, value] = values_.custom_values[random_() % values_.custom_values.size()];
    const std::string one = chance(75) ? almost(value) : "other";
    attributes[name] = chance(60) ? json::value(one) : json::array{"before", one};
  }
  owner["customSecurityAttributes"] = std::move(attributes);
}

json::value SignInGenerator::random_device() {
  if (chance(30)) {
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
  while (!values_.device_values.empty() && chance(70)) {
    const auto& [name, value] = values_.device_values[random_() % values_.device_values.size()];
    if (holds({"trustType", "deviceOwnership", "isCompliant"}, name)) {
      continue;
    }
    if (holds({"physicalIds", "systemLabels"}, name)) {
      device[name] = json::array{"other", almost(value)};
    } else {
      device[name] = almost(value);
    }
  }
  return device;
}

void SignInGenerator::random_conditions(json::object& conditions) {
  conditions["devicePlatform"] = pick(kPlatforms);
  conditions["clientAppType"] = chance(85) ? pick(kModern) : pick(kClients);
  conditions["ipAddress"] = pick(values_.addresses);
  conditions["country"] = chance(85) ? json::value(pick(values_.countries)) : json::value(nullptr);
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
    conditions["gpsCountry"] = chance(15) ? "unknown" : pick(values_.countries);
  }
  if (chance(60)) {
    const auto day = static_cast<std::int64_t>(20'717 + random_() % 8);
    conditions["unixTime"] = day * 86'400 + pick_number(values_.clock_minutes) * 60;
  }
  conditions["authenticationFlow"] = {{"transferMethod", chance(85) ? "none" : pick(kFlows)}};
  conditions["deviceInfo"] = random_device();
}

json::value SignInGenerator::next() {
  json::object identity, target, facts;
  random_identity(identity);
  random_target(target);
  random_conditions(facts);
  json::object out = {
      {"signInIdentity", identity}, {"signInContext", target}, {"signInConditions", facts}};
  if (!policies_.empty() && chance(85)) {
    meet(policies_[random_() % policies_.size()], out);
    switch (random_() % 6) {  // change one group of facts, or none
      case 0:
        out["signInIdentity"] = identity;
        break;
      case 1:
        out["signInContext"] = target;
        break;
      case 2:
        for (const auto& entry : facts) {
          if (chance(20)) {
            out["signInConditions"].as_object()[entry.key()] = entry.value();
          }
        }
        break;
      default:
        break;
    }
  }
  if (chance(8)) {  // an absent fact
    auto& given = out["signInConditions"].as_object();
    given.erase(
        std::next(given.begin(), static_cast<std::ptrdiff_t>(random_() % given.size()))->key());
  }
  random_attributes(out["signInContext"].as_object());
  auto& who = out["signInIdentity"].as_object();
  if (who.contains("servicePrincipalId")) {
    random_attributes(who);
  }
  out["session"] = random_session(who);
  return out;
}

}  // namespace graph_corpus
