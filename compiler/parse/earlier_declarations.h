#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "compiler/ast/ast.h"

namespace gate::compiler {

/// The declarations of an earlier version of a file, to be taken where the new version has the same
/// bytes. The version must have been parsed without a diagnostic; it is used up.
class EarlierDeclarations {
 public:
  /// Both are borrowed.
  EarlierDeclarations(ast::File& tree, std::string_view text);

  /// The declaration that `piece` (its words, from the first to the last) was parsed to, moved to
  /// `begin` in `file`, whose text is `text`. Comments above it are not looked at.
  [[nodiscard]] std::optional<ast::Declaration> take(std::string_view piece, std::uint32_t file,
                                                     std::uint32_t begin, std::string_view text);
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  std::unordered_map<std::string_view, ast::Declaration*> by_text_;
  std::size_t taken_ = 0;
};

}  // namespace gate::compiler
