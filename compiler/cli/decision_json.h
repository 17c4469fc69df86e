#pragma once

#include <boost/json/object.hpp>
#include <gate/policy_set.hpp>

/// Decisions and explanations for machines; docs/gatec.md lists the members.
namespace gate::cli {

[[nodiscard]] boost::json::object decision_json(const PolicySet& policies,
                                                const Explanation& explained);
/// The same, and every policy with every condition.
[[nodiscard]] boost::json::object explanation_json(const PolicySet& policies,
                                                   const Explanation& explained);

}  // namespace gate::cli
