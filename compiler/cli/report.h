#pragma once

#include <gate/policy_set.hpp>
#include <string>

/// Decisions and explanations for people. Pure; `color` paints for a terminal.
namespace gate::cli {

/// Outcome, what is required and whether it is met, session controls, the policies that apply, the
/// reasons, and what the report-only policies would have done.
[[nodiscard]] std::string decision_report(const PolicySet& policies, const Explanation& explained,
                                          bool color);

/// The policies of `explained` one by one, every condition on a line of its own, all columns
/// aligned; then the outcome.
[[nodiscard]] std::string explanation_report(const PolicySet& policies,
                                             const Explanation& explained, bool color);

}  // namespace gate::cli
