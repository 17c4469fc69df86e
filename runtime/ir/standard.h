#pragma once

#include <vector>

#include "runtime/ir/program.h"

namespace gate::ir {

/// strengths[0]: what satisfies `mfa`. The 19 combinations of Entra's "Multifactor authentication"
/// (conditional-access 1.5) and the pairs of the Native Authentication API: password + e-mail code
/// e-mail code + SMS code, social or other federation + e-mail code (conditional-access 4). A
/// combination is a set, so one method done twice is one factor (requirement C4).
[[nodiscard]] Strength built_in_mfa();
/// The same in a set with `profile workforce`: Entra's 19 combinations alone, because a workforce
/// tenant does not take e-mail codes as a second factor (conditional-access 1.5).
[[nodiscard]] Strength workforce_mfa();

/// Sorts by bits and removes every combination that contains another: it could add nothing.
void keep_minimal(std::vector<MethodSet>& combinations);

}  // namespace gate::ir
