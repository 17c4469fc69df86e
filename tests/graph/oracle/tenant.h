#pragma once

#include "tests/graph/oracle/sign_in.h"

namespace graph_oracle {

/// Rules that the policy engine does not follow (README, "Open"): as the reference has them, unless
/// a test that compares with the engine says otherwise. A mended engine makes its line here, and in
/// as_the_engine_reads_them(), superfluous.
struct Disputed {
  bool all_resources_cover_user_actions = true;  ///< rules 18, 54, 69
};
[[nodiscard]] constexpr Disputed as_the_engine_reads_them() {
  return {false};
}

/// What the policies refer to: Graph JSON as exported; each may be null.
struct Tenant {
  const json::value* locations = nullptr;   ///< array of named locations
  const json::value* app_groups = nullptr;  ///< {"Office365": [app ids]}
  const json::value* strengths = nullptr;   ///< array of strengths
  std::string type;                         ///< "external" for External ID
  std::vector<std::string> second_factors;  ///< that an external tenant has switched on
  Disputed disputed;
};

}  // namespace graph_oracle
