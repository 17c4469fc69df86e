#include "compiler/graph/symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/fold.h"
#include "compiler/graph/identifier.h"

namespace gate::graph {
namespace {

struct WellKnown {
  std::string_view id;
  std::string_view name;
};
constexpr WellKnown kRoles[] = {
#define GATE_WELL_KNOWN_ROLE(id, name) {id, name},
#include "compiler/graph/well_known_roles.def"
};
constexpr WellKnown kApps[] = {
#define GATE_WELL_KNOWN_APP(id, name) {id, name},
#include "compiler/graph/well_known_apps.def"
};
/// Locations that every tenant has and no export defines.
constexpr WellKnown kLocations[] = {
    {"00000000-0000-0000-0000-000000000000", "MfaTrustedIps"},
    {"3d46dbda-8382-466a-856d-eb00cbc6b910", "AllCompliantNetworkLocations"},
};

bool same_places(const Location& a, const Location& b) {
  return a.name == b.name && a.created == b.created && a.modified == b.modified &&
         a.note == b.note && a.countries == b.countries &&
         a.unknown_countries == b.unknown_countries && a.trusted == b.trusted &&
         std::ranges::equal(a.ranges, b.ranges, {}, &Range::cidr, &Range::cidr);
}

}  // namespace

const std::vector<Strength>& built_in_strengths() {
  static const Strings kPhishingResistant = {"windowsHelloForBusiness", "fido2",
                                             "x509CertificateMultiFactor"};
  static const std::vector<Strength> kBuiltIn = [] {
    std::vector<Strength> out(3);
    out[0].id = "00000000-0000-0000-0000-000000000002";
    out[0].name = "Multifactor authentication";
    out[0].combinations = {"windowsHelloForBusiness",
                           "fido2",
                           "x509CertificateMultiFactor",
                           "deviceBasedPush",
                           "temporaryAccessPassOneTime",
                           "temporaryAccessPassMultiUse",
                           "password,microsoftAuthenticatorPush",
                           "password,softwareOath",
                           "password,hardwareOath",
                           "password,x509CertificateSingleFactor",
                           "password,x509CertificateMultiFactor",
                           "password,sms",
                           "password,voice",
                           "federatedMultiFactor",
                           "microsoftAuthenticatorPush,federatedSingleFactor",
                           "softwareOath,federatedSingleFactor",
                           "hardwareOath,federatedSingleFactor",
                           "sms,federatedSingleFactor",
                           "voice,federatedSingleFactor"};
    out[1].id = "00000000-0000-0000-0000-000000000003";
    out[1].name = "Passwordless MFA";
    out[1].combinations = kPhishingResistant;
    out[1].combinations.emplace_back("deviceBasedPush");
    out[2].id = "00000000-0000-0000-0000-000000000004";
    out[2].name = "Phishing-resistant MFA";
    out[2].combinations = kPhishingResistant;
    for (auto& each : out) {
      each.policy_type = "builtIn";
      each.satisfies = "mfa";
    }
    return out;
  }();
  return kBuiltIn;
}

Symbols::Symbols(const Model& model, Findings& findings) {
  name_locations(model, findings);
  name_missing_locations(model, findings);
  name_strengths(model);
  name_directory(model);
  name_contexts(model);
  look_for_trusted(model, findings);
}

std::string Symbols::unique(std::string wanted) {
  auto name = wanted;
  for (int number = 2; !taken_.insert(fold_case(name)).second; ++number) {
    name = fmt::format("{}_{}", wanted, number);
  }
  return name;
}

void Symbols::name_locations(const Model& model, Findings& findings) {
  for (const auto& location : model.locations) {
    const auto id = fold_case(location.id);
    if (const auto known = location_by_reference_.find(id);
        !id.empty() && known != location_by_reference_.end()) {
      const auto first = std::ranges::find(locations_, known->second, &NamedLocation::name);
      findings.enter_file(location.origin.file);
      if (same_places(first->location, location)) {
        findings.note(location.origin.path,
                      fmt::format("the same location as in {}", first->location.origin.file));
        continue;
      }
      findings.warning(location.origin.path,
                       fmt::format("location id {} is defined in {} too, with other contents; "
                                   "policies use that first definition",
                                   location.id, first->location.origin.file));
    }
    auto name = unique(identifier_from(location.name, "Location"));
    if (!id.empty()) {
      location_by_reference_.emplace(id, name);
    }
    location_by_reference_.emplace("name:" + fold_case(location.name), name);
    locations_.push_back({std::move(name), location});
  }
}

void Symbols::name_missing_locations(const Model& model, Findings& findings) {
  for (const auto& policy : model.policies) {
    for (const auto* list :
         {&policy.conditions.locations.include, &policy.conditions.locations.exclude}) {
      for (const auto& reference : *list) {
        if (reference == "All" || reference == "AllTrusted" || !location(reference).empty()) {
          continue;
        }
        findings.enter_file(policy.origin.file);
        findings.enter_object(policy.name);
        findings.warning(policy.origin.path + ".conditions.locations",
                         fmt::format("location {} is not in the input: declared empty, so no "
                                     "sign-in is in it; fill it in",
                                     reference));
        Location missing;
        missing.origin = policy.origin;
        missing.id = reference;
        missing.undefined = true;
        const auto* known = std::ranges::find(kLocations, fold_case(reference), &WellKnown::id);
        missing.compliant_network = fold_case(reference) == kLocations[1].id;
        missing.name = known != std::end(kLocations) ? std::string(known->name)
                                                     : "Location " + reference.substr(0, 8);
        auto name = unique(identifier_from(missing.name, "Location"));
        location_by_reference_.emplace(fold_case(reference), name);
        locations_.push_back({std::move(name), std::move(missing)});
      }
    }
  }
}

void Symbols::name_strengths(const Model& model) {
  const auto add = [&](const Strength& strength) {
    if (!strength.combinations.empty() && !strength_by_id_.contains(fold_case(strength.id))) {
      auto name = unique(identifier_from(strength.name, "Strength"));
      strength_by_id_.emplace(fold_case(strength.id), name);
      strengths_.push_back({std::move(name), strength});
    }
  };
  std::ranges::for_each(model.strengths, add);
  for (const auto& each : built_in_strengths()) {
    if (std::ranges::any_of(model.policies,
                            [&](const Policy& p) { return p.grant.strength == each.id; })) {
      add(each);
    }
  }
}

void Symbols::name_contexts(const Model& model) {
  for (const auto& policy : model.policies) {
    for (const auto& id : policy.targets.contexts) {
      if (context(id).empty()) {
        const auto known = std::ranges::find_if(model.names, [&](const DirectoryName& each) {
          return each.kind == DirectoryKind::kContext && equal_fold(each.id, id);
        });
        const bool named = known != model.names.end();
        auto name = unique(identifier_from(named ? known->name : id, "Context"));
        contexts_.emplace(std::move(name),
                          DirectoryName{DirectoryKind::kContext, id, named ? known->name : "",
                                        named ? known->description : ""});
      }
    }
  }
}

/// Without a trusted location `AllTrusted` holds nowhere, and what it keeps out or lets in is the
/// whole world.
void Symbols::look_for_trusted(const Model& model, Findings& findings) const {
  const bool any = std::ranges::any_of(
      locations_, [](const NamedLocation& each) { return each.location.trusted; });
  for (const auto& policy : model.policies) {
    const auto& places = policy.conditions.locations;
    for (const auto* list : {&places.include, &places.exclude}) {
      if (!any && std::ranges::find(*list, "AllTrusted") != list->end()) {
        findings.enter_file(policy.origin.file);
        findings.enter_object(policy.name);
        findings.warning(policy.origin.path + ".conditions.locations",
                         "AllTrusted, and no location of the input is trusted: nothing is, until "
                         "you add the named locations (GET /identity/conditionalAccess/"
                         "namedLocations) or the ranges of the MFA trusted IPs");
      }
    }
  }
  findings.enter_object({});
}

std::string Symbols::terms(std::string_view id) const {
  const auto known = known_names_.find(std::pair(DirectoryKind::kTerms, fold_case(id)));
  return known == known_names_.end() ? std::string() : known->second;
}

bool Symbols::is_compliant_network(std::string_view reference) const {
  const auto name = location(reference);
  return std::ranges::any_of(locations_, [&](const NamedLocation& each) {
    return each.name == name && each.location.compliant_network;
  });
}

std::string Symbols::context(const std::string& id) const {
  const auto found =
      std::ranges::find(contexts_, id, [](const auto& each) { return each.second.id; });
  return found == contexts_.end() ? std::string() : found->first;
}

void Symbols::name_used(const Strings& ids, DirectoryKind kind) {
  for (const auto& id : ids) {
    const auto key = std::pair(kind, fold_case(id));
    const auto known = known_names_.find(key);
    if (known == known_names_.end() || directory_by_id_.contains(key)) {
      continue;
    }
    auto name = unique(identifier_from(known->second, "Set"));
    directory_by_id_.emplace(key, name);
    directory_.push_back({std::move(name), {kind, id, known->second, ""}});
  }
}

/// A group that stands in several policies gets a name, of its id where nothing else is known: one
/// place to give it a better one.
void Symbols::name_repeated_groups(const Model& model) {
  std::map<std::string, std::size_t> policies_of;
  for (const auto& policy : model.policies) {
    std::set<std::string> of_policy;
    for (const auto* who : {&policy.include, &policy.exclude}) {
      of_policy.insert(who->groups.begin(), who->groups.end());
    }
    for (const auto& id : of_policy) {
      ++policies_of[id];
    }
  }
  for (const auto& policy : model.policies) {
    for (const auto* who : {&policy.include, &policy.exclude}) {
      for (const auto& id : who->groups) {
        const auto key = std::pair(DirectoryKind::kGroup, fold_case(id));
        if (policies_of[id] < 2 || directory_by_id_.contains(key)) {
          continue;
        }
        auto name = unique(identifier_from("Group " + id.substr(0, 8), "Group"));
        directory_by_id_.emplace(key, name);
        directory_.push_back({std::move(name), {DirectoryKind::kGroup, id, "", ""}});
      }
    }
  }
}

void Symbols::name_directory(const Model& model) {
  for (const auto& each : model.names) {
    known_names_.emplace(std::pair(each.kind, fold_case(each.id)), each.name);
  }
  for (const auto& each : kRoles) {
    known_names_.emplace(std::pair(DirectoryKind::kRole, std::string(each.id)), each.name);
  }
  for (const auto& each : kApps) {
    known_names_.emplace(std::pair(DirectoryKind::kApp, std::string(each.id)), each.name);
  }
  for (const auto& policy : model.policies) {
    for (const auto* who : {&policy.include, &policy.exclude}) {
      name_used(who->users, DirectoryKind::kUser);
      name_used(who->groups, DirectoryKind::kGroup);
      name_used(who->roles, DirectoryKind::kRole);
    }
    name_used(policy.targets.include_apps, DirectoryKind::kApp);
    name_used(policy.targets.exclude_apps, DirectoryKind::kApp);
  }
  name_repeated_groups(model);
  std::ranges::sort(directory_, {}, [](const NamedDirectory& each) {
    return std::pair(each.entry.kind == DirectoryKind::kApp, each.name);
  });
}

std::string Symbols::location(std::string_view reference) const {
  auto key = fold_case(reference);
  for (const auto& each : {key, "name:" + key}) {
    if (const auto found = location_by_reference_.find(each);
        found != location_by_reference_.end()) {
      return found->second;
    }
  }
  return {};
}

std::string Symbols::strength(std::string_view id) const {
  const auto found = strength_by_id_.find(fold_case(id));
  return found == strength_by_id_.end() ? std::string() : found->second;
}

std::string Symbols::directory(DirectoryKind kind, std::string_view id) const {
  const auto found = directory_by_id_.find(std::pair(kind, fold_case(id)));
  return found == directory_by_id_.end() ? std::string() : found->second;
}

}  // namespace gate::graph
