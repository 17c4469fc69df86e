#pragma once

#include <gate/compile.hpp>
#include <memory>
#include <optional>
#include <span>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// What the semantic pass makes of a set.
struct Analysis {
  Symbols symbols;  ///< refers to the AST, which must outlive it
  /// The whole set as Decision IR; empty when anything (also the parser) reported an error.
  std::optional<ir::Program> program;
};

/// Names, types and meaning of all files of a set together; every mistake goes to `diagnostics`,
/// each once. `test` blocks are not looked at (test_blocks.h does). Time zones are read from
/// the system's tzdata; nothing else outside the arguments is touched. Cost: linear in the text.
[[nodiscard]] Analysis analyse(std::span<const ast::File> files, const SourceMap& sources,
                               const CompileOptions& options, const Limits& limits,
                               DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
