#include "compiler/graph/normalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <vector>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/object_reader.h"
#include "compiler/graph/reader.h"
#include "compiler/graph/write_json.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

/// Free text and ids, whose case means something; every other string is an enumerator.
const std::set<std::string_view> kFreeText = {"displayname", "description",     "rule",
                                              "note",        "createddatetime", "modifieddatetime"};

json::value cleaned(const json::value& value, std::string_view key);

json::value cleaned_object(const json::object& object) {
  std::vector<std::pair<std::string, json::value>> members;
  for (const auto& entry : object) {
    const auto key = fold_case(entry.key());
    auto value = cleaned(entry.value(), key);
    if (!is_annotation(entry.key()) && !is_blank(value) && key != "deleteddatetime") {
      members.emplace_back(key, std::move(value));
    }
  }
  std::ranges::sort(members, {}, [](const auto& member) { return member.first; });
  json::object out;
  for (auto& member : members) {
    out[member.first] = std::move(member.second);
  }
  return out;
}

json::value sorted(json::array array) {
  std::vector<std::pair<std::string, json::value>> keyed;
  for (auto& each : array) {
    keyed.emplace_back(json::serialize(each), std::move(each));
  }
  std::ranges::sort(keyed, {}, [](const auto& each) { return each.first; });
  json::array out;
  std::string last;
  for (auto& each : keyed) {
    if (out.empty() || each.first != last) {
      last = each.first;
      out.push_back(std::move(each.second));
    }
  }
  return out;
}

/// Blank members gone, keys folded and sorted, lists sorted, enumerators folded.
json::value cleaned(const json::value& value, std::string_view key) {
  if (value.is_object()) {
    return cleaned_object(value.get_object());
  }
  if (value.is_array()) {
    json::array out;
    for (const auto& each : value.get_array()) {
      if (auto element = cleaned(each, key); !is_blank(element)) {
        out.push_back(std::move(element));
      }
    }
    return sorted(std::move(out));
  }
  if (value.is_string() && !kFreeText.contains(key)) {
    return json::string(fold_case(value.get_string()));
  }
  return value;
}

json::object* object_at(json::value& value, std::string_view key) {
  auto* object = value.if_object();
  auto* found = object == nullptr ? nullptr : object->if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

/// A comma-joined set as a list; a list stays one.
void as_list(json::object& object, std::string_view key) {
  auto* found = object.if_contains(key);
  if (found == nullptr || !found->is_string()) {
    return;
  }
  json::array out;
  std::string_view rest = found->get_string();
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    auto word = rest.substr(0, comma);
    while (word.starts_with(' ')) {
      word.remove_prefix(1);
    }
    out.emplace_back(word);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  *found = sorted(std::move(out));
}

bool is_only(const json::object& object, std::string_view key, std::string_view word) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_array() && found->get_array().size() == 1 &&
         found->get_array()[0] == json::value(word);
}

void drop_word(json::object& object, std::string_view key, std::string_view word) {
  auto* found = object.if_contains(key);
  if (found == nullptr || !found->is_array()) {
    return;
  }
  json::array rest;
  for (const auto& each : found->get_array()) {
    if (each != json::value(word)) {
      rest.push_back(each);
    }
  }
  if (rest.empty()) {
    object.erase(key);
  } else {
    *found = std::move(rest);
  }
}

void drop_default(json::object& object, std::string_view key, const json::value& usual) {
  const auto* found = object.if_contains(key);
  if (found != nullptr && *found == usual) {
    object.erase(key);
  }
}

void set_default(json::object& object, std::string_view key, const json::value& usual) {
  if (object.if_contains(key) == nullptr) {
    object[key] = usual;
  }
}

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

/// Seconds that are zero say nothing; a zone that is not given is UTC.
void normalise_times(json::object& conditions) {
  auto* found = conditions.if_contains("times");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& times = found->get_object();
  for (const auto* key : {"starttime", "endtime"}) {
    if (auto* text = times.if_contains(key); text != nullptr && text->is_string()) {
      *text = json::string(std::string_view(text->get_string()).substr(0, 5));
    }
  }
  drop_default(times, "timezone", "utc");
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
      if (!guests->contains("guestorexternalusertypes")) {  // no kind: nobody
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
    for (auto& each : clients->as_array()) {
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

void normalise_grant(json::object& policy) {
  auto* found = policy.if_contains("grantcontrols");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& grant = found->get_object();
  if (auto* strength = object_at(*found, "authenticationstrength"); strength != nullptr) {
    const json::value id = (*strength)["id"];
    *strength = {{"id", id}};
  }
  std::size_t controls = grant.contains("authenticationstrength") ? 1 : 0;
  for (const auto* key : {"builtincontrols", "termsofuse", "customauthenticationfactors"}) {
    const auto* list = grant.if_contains(key);
    controls += list != nullptr && list->is_array() ? list->get_array().size() : 0;
  }
  if (controls < 2) {
    grant.erase("operator");
  } else {
    set_default(grant, "operator", "and");
  }
  if (grant.empty()) {
    policy.erase("grantcontrols");
  }
}

void normalise_session(json::object& policy) {
  auto* found = policy.if_contains("sessioncontrols");
  if (found == nullptr || !found->is_object()) {
    return;
  }
  auto& session = found->get_object();
  std::vector<std::string> off;
  for (auto& entry : session) {
    auto* control = entry.value().if_object();
    const auto* enabled = control == nullptr ? nullptr : control->if_contains("isenabled");
    if (enabled != nullptr && *enabled == json::value(false)) {
      off.emplace_back(entry.key());
    }
  }
  for (const auto& key : off) {
    session.erase(key);
  }
  if (auto* frequency = object_at(*found, "signinfrequency"); frequency != nullptr) {
    set_default(*frequency, "frequencyinterval", "timebased");
    set_default(*frequency, "authenticationtype", "primaryandsecondaryauthentication");
  }
  drop_default(session, "disableresiliencedefaults", false);
  if (session.empty()) {
    policy.erase("sessioncontrols");
  }
}

/// Members in one order again, after rules have added some.
json::value reordered(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& each : value.get_array()) {
      out.push_back(reordered(each));
    }
    return sorted(std::move(out));
  }
  if (!value.is_object()) {
    return value;
  }
  std::vector<std::string> keys;
  for (const auto& entry : value.get_object()) {
    keys.emplace_back(entry.key());
  }
  std::ranges::sort(keys);
  json::object out;
  for (const auto& key : keys) {
    out[key] = reordered(value.get_object().at(key));
  }
  return out;
}

}  // namespace

json::value normalise_policy(const json::value& policy, const LocationName& location_name) {
  auto out = cleaned(policy, "");
  if (!out.is_object()) {
    return out;
  }
  auto& object = out.get_object();
  if (auto* conditions = object.if_contains("conditions");
      conditions != nullptr && conditions->is_object()) {
    normalise_conditions(conditions->get_object(), location_name);
  }
  normalise_grant(object);
  normalise_session(object);
  return reordered(out);
}

json::value normalise_location(const json::value& location) {
  auto out = cleaned(location, "");
  if (!out.is_object()) {
    return out;
  }
  auto& object = out.get_object();
  if (auto* name = object.if_contains("name"); name != nullptr) {
    // `name` is free text, but its key says nothing of that: take it as it was written.
    for (const auto& entry : location.get_object()) {
      if (equal_fold(entry.key(), "name")) {
        object["displayname"] = entry.value();
      }
    }
    object.erase("name");
  }
  object.erase("locationtype");
  drop_default(object, "istrusted", false);
  drop_default(object, "includeunknowncountriesandregions", false);
  drop_default(object, "countrylookupmethod", "clientipaddress");
  if (auto* ranges = object.if_contains("ipranges"); ranges != nullptr && ranges->is_array()) {
    for (auto& range : ranges->get_array()) {
      if (range.is_string()) {
        range = {{"cidraddress", range}};
      }
    }
  }
  return reordered(out);
}

json::value normalise_strength(const json::value& strength) {
  auto out = cleaned(strength, "");
  if (out.is_object()) {
    // Combinations in one spelling, limits by what they amount to, as an export writes them.
    Findings unread;
    const auto written = to_graph_json(read_strength(strength, "$", unread));
    for (const auto* key : {"allowedCombinations", "combinationConfigurations"}) {
      const auto folded = fold_case(key);
      out.get_object().erase(folded);
      if (const auto* value = written.if_contains(key)) {
        out.get_object()[folded] = cleaned(*value, "");
      }
    }
  }
  return reordered(out);
}

}  // namespace gate::graph
