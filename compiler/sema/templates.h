#pragma once

#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler::sema {

/// Puts templates into the policies that apply them, before names and types are looked at
/// (grammar/README.md, "Templates"): a policy gets the sections of the template with its parameters
/// replaced; templates themselves are removed. A template cannot apply another, so expansion ends.
/// Mistakes of the application are reported where they stand; whatever is found later in an
/// expanded section shows both places (ast::Policy::applied_at). Cost: linear in the result.
void expand_templates(std::vector<ast::File>& files, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
