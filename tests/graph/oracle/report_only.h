#pragma once

#include "tests/graph/oracle/tenant.h"

namespace graph_oracle {

/// The sign-in log's result of a report-only policy (reference 2.6; README rule 2).
[[nodiscard]] std::string report_only_result(const json::value& policy, bool applies,
                                             const Tenant& tenant, const SignIn& s);

}  // namespace graph_oracle
