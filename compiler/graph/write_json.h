#pragma once

#include <boost/json/object.hpp>

#include "compiler/graph/model.h"

/// From the Graph model to Graph JSON, keys in the order of the Graph documentation, empty members
/// left out (clientAppTypes, which the schema demands, excepted).
namespace gate::graph {

[[nodiscard]] boost::json::object to_graph_json(const Policy& policy);
[[nodiscard]] boost::json::object to_graph_json(const Location& location);
[[nodiscard]] boost::json::object to_graph_json(const Strength& strength);

}  // namespace gate::graph
