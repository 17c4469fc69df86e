#pragma once

#include <boost/json/object.hpp>

#include "compiler/graph/normalise.h"

namespace gate::graph {

/// `conditions` of a policy, cleaned() before, in one form: older members under their newer names,
/// defaults left out, filter rules in one spelling.
void normalise_conditions(boost::json::object& conditions, const LocationName& location_name);

}  // namespace gate::graph
