#pragma once

#include <string>

#include "compiler/ast/ast.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

enum class Places : bool {
  kLeaveOut,  ///< only what was said: equal for two texts that differ in layout and comments
  kShow,      ///< each node with the line and column where it begins, comments at the end
};

/// The tree of a file as indented text, one node a line: `gatec dump ast`. `sources` is the map
/// that the file was parsed from. Pure; cost linear in the tree.
[[nodiscard]] std::string dump_ast(const SourceMap& sources, const ast::File& file, Places places);

}  // namespace gate::compiler
