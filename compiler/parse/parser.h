#pragma once

#include <cstdint>
#include <string>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/earlier_declarations.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// Parses one file. Never fails: whatever could be read is in the tree, every mistake is in
/// `diagnostics`. A file beyond a limit gives an empty tree. Bounded stack and memory whatever the
/// input. Thread-safe for different collectors. What `earlier` has is taken from there instead of
/// being parsed again.
[[nodiscard]] ast::File parse_file(const SourceMap& sources, std::uint32_t file,
                                   const Limits& limits, DiagnosticCollector& diagnostics,
                                   EarlierDeclarations* earlier = nullptr);

/// The words of a file, one a line, with their kind and place: `gatec dump tokens`.
[[nodiscard]] std::string dump_tokens(const SourceMap& sources, std::uint32_t file);

}  // namespace gate::compiler
