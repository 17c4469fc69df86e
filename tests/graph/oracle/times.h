#pragma once

#include "tests/graph/oracle/sign_in.h"

namespace graph_oracle {

/// The time condition (README rule 41), in UTC: tests of it use no other zone.
[[nodiscard]] bool time_matches(const json::value* times, const SignIn& s);

}  // namespace graph_oracle
