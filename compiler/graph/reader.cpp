#include "compiler/graph/reader.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <utility>

#include "compiler/graph/cidr.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/object_kind.h"
#include "compiler/graph/object_reader.h"
#include "compiler/graph/strength_limits.h"
#include "compiler/graph/words.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

/// Only the name is wanted of a directory object; its other members are none of our business.
void read_name(const json::value& object, DirectoryKind kind, const Origin& origin, Model& model,
               Findings& findings) {
  const auto text = [&](std::string_view key) {
    const auto* found = member_of(object, key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  // Policies name apps by their appId and roles by their template's id.
  std::string id = text(kind == DirectoryKind::kApp    ? "appId"
                        : kind == DirectoryKind::kRole ? "roleTemplateId"
                                                       : "id");
  if (kind == DirectoryKind::kRole && id.empty()) {
    id = text("templateId");
  }
  id = id.empty() ? text("id") : id;
  auto name = text("displayName");
  if (id.empty() || name.empty() || has_control_character(id, false) ||
      has_control_character(name, false)) {
    findings.note(origin.path,
                  "a directory object without an id or a readable displayName: it "
                  "names nothing");
    return;
  }
  model.names.push_back({kind, std::move(id), std::move(name), text("description")});
}

/// IntuneManagement's table of what ids are called (conditional-access 14).
void read_migration(const json::value& object, const Origin& origin, Model& model,
                    Findings& findings) {
  for (const auto& each : member_of(object, "objects")->get_array()) {
    const auto* type = member_of(each, "type");
    const std::string_view word =
        type != nullptr && type->is_string() ? std::string_view(type->get_string()) : "";
    if (equal_fold(word, "Group")) {
      read_name(each, DirectoryKind::kGroup, origin, model, findings);
    } else if (equal_fold(word, "User")) {
      read_name(each, DirectoryKind::kUser, origin, model, findings);
    }
  }
}

std::string name_of(const json::value& object) {
  const auto* name = member_of(object, "displayName");
  return name != nullptr && name->is_string() && !has_control_character(name->get_string(), false)
             ? std::string(name->get_string())
             : std::string();
}

class DocumentReader {
 public:
  DocumentReader(std::string_view file, const json::value& document, Model& model, Pages& pages,
                 Findings& findings)
      : file_(file),
        collection_(collection_of(document)),
        hint_(folder_hint(file)),
        model_(model),
        pages_(pages),
        findings_(findings) {}

  std::size_t read(const json::value& document) {
    if (document.is_array()) {
      read_all(document.get_array(), "$");
    } else if (const auto* value = member_of(document, "value");
               value != nullptr && value->is_array()) {
      pages_.add(file_, collection_.empty() ? hint_ : collection_,
                 member_of(document, "@odata.nextLink") != nullptr);
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
    const std::size_t read = model_.policies.size() + model_.locations.size() + model_.names.size();
    if (read >= kGraphObjectsMax) {
      findings_.error(path, fmt::format("more than {} objects in one import", kGraphObjectsMax));
      ++left_out_;
      return;
    }
    Policy policy;
    Location location;
    Strength strength;
    const auto kind = kind_of(object, collection_, hint_);
    findings_.enter_object(name_of(object));
    switch (kind) {
      case ObjectKind::kPolicy:
        policy = read_policy(object, origin, model_, findings_);
        break;
      case ObjectKind::kLocation:
        location = read_location(object, origin, findings_);
        break;
      case ObjectKind::kStrength:
        strength = read_strength(object, path, findings_);
        break;
      case ObjectKind::kName:
        read_name(object, *directory_kind(object, collection_, hint_), origin, model_, findings_);
        break;
      case ObjectKind::kMigration:
        read_migration(object, origin, model_, findings_);
        break;
      case ObjectKind::kOther:
        findings_.note(path, "left alone: this is nothing that policies speak of");
        break;
      case ObjectKind::kUnknown:
        findings_.error(path, advice_for(object, collection_));
        break;
    }
    findings_.enter_object({});
    if (findings_.errors() != before) {
      ++left_out_;
    } else if (kind == ObjectKind::kPolicy) {
      model_.policies.push_back(std::move(policy));
    } else if (kind == ObjectKind::kLocation) {
      model_.locations.push_back(std::move(location));
    } else if (kind == ObjectKind::kStrength) {
      model_.strengths.push_back(std::move(strength));
    }
  }

  std::string_view file_;
  std::string collection_;
  std::string hint_;
  Model& model_;
  Pages& pages_;
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
                       Pages& pages, Findings& findings) {
  findings.enter_file(std::string(file_name));
  return DocumentReader(file_name, document, model, pages, findings).read(document);
}

void Pages::add(std::string_view file, std::string_view collection, bool goes_on) {
  const auto slash = file.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view() : file.substr(0, slash);
  List& list = lists_[std::pair(std::string(folder), std::string(collection))];
  (goes_on ? list.goes_on : list.ends).emplace_back(file);
}

std::size_t Pages::report_missing(Findings& findings) const {
  std::size_t missing = 0;
  for (const auto& [key, list] : lists_) {
    if (!list.goes_on.empty() && list.ends.empty()) {
      ++missing;
      findings.enter_file(list.goes_on.back());
      findings.error("$.@odata.nextLink",
                     "this is one page of several, and none of the input is the last one: fetch "
                     "the others too");
    }
  }
  return missing;
}

bool Pages::complete(DirectoryKind kind) const {
  bool any = false;
  for (const auto& [key, list] : lists_) {
    if (listed_kind(key.second) == kind) {
      any = true;
      if (list.ends.empty()) {
        return false;
      }
    }
  }
  return any;
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
  const auto network = word(object, "compliantNetworkType", {"allTenantCompliantNetworks"});
  out.compliant_network =
      !network.empty() || equal_fold(odata_type(value), "compliantNetworkNamedLocation");
  for (const auto* unsupported : {"serviceTagNamedLocation", "privateLinkNamedLocation"}) {
    if (equal_fold(odata_type(value), unsupported)) {
      findings.error(origin.path, "locations of this kind are not documented and not supported");
    }
  }
  out.by_country = !out.countries.empty() || out.unknown_countries ||
                   type == "countryNamedLocation" ||
                   equal_fold(odata_type(value), "countryNamedLocation");
  if (out.name.empty()) {
    findings.error(object.path_of("displayName"), "a named location has a display name");
  }
  if (out.by_country && !out.ranges.empty()) {
    findings.error(object.path_of("ipRanges"), "a location is of addresses or of countries");
  }
  if (out.compliant_network && (out.by_country || !out.ranges.empty())) {
    findings.error(object.path(), "a compliant network has neither addresses nor countries");
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
