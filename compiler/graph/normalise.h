#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace gate::graph {

/// Two Graph documents that mean the same have the same normal form. Works on the JSON itself, not
/// on our model, so that what the model would lose is seen. The rules, each for a reason that
/// docs/from-entra.md gives:
///   keys and enumerators in any case; null, [], {}, "" and absent alike; lists as sets;
///   comma-joined sets as lists; annotations (`@…`, `#…`) dropped; "all" without an exclusion is no
///   condition; no user or no target included is "None"; defaults written out or not; a control
///   that is switched off is no control; the operator of fewer than two controls; a strength by its
///   id; predecessors (device states, networkAccess, easSupported) as their successors; device
///   rules in one spelling.
/// `location_name` gives a location the name by which both sides know it.
using LocationName = std::function<std::string(std::string_view reference)>;
[[nodiscard]] boost::json::value normalise_policy(const boost::json::value& policy,
                                                  const LocationName& location_name);
[[nodiscard]] boost::json::value normalise_location(const boost::json::value& location);
[[nodiscard]] boost::json::value normalise_strength(const boost::json::value& strength);

/// The JSON path of the first difference and both sides of it; "" for equal documents.
[[nodiscard]] std::string first_difference(const boost::json::value& a, const boost::json::value& b,
                                           const std::string& path = "$");

}  // namespace gate::graph
