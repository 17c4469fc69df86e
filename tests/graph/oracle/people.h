#pragma once

#include "tests/graph/oracle/sign_in.h"

namespace graph_oracle {

/// Whether the policy covers the user (README rules 5, 8 to 17, 70).
[[nodiscard]] bool is_for(const json::value* conditions, const SignIn& s);

/// Whether it is about workload identities rather than users.
[[nodiscard]] bool is_about_workloads(const json::value* conditions);

}  // namespace graph_oracle
