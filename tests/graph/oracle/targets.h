#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// Whether the policy is about what is signed in to (README rules 5, 18 to 25, 69, 71).
[[nodiscard]] bool is_about(const json::value& policy, const Tenant& tenant, const SignIn& s);

/// Whether the policy names the user action itself, rather than every resource (rule 54).
[[nodiscard]] bool names_the_action(const json::value& policy, const SignIn& s);

}  // namespace graph_oracle
