#include "compiler/graph/normalise.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "compiler/graph/fold.h"
#include "compiler/graph/normal_form.h"
#include "compiler/graph/normalise_conditions.h"
#include "compiler/graph/reader.h"
#include "compiler/graph/write_json.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

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
