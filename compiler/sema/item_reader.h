#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler::sema {

/// Reads the atoms of one item from left to right. Reports what is missing or left over; a caller
/// that gets nothing back says no more about the item.
class ItemReader {
 public:
  ItemReader(const ast::Item& item, DiagnosticCollector& diagnostics)
      : item_(&item), diagnostics_(&diagnostics) {}

  [[nodiscard]] const ast::Item& item() const { return *item_; }
  /// The next atom if it is a word, and steps over it; null otherwise.
  const ast::Name* word();
  /// The next atom if it is a literal, and steps over it; null otherwise.
  const ast::Literal* literal();
  /// The string that must follow `head`; empty after reporting that it is missing or not text.
  /// `needs` completes "`user` needs …".
  std::optional<std::string_view> string_after(const ast::Name& head, std::string_view needs);
  /// The word that must follow `head`, in the same way.
  const ast::Name* word_after(const ast::Name& head, std::string_view needs);
  /// True when nothing is left. Otherwise reports a missing comma or an argument too many.
  bool finish(bool arguments_taken = false);

 private:
  const ast::Item* item_;
  DiagnosticCollector* diagnostics_;
  std::size_t next_ = 0;
};

/// "`5`", "`ios`": an atom as it is shown in a message.
[[nodiscard]] std::string shown(const ast::Item::Atom& atom);
/// "a whole number", "text" …
[[nodiscard]] std::string_view describe(ast::LiteralKind kind);
/// "`ios`", "text", "a whole number": what an operand is, for messages.
[[nodiscard]] std::string described(const ast::Expr& expr);
/// Reports `until` and `because` where they cannot stand; false when one stood there.
bool refuse_modifiers(const ast::Item& item, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
