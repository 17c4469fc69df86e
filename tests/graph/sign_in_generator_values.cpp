#include "tests/graph/sign_in_generator_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdlib>

#include "tests/graph/oracle/json_access.h"

namespace graph_corpus {

using graph_oracle::list;
using graph_oracle::member;
using graph_oracle::number;
using graph_oracle::same;
using graph_oracle::text;
using Strings = PolicyValues::Strings;

namespace {

template <typename T>
void add(std::vector<T>& into, const std::vector<T>& values) {
  for (const auto& each : values) {
    if (std::ranges::find(into, each) == into.end()) {
      into.push_back(each);
    }
  }
}

/// Elements of a list as they stand, commas and all.
Strings elements(const json::value* object, std::string_view key) {
  Strings out;
  const auto* found = member(object, key);
  if (found != nullptr && found->is_array()) {
    for (const auto& each : found->get_array()) {
      out.emplace_back(each.get_string().c_str());
    }
  }
  return out;
}

/// What a rule compares: `device.model -eq "x"` gives (model, x); each of a list.
void collect_compared(const std::string& rule, const std::string& prefix,
                      PolicyValues::Pairs& into) {
  std::string lower = rule;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (auto at = lower.find(prefix); at != std::string::npos; at = lower.find(prefix, at)) {
    at += prefix.size();
    auto name = rule.substr(at, rule.find(' ', at) - at);
    name.front() = prefix == "device." ? lower[at] : name.front();  // as deviceInfo spells it
    const auto next = std::min(lower.find(prefix, at), rule.size());
    for (auto open = rule.find('"', at); open < next; open = rule.find('"', open)) {
      const auto close = rule.find('"', open + 1);
      add(into, {{name, rule.substr(open + 1, close - open - 1)}});
      open = close + 1;
    }
  }
}

void collect_people(const json::value* conditions, PolicyValues& out) {
  const auto* users = member(conditions, "users");
  const auto* workloads = member(conditions, "clientApplications");
  for (const std::string side : {"include", "exclude"}) {
    add(out.users, list(users, side + "Users"));
    add(out.groups, list(users, side + "Groups"));
    add(out.roles, list(users, side + "Roles"));
    const auto* guests = member(users, side + "GuestsOrExternalUsers");
    add(out.tenants, list(member(guests, "externalTenants"), "members"));
    add(out.principals, list(workloads, side + "ServicePrincipals"));
    add(out.apps, list(member(conditions, "applications"), side + "Applications"));
  }
  const auto* apps = member(conditions, "applications");
  add(out.contexts, list(apps, "includeAuthenticationContextClassReferences"));
  for (const auto* special : {"All", "None", "GuestsOrExternalUsers", "ServicePrincipalsInMyTenant",
                              "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"}) {
    std::erase(out.users, special);
    std::erase(out.apps, special);
    std::erase(out.principals, special);
  }
}

void collect_rules(const json::value* conditions, PolicyValues& out) {
  const auto rule = [&](const char* owner, const char* filter) {
    return text(member(member(conditions, owner), filter), "rule");
  };
  collect_compared(rule("devices", "deviceFilter"), "device.", out.device_values);
  for (const auto& each : {rule("applications", "applicationFilter"),
                           rule("clientApplications", "servicePrincipalFilter"),
                           rule("clientApplications", "agentIdServicePrincipalFilter")}) {
    collect_compared(each, "customsecurityattribute.", out.custom_values);
  }
}

void collect_grants(const json::value* grant, PolicyValues& out) {
  const auto* strength = member(grant, "authenticationStrength");
  add(out.combinations, elements(strength, "allowedCombinations"));
  if (const auto* limits = member(strength, "combinationConfigurations"); limits != nullptr) {
    for (const auto& limit : limits->as_array()) {
      add(out.aaguids, list(&limit, "allowedAAGUIDs"));
      add(out.issuers, list(&limit, "allowedIssuerSkis"));
      add(out.oids, list(&limit, "allowedPolicyOIDs"));
    }
  }
  for (const auto& id : list(grant, "termsOfUse")) {
    add(out.extra_controls, {"termsOfUse:" + id});
  }
  for (const auto& id : list(grant, "customAuthenticationFactors")) {
    add(out.extra_controls, {"customAuthenticationFactor:" + id});
  }
}

void collect_times(const json::value& policy, PolicyValues& out) {
  const auto* frequency = member(member(&policy, "sessionControls"), "signInFrequency");
  const auto value = number(frequency, "value", 0) * 3600;
  const auto seconds = same(text(frequency, "type"), "days") ? value * 24 : value;
  if (seconds > 0) {
    add(out.ages, {seconds - 1, seconds, seconds + 1});
  }
  const auto* times = member(member(&policy, "conditions"), "times");
  const auto clocks_of = [&](const char* window, const char* key) {
    const auto clock = text(member(times, window), key);
    if (!clock.empty()) {
      const std::int64_t minutes =
          std::atoi(clock.c_str()) * 60 + std::atoi(clock.c_str() + clock.find(':') + 1);
      add(out.clock_minutes, {minutes - 1, minutes, minutes + 1});
    }
  };
  for (const auto* window : {"includeDays", "excludeDays"}) {
    clocks_of(window, "startTime");
    clocks_of(window, "endTime");
  }
}

void collect_location(const json::value& location, PolicyValues& out) {
  const auto id = text(&location, "id");
  for (const auto& country : list(&location, "countriesAndRegions")) {
    add(out.countries, {country});
    out.country_in.emplace_back(id, country);
  }
  const auto* ranges = member(&location, "ipRanges");
  if (ranges == nullptr || !ranges->is_array()) {
    return;
  }
  for (const auto& range : ranges->get_array()) {
    const auto cidr =
        range.is_string() ? std::string(range.get_string()) : text(&range, "cidrAddress");
    const auto borders = border_addresses(cidr);
    add(out.addresses, borders);
    if (!borders.empty()) {  // a placeholder is no address that a sign-in could come from
      out.address_in.emplace_back(id, borders[0]);
      out.address_in.emplace_back(id, borders[1]);
    }
  }
}

/// The next address, or the one before with `down`.
void step(std::vector<unsigned char>& bytes, bool down) {
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<unsigned char>(*byte + (down ? 255 : 1));
    if (*byte != (down ? 255 : 0)) {
      return;
    }
  }
}

}  // namespace

Strings border_addresses(const std::string& cidr) {
  const auto slash = cidr.find('/');
  const auto base = cidr.substr(0, slash);
  const int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::vector<unsigned char> first(family == AF_INET ? 4 : 16);
  if (inet_pton(family, base.c_str(), first.data()) != 1) {
    return {};
  }
  auto last = first;
  const auto length = slash == std::string::npos
                          ? first.size() * 8
                          : static_cast<std::size_t>(std::atoi(cidr.c_str() + slash + 1));
  for (std::size_t bit = length; bit < first.size() * 8; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80 >> (bit % 8));
    first[bit / 8] = static_cast<unsigned char>(first[bit / 8] & ~mask);
    last[bit / 8] = static_cast<unsigned char>(last[bit / 8] | mask);
  }
  auto before = first;
  auto after = last;
  step(before, true);
  step(after, false);
  Strings out;
  for (const auto& bytes : {first, last, before, after}) {
    char spelt[INET6_ADDRSTRLEN];
    out.emplace_back(inet_ntop(family, bytes.data(), spelt, sizeof spelt));
  }
  return out;
}

PolicyValues values_of(const Source& source) {
  PolicyValues out;
  for (const auto& policy : source.policies.get_array()) {
    const auto* conditions = member(&policy, "conditions");
    collect_people(conditions, out);
    collect_rules(conditions, out);
    collect_grants(member(&policy, "grantControls"), out);
    collect_times(policy, out);
  }
  for (const auto& location : source.locations.get_array()) {
    collect_location(location, out);
  }
  add(out.users, {"u-1", "u-2"});
  add(out.groups, {"g-other"});
  add(out.roles, {"r-other"});
  add(out.tenants, {"t-1"});
  add(out.principals, {"sp-1"});
  add(out.apps, {"app-mail", "app-files", "app-admin1", "app-agent", "app-other"});
  add(out.contexts, {"c1", "c4"});
  add(out.addresses, {"192.0.2.200", "2001:db8:ffff::1", "8.8.8.8"});
  add(out.countries, {"AT", "US"});
  add(out.combinations,
      {"password,sms", "password,softwareOath", "password,microsoftAuthenticatorPush",
       "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "federatedMultiFactor",
       "federatedSingleFactor,sms", "temporaryAccessPassOneTime", "deviceBasedPush",
       "password,x509CertificateSingleFactor", "password,hardwareOath", "password,voice"});
  add<std::int64_t>(out.ages, {0, 60, 299, 300, 301, 3600, 3601, 40'000, 90'000, 700'000});
  add<std::int64_t>(out.clock_minutes, {0, 600, 1439});
  return out;
}

}  // namespace graph_corpus
