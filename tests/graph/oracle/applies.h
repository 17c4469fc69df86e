#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// The What-If analysis reasons of everything that keeps the policy from applying, in the order in
/// which it is looked at; empty: it applies, if its state lets it. With `what_if`, a configured
/// condition whose fact was not supplied fails with notEnoughInformation.
[[nodiscard]] std::vector<std::string> failing_conditions(const json::value& policy,
                                                          const Tenant& tenant, const SignIn& s,
                                                          bool what_if);

/// Whether it hangs on a GPS position that was not given whether the policy applies (rule 33).
[[nodiscard]] bool hangs_on_position(const json::value& policy, const Tenant& tenant,
                                     const SignIn& s);

}  // namespace graph_oracle
