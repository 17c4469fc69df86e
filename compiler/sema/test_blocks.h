#pragma once

#include <gate/compile.hpp>
#include <span>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "compiler/source/source_map.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// Turns the `test` blocks of a set into sign-ins and what must come of them, one for each row of a
/// table. Every mistake goes to `diagnostics`; a row with one gives no test. `program` tells how
/// clauses are spelled; without it (the set has errors, so nothing will run) the blocks are checked
/// all the same. Linear in the text. What facts mean is said in given_facts.h.
[[nodiscard]] std::vector<CompiledTest> resolve_tests(std::span<const ast::File> files,
                                                      const SourceMap& sources,
                                                      const Symbols& symbols,
                                                      const ir::Program* program,
                                                      DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
