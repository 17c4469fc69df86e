#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"

namespace gate::compiler::sema {

/// The names and words of an assertion. What it claims is not checked yet (G0412), but a misspelt
/// fact, value or set would lie unseen until it is.
void check_assertion(const ast::Assertion& assertion, const Symbols& symbols,
                     DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
