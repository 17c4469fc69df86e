#pragma once

#include "tests/graph/oracle/controls.h"
#include "tests/graph/oracle/session.h"
#include "tests/graph/oracle/tenant.h"

/// The independent reading of Conditional Access (issue "2 of 3", item 4): decides sign-ins from
/// Graph JSON itself. It implements README.md beside it, shares no code with the compiler and the
/// runtime, is never optimised, and exists for tests only.
namespace graph_oracle {

/// What one policy came to.
struct PolicyReading {
  bool enabled = false;
  bool applies = false;              ///< every condition holds, whatever the state
  std::vector<std::string> failing;  ///< policyNotEnabled, or the conditions that fail, in order
  std::string report_only;           ///< log result of a report-only policy
};

struct Reading {
  std::string outcome;
  std::vector<PolicyReading> policies;  ///< in the order given
  std::vector<Clause> required;
  std::vector<Clause> outstanding;  ///< {"reauthenticate"} for factors that are too old
  std::vector<std::string> prompt_order;
  Session session;
  int error_code = 0;  ///< of a block
  std::vector<std::string> acrs;
  std::vector<std::string> allowed_second_factors;
};

/// Decides. `policies` is a JSON array.
[[nodiscard]] Reading read(const json::value& policies, const Tenant& tenant,
                           const json::value& sign_in, bool what_if = false);

}  // namespace graph_oracle
