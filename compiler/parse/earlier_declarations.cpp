#include "compiler/parse/earlier_declarations.h"

#include "compiler/ast/relocate.h"

namespace gate::compiler {

EarlierDeclarations::EarlierDeclarations(ast::File& tree, std::string_view text) {
  by_text_.reserve(tree.declarations.size());
  for (ast::Declaration& declaration : tree.declarations) {
    const Span span = declaration.span;
    by_text_.emplace(text.substr(span.begin, span.end - span.begin), &declaration);
  }
}

std::optional<ast::Declaration> EarlierDeclarations::take(std::string_view piece,
                                                          std::uint32_t file, std::uint32_t begin,
                                                          std::string_view text) {
  const auto found = by_text_.find(piece);
  if (found == by_text_.end()) {
    return std::nullopt;
  }
  ast::Declaration declaration = std::move(*found->second);
  by_text_.erase(found);
  ++taken_;
  declaration.description.clear();
  ast::relocate(declaration, {file, declaration.span.begin, begin, text});
  return declaration;
}

}  // namespace gate::compiler
