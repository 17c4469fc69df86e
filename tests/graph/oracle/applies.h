#pragma once

#include "tests/graph/oracle/sign_in.h"

namespace graph_oracle {

/// What the policies refer to: Graph JSON as exported; each may be null.
struct Tenant {
  const json::value* locations = nullptr;   ///< array of named locations
  const json::value* app_groups = nullptr;  ///< {"Office365": [app ids]}
  const json::value* strengths = nullptr;   ///< array of strengths
  std::string type;                         ///< "external" for External ID
  std::vector<std::string> second_factors;  ///< that an external tenant has switched on
};

/// The What-If analysis reasons of every condition that fails, in the order in which they are
/// looked at; empty: the conditions all hold (the state is not looked at). With `what_if`, a fact
/// that was not supplied fails a condition on it with notEnoughInformation.
[[nodiscard]] std::vector<std::string> failing_conditions(const json::value& policy,
                                                          const Tenant& tenant,
                                                          const SignIn& sign_in, bool what_if);

/// Whether it hangs on the position of the authenticator app, which nobody knows, if the policy
/// applies: then access is refused (conditional-access 2.4).
[[nodiscard]] bool needs_position(const json::value& policy, const Tenant& tenant,
                                  const SignIn& sign_in);

}  // namespace graph_oracle
