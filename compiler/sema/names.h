#pragma once

#include <span>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"

namespace gate::compiler::sema {

/// What can stand in one place: names of one kind, and words of the language.
struct Expected {
  NameKind kind;
  std::span<const std::string_view> words;  ///< all words, for suggestions
  std::string_view place;                   ///< completes "`grup` is not …"
  std::string_view quote_with;              ///< the word to put before a bare string: `user`
};

/// The declared set, strength … that `word` names. Null when there is none, when it is of another
/// kind (both reported), or when its declaration is damaged (reported there).
[[nodiscard]] const Declared* find_declared(const ast::Name& word, const Expected& expected,
                                            const Symbols& symbols,
                                            DiagnosticCollector& diagnostics);

/// Reports an item whose first atom is no word of the language: an unknown name, a misspelt
/// selector (`grup "x"`), or a bare string.
void report_unknown(const ast::Item& item, const Expected& expected, const Symbols& symbols,
                    DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
