#pragma once

#include <span>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "compiler/source/source_map.h"

namespace gate::compiler::sema {

/// Warns of declared names that no policy, test, assertion or other name mentions (G0210). Called
/// last, for sets without errors: a use may stand in what could not be understood.
void report_unused(std::span<const ast::File> files, const SourceMap& sources,
                   const Symbols& symbols, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
