#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "compiler/graph/finding.h"
#include "compiler/graph/model.h"

namespace gate::graph {

/// Reads one file of Graph JSON into `model`: a policy, a named location, an authentication
/// strength, a directory object (its display name is used for its id), an array of those, or a
/// response that wraps them in `value`. Every error is a finding with its JSON path; an object with
/// an error is not added. Returns the number of objects that were left out.
std::size_t read_graph(std::string_view file_name, const boost::json::value& document, Model& model,
                       Findings& findings);

/// The pieces, for read_graph.
[[nodiscard]] Policy read_policy(const boost::json::value& object, const Origin& origin,
                                 Model& model, Findings& findings);
[[nodiscard]] Location read_location(const boost::json::value& object, const Origin& origin,
                                     Findings& findings);
[[nodiscard]] Strength read_strength(const boost::json::value& object, const std::string& path,
                                     Findings& findings);

}  // namespace gate::graph
