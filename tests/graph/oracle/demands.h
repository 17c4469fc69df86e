#pragma once

#include "tests/graph/oracle/controls.h"

namespace graph_oracle {

/// Whether one control of the clause is met (README rules 48 to 51, 55 to 57, 60, 61). `policy`
/// defines the strength that it names.
[[nodiscard]] bool met(const Clause& clause, const json::value& policy, const Tenant& tenant,
                       const SignIn& s);

/// What becomes of somebody who has registered no method and lacks the clause.
enum class Registration {
  kNotAsked,    ///< has methods, or is not asked for one
  kOnTheWay,    ///< is sent to registration
  kImpossible,  ///< nothing that fits can be registered there
  kRisky        ///< not in a risky sign-in: 53004
};
/// README rules 55, 58, 59.
[[nodiscard]] Registration registration(const Clause& clause, const json::value& policy,
                                        const Tenant& tenant, const SignIn& s);

}  // namespace graph_oracle
