#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/differential/set_text.h"

namespace gate::differential {

/// A set and one sign-in.
struct Case {
  SetText set;
  SignInFacts facts;
};

/// The smallest case found that still `fails`: policies dropped first, then clauses of policies,
/// declarations, and facts. At most `attempts` questions are asked.
[[nodiscard]] Case shrink(Case failing, const std::function<bool(const Case&)>& fails,
                          std::size_t attempts = 600);

/// Writes `policies/…` and `request.json` below `folder`, which is made, and returns the command
/// that shows the case.
[[nodiscard]] std::string write_reproducer(const Case& failing, const std::string& folder,
                                           const std::string& remark);

}  // namespace gate::differential
