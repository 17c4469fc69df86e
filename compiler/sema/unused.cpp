#include "compiler/sema/unused.h"

#include <algorithm>

namespace gate::compiler::sema {
namespace {

void mark(const ast::Item& item, const Symbols& symbols) {
  for (const ast::Item::Atom& atom : item.atoms) {
    if (const auto* name = std::get_if<ast::Name>(&atom)) {
      (void)symbols.find(name->text);  // finding it marks it
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
void mark(const ast::Expr& expr, const Symbols& symbols) {
  for (const ast::Expr& operand : expr.operands) {
    mark(operand, symbols);
  }
  for (const ast::Item& item : expr.items) {
    mark(item, symbols);
  }
  if (expr.path.size() == 1) {
    (void)symbols.find(expr.path.front().text);
  }
}

/// Assertions are kept and not resolved: what they mention is used all the same.
void mark_assertions(std::span<const ast::File> files, const SourceMap& sources,
                     const Symbols& symbols) {
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* claim = std::get_if<ast::Assert>(&declaration.node)) {
        for (const ast::Assertion& each : claim->assertions) {
          mark(each.where, symbols);
          for (const Span& word : each.claim) {
            (void)symbols.find(sources.text(word));
          }
        }
      }
    }
  }
}

/// Holds addresses that `trusted` stands for.
bool is_trusted(const Declared& declared) {
  return declared.kind == NameKind::kLocations && declared.set != nullptr &&
         std::ranges::any_of(declared.set->items, [](const ast::Item& item) {
           const ast::Name* head = ast::word_at(item, 0);
           return head != nullptr && head->text == "trusted" && item.atoms.size() > 1;
         });
}

}  // namespace

void report_unused(std::span<const ast::File> files, const SourceMap& sources,
                   const Symbols& symbols, DiagnosticCollector& diagnostics) {
  mark_assertions(files, sources, symbols);
  for (const Declared& each : symbols.all()) {
    const bool by_trust = symbols.trusted_asked() && is_trusted(each);
    if (!each.used && !each.damaged && !by_trust) {
      diagnostics.report<Code::kUnusedName>(each.span, noun(each.kind), each.name);
    }
  }
}

}  // namespace gate::compiler::sema
