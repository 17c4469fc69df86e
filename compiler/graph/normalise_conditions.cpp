#include "compiler/graph/normalise_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/normal_form.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

/// A rule in one spelling.
void normalise_filter(json::value& owner, std::string_view key, RuleSubject subject) {
  auto* filter = object_at(owner, key);
  auto* rule = filter == nullptr ? nullptr : filter->if_contains("rule");
  if (rule != nullptr && rule->is_string()) {
    if (const auto parsed = parse_rule(rule->get_string(), subject); parsed) {
      *rule = fold_case(device_rule_text(*parsed));
    }
  }
}

/// All service principals, filtered, are those that the filter lets through.
void normalise_workloads(json::object& conditions) {
  auto* found = conditions.if_contains("clientapplications");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& object = found->get_object();
  normalise_filter(*found, "serviceprincipalfilter", RuleSubject::kServicePrincipal);
  normalise_filter(*found, "agentidserviceprincipalfilter", RuleSubject::kServicePrincipal);
  if (object.contains("serviceprincipalfilter")) {
    set_default(object, "includeserviceprincipals", json::array{"serviceprincipalsinmytenant"});
  }
  if (object.contains("agentidserviceprincipalfilter")) {
    set_default(object, "includeagentidserviceprincipals", json::array{"all"});
  }
}

/// Seconds that are zero say nothing; a whole day has no hours; a zone that is not given is UTC.
void normalise_window(json::object& window) {
  if (const auto* all_day = window.if_contains("allday");
      all_day != nullptr && *all_day == json::value(true)) {
    window.erase("starttime");
    window.erase("endtime");
  }
  window.erase("allday");
  for (const auto* key : {"starttime", "endtime"}) {
    if (auto* text = window.if_contains(key); text != nullptr && text->is_string()) {
      *text = json::string(std::string_view(text->get_string()).substr(0, 5));
    }
  }
  drop_default(window, "timezone", "utc");
}

bool is_always(const json::object& window) {
  const auto* days = window.if_contains("daysofweek");
  return days != nullptr && days->is_array() && days->get_array().size() == 7 &&
         !window.contains("starttime");
}

void normalise_times(json::object& conditions) {
  auto* found = conditions.if_contains("times");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& times = found->get_object();
  for (const auto* key : {"includedays", "excludedays"}) {
    if (auto* window = object_at(*found, key); window != nullptr) {
      normalise_window(*window);
    }
  }
  drop_default(times, "includealltimes", false);
  const auto* include = object_at(*found, "includedays");
  const auto* all = times.if_contains("includealltimes");
  if ((all != nullptr && *all == json::value(true)) ||
      (include != nullptr && is_always(*include) && !times.contains("excludedays"))) {
    conditions.erase("times");
  }
}

void normalise_users(json::object& conditions) {
  auto& users = conditions["users"];
  if (!users.is_object()) {
    users = json::object();
  }
  auto& object = users.get_object();
  drop_word(object, "includeusers", "none");
  for (const auto* key : {"includeguestsorexternalusers", "excludeguestsorexternalusers"}) {
    if (auto* guests = object_at(users, key); guests != nullptr) {
      as_list(*guests, "guestorexternalusertypes");
      drop_word(*guests, "guestorexternalusertypes", "none");
      if (!guests->contains("guestorexternalusertypes")) {  // no kind: no guest
        object.erase(key);
        continue;
      }
      if (auto* tenants = guests->if_contains("externaltenants");
          tenants != nullptr && tenants->is_object()) {
        drop_default(tenants->get_object(), "membershipkind", "all");
        if (tenants->get_object().empty()) {
          guests->erase("externaltenants");
        }
      }
    }
  }
  bool included = false;
  for (const auto& entry : object) {
    included = included || std::string_view(entry.key()).starts_with("include");
  }
  if (!included) {
    object["includeusers"] = json::array{"none"};
  }
}

void normalise_applications(json::object& conditions) {
  auto& apps = conditions["applications"];
  if (!apps.is_object()) {
    apps = json::object();
  }
  auto& object = apps.get_object();
  if (auto* older = object.if_contains("networkaccess"); older != nullptr) {
    const json::value moved = *older;
    object.erase("networkaccess");
    set_default(object, "globalsecureaccess", moved);
  }
  if (auto* traffic = object_at(apps, "globalsecureaccess"); traffic != nullptr) {
    as_list(*traffic, "includetrafficprofiles");
  }
  drop_word(object, "includeapplications", "none");
  normalise_filter(apps, "applicationfilter", RuleSubject::kApp);
  if (object.contains("applicationfilter")) {
    const auto* mode = object_at(apps, "applicationfilter")->if_contains("mode");
    if (mode != nullptr && *mode == json::value("exclude")) {
      set_default(object, "includeapplications", json::array{"all"});
    } else {
      drop_word(object, "includeapplications", "all");
    }
  }
  bool included = object.contains("globalsecureaccess") || object.contains("applicationfilter");
  for (const auto& entry : object) {
    included = included || std::string_view(entry.key()).starts_with("include");
  }
  if (!included) {
    object["includeapplications"] = json::array{"none"};
  }
}

/// "all" and no exclusion is no condition; an exclusion alone is from all.
void normalise_pair(json::object& conditions, std::string_view key, std::string_view what) {
  auto* found = conditions.if_contains(key);
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& object = found->get_object();
  const auto include = fmt::format("include{}", what);
  const auto exclude = fmt::format("exclude{}", what);
  set_default(object, include, json::array{"all"});
  if (is_only(object, include, "all") && !object.contains(exclude)) {
    conditions.erase(key);
  }
}

std::string old_rule(const json::object& devices, std::string_view key) {
  std::string rule;
  const auto* states = devices.if_contains(key);
  if (states != nullptr && states->is_array()) {
    for (const auto& state : states->get_array()) {
      rule += rule.empty() ? "" : " -or ";
      rule += state == json::value("compliant") ? "device.isCompliant -eq True"
                                                : "device.trustType -eq \"ServerAD\"";
    }
  }
  return rule;
}

void normalise_devices(json::object& conditions) {
  if (auto* states = conditions.if_contains("devicestates"); states != nullptr) {
    const json::value moved = *states;
    conditions.erase("devicestates");
    set_default(conditions, "devices", moved);
  }
  auto* found = conditions.if_contains("devices");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& devices = found->get_object();
  for (const auto* what : {"devices", "devicestates", "states"}) {
    const auto include = fmt::format("include{}", what);
    const auto exclude = fmt::format("exclude{}", what);
    drop_word(devices, include, "all");
    for (const auto& key : {include, exclude}) {
      if (const auto rule = old_rule(devices, key); !rule.empty()) {
        devices.erase(key);
        devices["devicefilter"] = {{"mode", key == include ? "include" : "exclude"},
                                   {"rule", rule}};
      }
    }
  }
  normalise_filter(*found, "devicefilter", RuleSubject::kDevice);
  if (devices.empty()) {
    conditions.erase("devices");
  }
}

void normalise_locations(json::object& conditions, const LocationName& location_name) {
  auto* found = conditions.if_contains("locations");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  for (auto& entry : found->get_object()) {
    json::array out;
    if (!entry.value().is_array()) {
      continue;
    }
    for (const auto& each : entry.value().get_array()) {
      const std::string_view reference =
          each.is_string() ? std::string_view(each.get_string()) : std::string_view();
      const bool special = reference == "all" || reference == "alltrusted";
      out.emplace_back(special ? std::string(reference) : location_name(reference));
    }
    entry.value() = sorted(std::move(out));
  }
}

}  // namespace

void normalise_conditions(json::object& conditions, const LocationName& location_name) {
  normalise_users(conditions);
  normalise_applications(conditions);
  normalise_workloads(conditions);
  normalise_times(conditions);
  for (const auto* key : {"insiderrisklevels", "agentidrisklevels"}) {
    as_list(conditions, key);
  }
  if (auto* flows = conditions.if_contains("authenticationflows");
      flows != nullptr && flows->is_object()) {
    as_list(flows->get_object(), "transfermethods");
  }
  if (auto* clients = conditions.if_contains("clientapptypes"); clients != nullptr) {
    if (!clients->is_array()) {
      *clients = json::array{*clients};
    }
    for (auto& each : clients->get_array()) {
      each = each == json::value("eassupported") ? json::value("exchangeactivesync") : each;
    }
    if (std::ranges::find(clients->get_array(), json::value("all")) != clients->get_array().end()) {
      conditions.erase("clientapptypes");
    }
  }
  normalise_locations(conditions, location_name);
  normalise_pair(conditions, "platforms", "platforms");
  normalise_pair(conditions, "locations", "locations");
  normalise_devices(conditions);
}

}  // namespace gate::graph
