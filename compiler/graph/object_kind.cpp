#include "compiler/graph/object_kind.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <utility>

#include "compiler/graph/fold.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

struct Named {
  std::string_view word;  ///< of a type or a collection, in lower case
  DirectoryKind kind = DirectoryKind::kGroup;
};
constexpr std::array<Named, 10> kTypes = {{
    {"group", DirectoryKind::kGroup},
    {"user", DirectoryKind::kUser},
    {"directoryrole", DirectoryKind::kRole},
    {"directoryroletemplate", DirectoryKind::kRole},
    {"unifiedroledefinition", DirectoryKind::kRole},
    {"serviceprincipal", DirectoryKind::kApp},
    {"application", DirectoryKind::kApp},
    {"authenticationcontextclassreference", DirectoryKind::kContext},
    {"agreement", DirectoryKind::kTerms},
    {"termsofuse", DirectoryKind::kTerms},
}};
constexpr std::array<Named, 12> kCollections = {{
    {"groups", DirectoryKind::kGroup},
    {"users", DirectoryKind::kUser},
    {"directoryroles", DirectoryKind::kRole},
    {"directoryroletemplates", DirectoryKind::kRole},
    {"roledefinitions", DirectoryKind::kRole},
    {"serviceprincipals", DirectoryKind::kApp},
    {"applications", DirectoryKind::kApp},
    {"authenticationcontextclassreferences", DirectoryKind::kContext},
    {"authenticationcontexts", DirectoryKind::kContext},
    {"agreements", DirectoryKind::kTerms},
    {"termsofuse", DirectoryKind::kTerms},
    {"terms of use", DirectoryKind::kTerms},
}};

template <std::size_t N>
std::optional<DirectoryKind> look_up(const std::array<Named, N>& names, std::string_view word) {
  const auto* const found = std::ranges::find(names, word, &Named::word);
  return found == names.end() ? std::nullopt : std::optional(found->kind);
}

std::string_view last_segment(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool has(const json::value& object, std::string_view key) {
  return member_of(object, key) != nullptr;
}

/// A name by the members that nothing else has.
std::optional<DirectoryKind> kind_by_members(const json::value& object) {
  const auto any = [&](std::initializer_list<std::string_view> keys) {
    return std::ranges::any_of(keys, [&](std::string_view key) { return has(object, key); });
  };
  if (has(object, "isAvailable") && has(object, "displayName")) {
    return DirectoryKind::kContext;
  }
  if (any({"isViewingBeforeAcceptanceRequired", "isPerDeviceAcceptanceRequired"})) {
    return DirectoryKind::kTerms;
  }
  if (any({"groupTypes", "securityEnabled", "mailEnabled", "membershipRule"})) {
    return DirectoryKind::kGroup;
  }
  if (has(object, "userPrincipalName")) {
    return DirectoryKind::kUser;
  }
  if (has(object, "roleTemplateId")) {
    return DirectoryKind::kRole;
  }
  return has(object, "appId") ? std::optional(DirectoryKind::kApp) : std::nullopt;
}

bool is_collection(std::string_view collection, std::string_view last, std::string_view parent) {
  return collection == last || collection.ends_with(std::string(parent) + "/" + std::string(last));
}

bool speaks_of_conditional_access(std::string_view text) {
  return fold_case(text).find("conditionalaccess") != std::string::npos;
}

}  // namespace

const json::value* member_of(const json::value& object, std::string_view key) {
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
  const auto* type = member_of(object, "@odata.type");
  if (type == nullptr || !type->is_string()) {
    return {};
  }
  const std::string_view text = type->get_string();
  const auto dot = text.rfind('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

std::string collection_of(const json::value& document) {
  const auto* context = member_of(document, "@odata.context");
  if (context == nullptr || !context->is_string()) {
    return {};
  }
  std::string_view text = context->get_string();
  const auto mark = text.find('#');
  if (mark == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(mark + 1);
  text = text.substr(0, text.find('('));
  constexpr std::string_view kEntity = "/$entity";
  if (text.ends_with(kEntity)) {
    text.remove_suffix(kEntity.size());
  }
  const auto last = text.rfind('/');
  const auto before = last == std::string_view::npos || last == 0 ? std::string_view::npos
                                                                  : text.rfind('/', last - 1);
  return fold_case(before == std::string_view::npos ? text : text.substr(before + 1));
}

std::string folder_hint(std::string_view file_name) {
  const auto name = fold_case(last_segment(file_name));
  const auto stem = name.substr(0, name.rfind('.'));
  if (look_up(kCollections, stem)) {
    return stem;
  }
  const auto slash = file_name.rfind('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  auto folder = fold_case(last_segment(file_name.substr(0, slash)));
  // EntraExporter: Groups/<id>/<id>.json
  if (folder == stem && slash != 0) {
    const auto above = file_name.substr(0, file_name.rfind('/', slash - 1));
    folder = fold_case(last_segment(above));
  }
  return folder;
}

std::optional<DirectoryKind> listed_kind(std::string_view collection) {
  return look_up(kCollections, last_segment(collection));
}

std::optional<DirectoryKind> directory_kind(const json::value& object, std::string_view collection,
                                            std::string_view hint) {
  if (const auto type = odata_type(object); !type.empty()) {
    return look_up(kTypes, fold_case(type));
  }
  if (const auto listed = listed_kind(collection)) {
    return listed;
  }
  if (const auto known = kind_by_members(object)) {
    return known;
  }
  return has(object, "displayName") ? listed_kind(hint) : std::nullopt;
}

ObjectKind kind_of(const json::value& object, std::string_view collection, std::string_view hint) {
  if (!object.is_object()) {
    return ObjectKind::kUnknown;
  }
  const auto type = odata_type(object);
  const auto has_any = [&](std::initializer_list<std::string_view> keys) {
    return std::ranges::any_of(keys, [&](std::string_view key) { return has(object, key); });
  };
  if (look_up(kTypes, fold_case(type))) {
    return ObjectKind::kName;
  }
  if (equal_fold(type, "conditionalAccessPolicy") || has(object, "conditions")) {
    return ObjectKind::kPolicy;
  }
  if (fold_case(type).ends_with("namedlocation") ||
      has_any({"ipRanges", "countriesAndRegions", "locationType", "compliantNetworkType"})) {
    return ObjectKind::kLocation;
  }
  if (has(object, "allowedCombinations") || equal_fold(type, "authenticationStrengthPolicy")) {
    return ObjectKind::kStrength;
  }
  if (is_collection(collection, "policies", "conditionalaccess")) {
    return ObjectKind::kPolicy;
  }
  if (is_collection(collection, "namedlocations", "conditionalaccess")) {
    return ObjectKind::kLocation;
  }
  if (has_any({"grantControls", "sessionControls", "includeUsers", "sharedConditions", "details",
               "resource_changes", "format_version", "terraform_version"}) ||
      speaks_of_conditional_access(type) || speaks_of_conditional_access(collection)) {
    // An authentication context is of that collection too.
    const auto name = directory_kind(object, collection, hint);
    return name == DirectoryKind::kContext ? ObjectKind::kName : ObjectKind::kUnknown;
  }
  if (has(object, "tenantId") && member_of(object, "objects") != nullptr &&
      member_of(object, "objects")->is_array()) {
    return ObjectKind::kMigration;
  }
  if (directory_kind(object, collection, hint)) {
    return ObjectKind::kName;
  }
  return has(object, "displayName") && has(object, "state") && type.empty() && collection.empty()
             ? ObjectKind::kUnknown
             : ObjectKind::kOther;
}

std::string advice_for(const json::value& object, std::string_view collection) {
  if (has(object, "details") || collection.ends_with("templates")) {
    return "this is a template of Graph: what it would create is in its `details`; create the "
           "policy from it and export that, or write `details` with a displayName and a state";
  }
  if (has(object, "sharedConditions")) {
    return "this is a plan of policies (beta), which is not read: export the policies themselves";
  }
  if (has(object, "format_version") || has(object, "terraform_version") ||
      has(object, "resource_changes")) {
    return "this is of Terraform, whose names differ from Graph's: export the policies through "
           "Graph (GET /identity/conditionalAccess/policies)";
  }
  return "this is neither a Conditional Access policy, nor a named location, nor an "
         "authentication strength";
}

}  // namespace gate::graph
