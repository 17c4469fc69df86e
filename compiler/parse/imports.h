#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// The paths that a file imports, in order: what must be known before the set is complete, found
/// without parsing. Reports nothing: a file that cannot be read imports nothing, and its mistakes
/// are found when it is parsed. O(bytes), and a mere search for the word in files without imports.
[[nodiscard]] std::vector<ast::Text> find_imports(const SourceMap& sources, std::uint32_t file,
                                                  const Limits& limits);

}  // namespace gate::compiler
