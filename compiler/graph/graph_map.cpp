#include "compiler/graph/graph_map.h"

#include <algorithm>

#include "compiler/graph/json_document.h"
#include "compiler/graph/json_text.h"
#include "compiler/graph/read_times.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

void put(json::object& into, std::string_view key, const std::string& value) {
  if (!value.empty()) {
    into[key] = value;
  }
}

void take(const json::object& from, std::string_view key, std::string& into) {
  if (const auto* found = from.if_contains(key); found != nullptr && found->is_string()) {
    into = std::string(found->get_string());
  }
}

const json::object* entry(const json::object& objects, const std::string& name) {
  const auto* found = objects.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

void keep(json::object& objects, const std::string& name, json::object&& known) {
  if (!known.empty()) {
    objects[name] = std::move(known);
  }
}

}  // namespace

void GraphMap::add(const std::string& name, const std::string& id, const Policy& policy) {
  json::object known;
  put(known, "id", id == policy.id ? "" : policy.id);
  put(known, "displayName", name == policy.name ? "" : policy.name);
  put(known, "createdDateTime", policy.created);
  put(known, "modifiedDateTime", policy.modified);
  put(known, "templateId", policy.template_id);
  if (policy.conditions.times) {
    const auto& t = *policy.conditions.times;
    const auto& written = t.include ? t.include->zone : t.exclude->zone;
    put(known, "timeZone", zone_of(written) == written ? "" : written);
  }
  keep(policies_, name, std::move(known));
}

void GraphMap::add(const std::string& name, const Location& location) {
  json::object known;
  put(known, "id", location.id);
  put(known, "displayName", location.name);
  put(known, "createdDateTime", location.created);
  put(known, "modifiedDateTime", location.modified);
  const bool blank =
      std::ranges::all_of(location.ranges, [](const Range& range) { return range.cidr.empty(); });
  if (blank && location.countries.empty() && !location.unknown_countries) {
    known["kind"] = location.compliant_network ? "compliantNetwork"
                    : location.by_country      ? "country"
                                               : "ip";
    if (location.trusted) {
      known["isTrusted"] = true;
    }
    if (location.undefined) {
      known["undefined"] = true;
    }
  }
  json::object described;
  json::object written;
  json::array placeholders;
  for (const auto& range : location.ranges) {
    if (range.cidr.empty()) {
      placeholders.emplace_back(range.written);
      continue;
    }
    put(described, range.cidr, range.description);
    put(written, range.cidr, range.written);
  }
  if (!placeholders.empty()) {
    known["placeholders"] = std::move(placeholders);
  }
  if (!written.empty()) {
    known["written"] = std::move(written);
  }
  if (!described.empty()) {
    known["ranges"] = std::move(described);
  }
  keep(locations_, name, std::move(known));
}

void GraphMap::add(const std::string& name, const Strength& strength) {
  json::object known;
  put(known, "id", strength.id);
  put(known, "displayName", strength.name);
  put(known, "policyType", strength.policy_type);
  put(known, "requirementsSatisfied", strength.satisfies);
  put(known, "createdDateTime", strength.created);
  put(known, "modifiedDateTime", strength.modified);
  keep(strengths_, name, std::move(known));
}

void GraphMap::restore(const std::string& name, Policy& policy) const {
  if (const auto* known = entry(policies_, name); known != nullptr) {
    take(*known, "id", policy.id);
    take(*known, "displayName", policy.name);
    take(*known, "createdDateTime", policy.created);
    take(*known, "modifiedDateTime", policy.modified);
    take(*known, "templateId", policy.template_id);
    take(*known, "timeZone", policy.zone);
  }
}

void GraphMap::restore(const std::string& name, Location& location) const {
  const auto* known = entry(locations_, name);
  if (known == nullptr) {
    return;
  }
  take(*known, "id", location.id);
  take(*known, "displayName", location.name);
  take(*known, "createdDateTime", location.created);
  take(*known, "modifiedDateTime", location.modified);
  std::string kind;
  take(*known, "kind", kind);
  location.by_country = location.by_country || kind == "country";
  location.compliant_network = kind == "compliantNetwork" && location.ranges.empty() &&
                               location.countries.empty() && !location.unknown_countries;
  const auto flag = [&](const char* key) {
    const auto* found = known->if_contains(key);
    return found != nullptr && found->is_bool() && found->get_bool();
  };
  location.trusted = location.trusted || flag("isTrusted");
  location.undefined = flag("undefined") && location.ranges.empty() && location.countries.empty() &&
                       !location.unknown_countries;
  const auto each_range = [&](const char* key, std::string Range::* member) {
    if (const auto* found = known->if_contains(key); found != nullptr && found->is_object()) {
      for (auto& range : location.ranges) {
        take(found->get_object(), range.cidr, range.*member);
      }
    }
  };
  if (const auto* found = known->if_contains("placeholders");
      found != nullptr && found->is_array()) {
    for (const auto& each : found->get_array()) {
      if (each.is_string()) {
        location.ranges.push_back({"", std::string(each.get_string()), ""});
      }
    }
  }
  each_range("ranges", &Range::description);
  each_range("written", &Range::written);
}

void GraphMap::restore(const std::string& name, Strength& strength) const {
  if (const auto* known = entry(strengths_, name); known != nullptr) {
    take(*known, "id", strength.id);
    take(*known, "displayName", strength.name);
    take(*known, "policyType", strength.policy_type);
    take(*known, "requirementsSatisfied", strength.satisfies);
    take(*known, "createdDateTime", strength.created);
    take(*known, "modifiedDateTime", strength.modified);
  }
}

std::string GraphMap::to_json() const {
  json::object out;
  out["format"] = "gatehouse-graph-map/1";
  out["policies"] = policies_;
  out["locations"] = locations_;
  out["strengths"] = strengths_;
  return pretty_json(out);
}

Result<GraphMap> GraphMap::from_json(std::string_view text) {
  GATE_TRY(auto document, parse_document(text));
  GraphMap out;
  const auto* object = document.if_object();
  const auto* format = object == nullptr ? nullptr : object->if_contains("format");
  if (format == nullptr || !format->is_string() ||
      format->get_string() != "gatehouse-graph-map/1") {
    return Error{ErrorCode::kInvalidArgument, "this is not a graph-map.json of this version"};
  }
  const auto section = [&](std::string_view key, json::object& into) {
    if (const auto* found = object->if_contains(key); found != nullptr && found->is_object()) {
      into = found->get_object();
    }
  };
  section("policies", out.policies_);
  section("locations", out.locations_);
  section("strengths", out.strengths_);
  return out;
}

}  // namespace gate::graph
