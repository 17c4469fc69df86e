#include "compiler/sema/names.h"

#include <fmt/format.h>

#include <vector>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/item_reader.h"

namespace gate::compiler::sema {
namespace {

void report_missing_name(const ast::Name& word, const Expected& expected, const Symbols& symbols,
                         DiagnosticCollector& diagnostics) {
  if (symbols.incomplete()) {
    return;  // the declaration may stand in the file that could not be read
  }
  std::vector<std::string_view> candidates = symbols.names(expected.kind);
  candidates.insert(candidates.end(), expected.words.begin(), expected.words.end());
  diagnostics.report<Code::kUnknownName>(word.span, noun(expected.kind), word.text)
      .suggest(word.span, nearest(word.text, candidates));
}

}  // namespace

const Declared* find_declared(const ast::Name& word, const Expected& expected,
                              const Symbols& symbols, DiagnosticCollector& diagnostics) {
  const Declared* found = symbols.find(word.text);
  if (found == nullptr) {
    report_missing_name(word, expected, symbols, diagnostics);
    return nullptr;
  }
  if (found->span.end == 0) {
    return nullptr;  // its declaration could not be read, so its kind is not known
  }
  if (found->kind != expected.kind) {
    auto report = diagnostics.report<Code::kWrongKindOfName>(
        word.span, word.text, describe(found->kind), describe(expected.kind));
    report.related(found->span, "declared here");
    return nullptr;
  }
  return found;
}

void report_unknown(const ast::Item& item, const Expected& expected, const Symbols& symbols,
                    DiagnosticCollector& diagnostics) {
  const ast::Name* word = ast::word_at(item, 0);
  if (word == nullptr) {
    const Span place = span_of(item.atoms.front());
    auto report = diagnostics.report<Code::kWrongValue>(place, "this list", expected.place,
                                                        shown(item.atoms.front()));
    if (!expected.quote_with.empty() &&
        ast::literal_at(item, 0)->kind == ast::LiteralKind::kString) {
      report.fix(Span{place.file, place.begin, place.begin},
                 fmt::format("{} ", expected.quote_with),
                 fmt::format("write `{} \"…\"`", expected.quote_with));
    }
    return;
  }
  const bool selects = item.has_arguments || ast::literal_at(item, 1) != nullptr;
  if (!selects) {
    report_missing_name(*word, expected, symbols, diagnostics);
    return;
  }
  diagnostics.report<Code::kUnknownWord>(word->span, word->text, expected.place)
      .suggest(word->span, nearest(word->text, expected.words));
}

}  // namespace gate::compiler::sema
