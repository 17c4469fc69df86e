#pragma once

#include <boost/json/value.hpp>

namespace gate::graph {

/// The document as Graph would have written it. PowerShell's SDK keeps the members of derived types
/// in `AdditionalProperties`, which are lifted up, and PowerShell 5.1 writes times as
/// "/Date(ms)/" (conditional-access 13). A member that stands in both places with two values stays
/// where it is, so that it is refused as not understood. Cost: linear.
[[nodiscard]] boost::json::value as_graph_writes(boost::json::value document);

}  // namespace gate::graph
