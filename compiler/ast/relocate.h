#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/ast/ast.h"

namespace gate::compiler::ast {

/// Where a tree that was parsed from one text now stands.
struct Move {
  std::uint32_t file = 0;  ///< index of the file it now belongs to
  std::uint32_t from = 0;  ///< where the declaration began
  std::uint32_t to = 0;    ///< where it begins now
  std::string_view text;   ///< of the file: the words of the tree point into it afterwards
};

/// Makes a tree say that it was parsed from another place: the bytes there must be the same. Every
/// span and every view of the tree is changed. Not for trees in which a template was expanded: they
/// belong to several places. Cost: one visit of each node, no allocation.
void relocate(Declaration& declaration, const Move& move);

}  // namespace gate::compiler::ast
