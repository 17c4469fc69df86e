#include "compiler/graph/normal_form.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/graph/fold.h"
#include "compiler/graph/object_reader.h"

namespace gate::graph {

namespace json = boost::json;

namespace {

/// Free text and ids, whose case means something; every other string is an enumerator.
const std::set<std::string_view> kFreeText = {"displayname", "description",     "rule",
                                              "note",        "createddatetime", "modifieddatetime"};

/// Members that are lists: PowerShell writes a list of one as the one (conditional-access 13).
bool is_list(std::string_view key) {
  static const std::set<std::string_view> kLists = {"builtincontrols",
                                                    "termsofuse",
                                                    "customauthenticationfactors",
                                                    "clientapptypes",
                                                    "userrisklevels",
                                                    "signinrisklevels",
                                                    "serviceprincipalrisklevels",
                                                    "allowedcombinations",
                                                    "allowedaaguids",
                                                    "allowedissuerskis",
                                                    "allowedpolicyoids",
                                                    "appliestocombinations",
                                                    "countriesandregions",
                                                    "ipranges",
                                                    "daysofweek",
                                                    "members"};
  const bool side = key.starts_with("include") || key.starts_with("exclude");
  return kLists.contains(key) ||
         (side && key != "includetrafficprofiles" && key != "includeunknowncountriesandregions");
}

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
  for (const auto* key : {"builtincontrols", "clientapptypes", "userrisklevels", "signinrisklevels",
                          "serviceprincipalrisklevels", "includeplatforms", "excludeplatforms",
                          "includeuseractions", "daysofweek"}) {
    as_list(out, key);
  }
  for (auto& entry : out) {
    if (entry.value().is_string() && is_list(entry.key())) {
      entry.value() = json::array{entry.value()};
    }
  }
  return out;
}

}  // namespace

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

}  // namespace gate::graph
