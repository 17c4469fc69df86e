#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "compiler/graph/finding.h"
#include "compiler/graph/model.h"

namespace gate::graph {

/// The names that an imported set gives to what Graph knows by id. Names are global in a set, so
/// all kinds draw from one pool.
class Symbols {
 public:
  /// Names everything that `model` defines or that the policies use and we know: locations,
  /// strengths, well-known roles and apps, directory names. An id that is defined twice keeps its
  /// first definition, with a warning; a location that is used but not defined becomes an empty
  /// one, with a warning.
  Symbols(const Model& model, Findings& findings);

  /// The name of a location by id, display name, or "NAME:" and display name; "" when unknown.
  [[nodiscard]] std::string location(std::string_view reference) const;
  /// No address is in it (conditional-access 1.2).
  [[nodiscard]] bool is_compliant_network(std::string_view reference) const;
  [[nodiscard]] std::string strength(std::string_view id) const;
  /// The name of an authentication context ("c1").
  [[nodiscard]] std::string context(const std::string& id) const;
  /// What the terms of use are called; "" when the input does not say.
  [[nodiscard]] std::string terms(std::string_view id) const;
  /// The name of a set for this id, or "" where policies spell the id out.
  [[nodiscard]] std::string directory(DirectoryKind kind, std::string_view id) const;

  struct NamedLocation {
    std::string name;
    Location location;
  };
  struct NamedStrength {
    std::string name;
    Strength strength;
  };
  struct NamedDirectory {
    std::string name;
    DirectoryName entry;
  };
  [[nodiscard]] const std::vector<NamedLocation>& locations() const { return locations_; }
  [[nodiscard]] const std::vector<NamedStrength>& strengths() const { return strengths_; }
  [[nodiscard]] const std::vector<NamedDirectory>& directory_names() const { return directory_; }
  /// Contexts that policies use, by the names that they get.
  [[nodiscard]] const std::map<std::string, DirectoryName>& contexts() const { return contexts_; }

 private:
  std::string unique(std::string wanted);
  void name_locations(const Model& model, Findings& findings);
  void name_missing_locations(const Model& model, Findings& findings);
  void name_strengths(const Model& model);
  void name_contexts(const Model& model);
  void name_directory(const Model& model);
  void name_repeated_groups(const Model& model);
  void look_for_trusted(const Model& model, Findings& findings) const;
  void name_used(const Strings& ids, DirectoryKind kind);

  std::set<std::string> taken_;
  std::map<std::string, std::string> location_by_reference_;  // folded id or display name
  std::map<std::string, std::string> strength_by_id_;
  std::map<std::pair<DirectoryKind, std::string>, std::string> directory_by_id_;
  std::map<std::pair<DirectoryKind, std::string>, std::string> known_names_;
  std::map<std::string, DirectoryName> contexts_;
  std::vector<NamedLocation> locations_;
  std::vector<NamedStrength> strengths_;
  std::vector<NamedDirectory> directory_;
};

/// The built-in strengths (conditional-access 1.5) by their well-known ids.
[[nodiscard]] const std::vector<Strength>& built_in_strengths();

}  // namespace gate::graph
