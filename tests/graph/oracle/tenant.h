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

}  // namespace graph_oracle
