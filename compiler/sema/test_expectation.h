#pragma once

#include <gate/compile.hpp>
#include <optional>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// Reads `challenge any of (NativeMfa, compliant_device) because "CA001"`. A name alone is a
/// strength; `reauthenticate` asks for the factors to be done again. Clauses are spelled as
/// PolicySet::clause() spells them, for which `program` is needed (see resolve_tests). Empty after
/// reporting a mistake.
[[nodiscard]] std::optional<CompiledTest::Expectation> resolve_expectation(
    const ast::Expectation& expectation, const Symbols& symbols, const ir::Program* program,
    DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
