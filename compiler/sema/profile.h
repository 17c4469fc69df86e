#pragma once

#include "compiler/ast/ast.h"
#include "compiler/sema/lowering.h"

namespace gate::compiler::sema {

/// Holds a policy against what an external tenant supports (conditional-access 4): what the portal
/// of such a tenant has no field for is reported (G0422). What only we have (signals, flows, lost
/// devices) is left alone. Called for policies without mistakes in their names.
void check_external_profile(const ast::Policy& policy, Lowering& lowering);

}  // namespace gate::compiler::sema
