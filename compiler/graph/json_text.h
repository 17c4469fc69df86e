#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace gate::graph {

/// JSON for people and for diffs: two spaces, one member or element a line, keys in the order of
/// the object, a newline at the end.
[[nodiscard]] std::string pretty_json(const boost::json::value& value);

}  // namespace gate::graph
