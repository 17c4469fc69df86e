#pragma once

#include "runtime/ir/program.h"

namespace gate::compiler::lint {

/// True when some principal is named on both sides, as far as names tell: membership of different
/// groups is not known here. Exclusions are not looked at.
[[nodiscard]] bool may_meet(const ir::PrincipalSet& a, const ir::PrincipalSet& b);
/// True when some target is named on both sides.
[[nodiscard]] bool may_meet(const ir::TargetSet& a, const ir::TargetSet& b);

}  // namespace gate::compiler::lint
