#pragma once

#include <boost/json/object.hpp>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "compiler/graph/model.h"
#include "compiler/graph/symbols.h"

/// What Graph knows of an object and the policy language has no place for: its id, display name and
/// dates. Import writes it beside the policies (graph-map.json), export reads it, so that the way
/// there and back loses nothing. Keyed by the name that the object has in the set. Optional:
/// without it export derives ids from names.
namespace gate::graph {

inline constexpr std::string_view kGraphMapFile = "graph-map.json";

class GraphMap {
 public:
  void add(const std::string& name, const std::string& id, const Policy& policy);
  void add(const std::string& name, const Location& location);
  void add(const std::string& name, const Strength& strength);

  /// Fills what the map knows of the object with this name.
  void restore(const std::string& name, Policy& policy) const;
  void restore(const std::string& name, Location& location) const;
  void restore(const std::string& name, Strength& strength) const;

  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] static Result<GraphMap> from_json(std::string_view text);

 private:
  boost::json::object policies_;
  boost::json::object locations_;
  boost::json::object strengths_;
};

}  // namespace gate::graph
