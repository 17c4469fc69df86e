#pragma once

#include <boost/json/object.hpp>
#include <gate/policy_set.hpp>
#include <string>
#include <vector>

#include "compiler/graph/sign_in.h"

/// `gatec whatif`: the answer of Graph's What-If API for a policy set of ours, and what Entra does
/// not tell (conditional-access 6 and 8 #7, #8).
namespace gate::graph {

/// The answer, in the shape of Graph's: `value` holds one whatIfAnalysisResult for each policy
/// (`policyApplies`, `analysisReasons`: the first reason). A member `gatehouse` says of the
/// sign-in: outcome, error code, what is required and unmet, the nearest change that would let it
/// pass, the digest of the set; and of each policy: every failing condition with what the request
/// said. A condition on a fact that the request does not give makes a policy
/// "notEnoughInformation", as What-If has it; the outcome takes absent facts as the language does.
/// Cost: one explanation and some thousand decisions.
[[nodiscard]] boost::json::object what_if(const PolicySet& policies, const WhatIfSignIn& sign_in);

/// One thing that could be otherwise at a sign-in.
struct Change {
  std::string text;  ///< "complete fido2", "sign in from a compliant device"
};
/// The smallest set of changes, of those that a person or an administrator can make, with which the
/// decision is allow: empty when it is allowed already, or when no kChangesMax of them help.
inline constexpr std::size_t kChangesMax = 3;
[[nodiscard]] std::vector<Change> nearest_change(const PolicySet& policies,
                                                 const SignInFacts& facts);

}  // namespace gate::graph
