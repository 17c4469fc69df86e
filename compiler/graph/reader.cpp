#include "compiler/graph/reader.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <utility>

#include "compiler/graph/cidr.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/strength_limits.h"
#include "compiler/graph/words.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

const json::value* member(const json::value& object, std::string_view key) {
  if (object.is_object()) {
    for (const auto& entry : object.get_object()) {
      if (equal_fold(entry.key(), key)) {
        return &entry.value();
      }
    }
  }
  return nullptr;
}

std::string_view odata_type(const json::value& object) {
  const auto* type = member(object, "@odata.type");
  if (type == nullptr || !type->is_string()) {
    return {};
  }
  const std::string_view text = type->get_string();
  const auto dot = text.rfind('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

enum class Kind : std::uint8_t { kUnknown, kPolicy, kLocation, kStrength, kName };

std::optional<DirectoryKind> directory_kind(std::string_view type) {
  if (equal_fold(type, "group")) {
    return DirectoryKind::kGroup;
  }
  if (equal_fold(type, "user")) {
    return DirectoryKind::kUser;
  }
  if (equal_fold(type, "directoryRole") || equal_fold(type, "directoryRoleTemplate")) {
    return DirectoryKind::kRole;
  }
  if (equal_fold(type, "servicePrincipal") || equal_fold(type, "application")) {
    return DirectoryKind::kApp;
  }
  return std::nullopt;
}

Kind kind_of(const json::value& object) {
  const auto type = odata_type(object);
  if (directory_kind(type)) {
    return Kind::kName;
  }
  if (equal_fold(type, "conditionalAccessPolicy") || member(object, "conditions") != nullptr) {
    return Kind::kPolicy;
  }
  if (type.ends_with("amedLocation") || member(object, "ipRanges") != nullptr ||
      member(object, "countriesAndRegions") != nullptr) {
    return Kind::kLocation;
  }
  if (member(object, "allowedCombinations") != nullptr) {
    return Kind::kStrength;
  }
  return Kind::kUnknown;
}

/// Only the name is wanted of a directory object; its other members are none of our business.
void read_name(const json::value& object, const Origin& origin, Model& model, Findings& findings) {
  const auto kind = *directory_kind(odata_type(object));
  const auto text = [&](std::string_view key) {
    const auto* found = member(object, key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  // Policies name apps by their appId and roles by their template's id.
  std::string id = text(kind == DirectoryKind::kApp    ? "appId"
                        : kind == DirectoryKind::kRole ? "roleTemplateId"
                                                       : "id");
  id = id.empty() ? text("id") : id;
  auto name = text("displayName");
  if (id.empty() || name.empty()) {
    findings.error(origin.path, "a directory object needs an id and a displayName");
    return;
  }
  model.names.push_back({kind, std::move(id), std::move(name)});
}

class DocumentReader {
 public:
  DocumentReader(std::string_view file, Model& model, Findings& findings)
      : file_(file), model_(model), findings_(findings) {}

  std::size_t read(const json::value& document) {
    if (document.is_array()) {
      read_all(document.get_array(), "$");
    } else if (const auto* value = member(document, "value");
               value != nullptr && value->is_array()) {
      if (member(document, "@odata.nextLink") != nullptr) {
        findings_.error("$.@odata.nextLink", "this is one page of several: fetch the others too");
      }
      read_all(value->get_array(), "$.value");
    } else {
      read_one(document, "$");
    }
    return left_out_;
  }

 private:
  void read_all(const json::array& objects, std::string_view path) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      read_one(objects[i], fmt::format("{}[{}]", path, i));
    }
  }

  void read_one(const json::value& object, const std::string& path) {
    const auto before = findings_.errors();
    const Origin origin{std::string(file_), path};
    const std::size_t read = model_.policies.size() + model_.locations.size();
    if (read >= kGraphObjectsMax) {
      findings_.error(path, fmt::format("more than {} objects in one import", kGraphObjectsMax));
      ++left_out_;
      return;
    }
    Policy policy;
    Location location;
    Strength strength;
    const auto kind = kind_of(object);
    switch (kind) {
      case Kind::kPolicy:
        policy = read_policy(object, origin, model_, findings_);
        break;
      case Kind::kLocation:
        location = read_location(object, origin, findings_);
        break;
      case Kind::kStrength:
        strength = read_strength(object, path, findings_);
        break;
      case Kind::kName:
        read_name(object, origin, model_, findings_);
        break;
      case Kind::kUnknown:
        findings_.error(path,
                        "this is neither a Conditional Access policy, nor a named location, nor "
                        "an authentication strength");
        break;
    }
    if (findings_.errors() != before) {
      ++left_out_;
    } else if (kind == Kind::kPolicy) {
      model_.policies.push_back(std::move(policy));
    } else if (kind == Kind::kLocation) {
      model_.locations.push_back(std::move(location));
    } else if (kind == Kind::kStrength) {
      model_.strengths.push_back(std::move(strength));
    }
  }

  std::string_view file_;
  Model& model_;
  Findings& findings_;
  std::size_t left_out_ = 0;
};

void mend_range(Range& range, const std::string& path, Findings& findings) {
  const auto mended = canonical_cidr(range.cidr);
  if (!mended) {
    findings.warning(path, fmt::format("\"{}\" is not a range of addresses: no sign-in is in it "
                                       "until you fill it in",
                                       range.cidr));
    range.written = std::exchange(range.cidr, "");
  } else if (*mended != range.cidr) {
    findings.note(
        path, fmt::format("{} has bits behind its prefix: the range is {}", range.cidr, *mended));
    range.written = std::exchange(range.cidr, *mended);
  }
}

void read_ranges(ObjectReader& object, Location& out, Findings& findings) {
  const auto* value = object.take("ipRanges");
  if (value == nullptr) {
    return;
  }
  if (!value->is_array() || value->get_array().size() > kGraphMembersMax) {
    findings.error(object.path_of("ipRanges"),
                   fmt::format("expected a list of at most {} ranges", kGraphMembersMax));
    return;
  }
  std::size_t index = 0;
  for (const auto& each : value->get_array()) {
    const auto path = fmt::format("{}[{}]", object.path_of("ipRanges"), index++);
    Range read;
    if (each.is_string()) {
      read.cidr = each.get_string();
    } else {
      ObjectReader range(&each, path, findings);
      read.cidr = range.text("cidrAddress");
      read.description = range.text("description");
    }
    mend_range(read, path, findings);
    out.ranges.push_back(std::move(read));
  }
}

void read_limits(ObjectReader& strength, Strength& out, Findings& findings) {
  const auto* value = strength.take("combinationConfigurations");
  if (value == nullptr) {
    return;
  }
  const auto path = strength.path_of("combinationConfigurations");
  if (!value->is_array() || value->get_array().size() > kGraphMembersMax) {
    findings.error(path, fmt::format("expected a list of at most {} limits", kGraphMembersMax));
    return;
  }
  std::size_t index = 0;
  for (const auto& each : value->get_array()) {
    ObjectReader object(&each, fmt::format("{}[{}]", path, index++), findings);
    CombinationLimit limit;
    limit.id = object.text("id");
    limit.applies_to = combinations(object, "appliesToCombinations");
    limit.aaguids = object.strings("allowedAAGUIDs");
    limit.issuer_skis = object.strings("allowedIssuerSkis");
    limit.policy_oids = object.strings("allowedPolicyOIDs");
    const bool certificates = !limit.issuer_skis.empty() || !limit.policy_oids.empty();
    if (limit.aaguids.empty() != certificates) {
      findings.error(object.path(), "a limit names models of keys, or issuers and policies");
    }
    for (const auto& combination : limit.applies_to) {
      if (combination.find(limit.aaguids.empty() ? "x509Certificate" : "fido2") ==
          std::string::npos) {
        findings.error(object.path_of("appliesToCombinations"),
                       fmt::format("\"{}\" holds no method that the limit fits", combination));
      }
    }
    out.limits.push_back(std::move(limit));
  }
  settle_limits(out, path, findings);
}

}  // namespace

std::size_t read_graph(std::string_view file_name, const json::value& document, Model& model,
                       Findings& findings) {
  findings.enter_file(std::string(file_name));
  return DocumentReader(file_name, model, findings).read(document);
}

Location read_location(const json::value& value, const Origin& origin, Findings& findings) {
  ObjectReader object(&value, origin.path, findings);
  Location out;
  out.origin = origin;
  out.id = object.text("id");
  out.name = object.text("displayName");
  const auto other_name = object.text("name");
  out.name = out.name.empty() ? other_name : out.name;
  out.note = comment(object, "note");
  out.created = object.text("createdDateTime");
  out.modified = object.text("modifiedDateTime");
  object.ignore("deletedDateTime");
  out.trusted = object.boolean("isTrusted").value_or(false);
  read_ranges(object, out, findings);
  out.countries = object.strings("countriesAndRegions");
  out.unknown_countries = object.boolean("includeUnknownCountriesAndRegions").value_or(false);
  const auto lookup =
      word(object, "countryLookupMethod", {"clientIpAddress", "authenticatorAppGps"});
  out.by_gps = lookup == "authenticatorAppGps";
  const auto type = word(object, "locationType", {"ipNamedLocation", "countryNamedLocation"});
  out.by_country = !out.countries.empty() || out.unknown_countries ||
                   type == "countryNamedLocation" ||
                   equal_fold(odata_type(value), "countryNamedLocation");
  if (out.name.empty()) {
    findings.error(object.path_of("displayName"), "a named location has a display name");
  }
  if (out.by_country && !out.ranges.empty()) {
    findings.error(object.path_of("ipRanges"), "a location is of addresses or of countries");
  }
  if (out.by_country && out.trusted) {
    findings.error(object.path_of("isTrusted"), "only locations of addresses can be trusted");
  }
  return out;
}

Strength read_strength(const json::value& value, const std::string& path, Findings& findings) {
  ObjectReader object(&value, path, findings);
  Strength out;
  out.id = object.text("id");
  out.name = object.text("displayName");
  out.description = comment(object, "description");
  out.policy_type = word(object, "policyType", {"builtIn", "custom"});
  out.satisfies = word(object, "requirementsSatisfied", {"mfa", "none"});
  out.combinations = combinations(object, "allowedCombinations");
  out.created = object.text("createdDateTime");
  out.modified = object.text("modifiedDateTime");
  read_limits(object, out, findings);
  if (out.id.empty()) {
    findings.error(object.path_of("id"), "a strength has an id");
  }
  return out;
}

}  // namespace gate::graph
