#pragma once

#include <vector>

#include "runtime/ir/program.h"

namespace gate::ir {

/// strengths[0]: what satisfies `mfa`. The 19 combinations of Entra's "Multifactor authentication"
/// (conditional-access 1.5) and the pairs of the Native Authentication API: password + e-mail code
/// and e-mail code + SMS code. A combination is a set, so one method done twice is one factor
/// (requirement C4).
[[nodiscard]] Strength built_in_mfa();

/// Sorts by bits and removes every combination that contains another: it could add nothing.
void keep_minimal(std::vector<MethodSet>& combinations);

}  // namespace gate::ir
