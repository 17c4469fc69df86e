#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// Takes back the warnings about lists of risk levels with a hole (G0402) where another policy
/// blocks the levels that are left out, for all users at all apps: then no sign-in gets through the
/// hole.
void drop_blocked_holes(const ir::Program& program, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
