#include "compiler/sema/test_blocks.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/given_facts.h"
#include "compiler/sema/known_names.h"
#include "compiler/sema/test_expectation.h"

namespace gate::compiler::sema {
namespace {

/// A piece of the text on one line, blanks drawn together.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

class TestResolver {
 public:
  TestResolver(const SourceMap& sources, const Symbols& symbols, const ir::Program* program,
               DiagnosticCollector& diagnostics)
      : sources_(&sources),
        symbols_(&symbols),
        program_(program),
        diagnostics_(&diagnostics),
        sets_(symbols, diagnostics) {}

  /// Names that the set does not mention are errors from here on.
  void know(const KnownNames* names) { names_ = names; }

  void block(const ast::Test& test, Span span) {
    if (test.damaged) {
      return;  // what seems to be missing may stand in the part that could not be read
    }
    GivenFacts given(*symbols_, sets_, *diagnostics_);
    if (test.given) {
      for (const ast::Fact& fact : test.given->content) {
        given.add({fact.path, fact.path_span, fact.value ? &*fact.value : nullptr,
                   std::span(fact.membership)});
      }
    }
    const bool table = !test.columns.empty() || !test.rows.empty();
    if (test.expect && table) {
      diagnostics_->report<Code::kUnexpectedArgument>(test.expect->keyword, "a table of rows",
                                                      "`expect`: each row has its own");
      return;
    }
    if (test.expect) {
      plain(test, given, span);
    } else if (test.rows.empty()) {
      diagnostics_->report<Code::kTestWithoutExpectation>(test.name.span, test.name.value);
    }
    for (const ast::TestRow& row : test.rows) {
      this->row(test, given, row);
    }
  }

  std::vector<CompiledTest> take() { return std::move(tests_); }

 private:
  void plain(const ast::Test& test, GivenFacts given, Span span) {
    given_at_ = test.given ? test.given->span : test.name.span;
    add(test.name.value, {}, span, given.finish(test.name.span), test.expect->content);
  }

  void row(const ast::Test& test, GivenFacts given, const ast::TestRow& row) {
    if (row.cells.size() != test.columns.size()) {
      diagnostics_->report<Code::kColumnCount>(row.cells_span, row.cells.size(),
                                               test.columns.size());
      return;
    }
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      given.add({test.columns[i].path, test.columns[i].span, &row.cells[i], {}});
    }
    given_at_ = row.cells_span;
    add(test.name.value, on_one_line(sources_->text(row.cells_span)), row.span,
        given.finish(row.cells_span), row.expected);
  }

  void add(const std::string& name, std::string row, Span span, std::optional<SignInFacts> facts,
           const ast::Expectation& expectation) {
    if (facts && !knows(*facts, given_at_)) {
      return;
    }
    auto expected = resolve_expectation(expectation, *symbols_, program_, *diagnostics_);
    if (facts && expected) {
      tests_.push_back({name, std::move(row), span, std::move(*facts), std::move(*expected)});
    }
  }

  /// False with an error: nothing of the set is about what the test speaks of.
  bool knows(const SignInFacts& facts, Span place) {
    bool good = true;
    for (const UnknownName& each :
         names_ == nullptr ? std::vector<UnknownName>() : names_->unknown_in(facts)) {
      if (each.covered) {
        diagnostics_->report<Code::kNearToKnown>(place, each.name, each.near);
        continue;
      }
      good = false;
      auto report = diagnostics_->report<Code::kUnknownToSet>(place, each.kind, each.name);
      if (!each.near.empty()) {
        report.help(fmt::format("did you mean `{}`?", each.near));
      }
    }
    return good;
  }

  const SourceMap* sources_;
  const Symbols* symbols_;
  const ir::Program* program_;
  const KnownNames* names_ = nullptr;
  Span given_at_;
  DiagnosticCollector* diagnostics_;
  SetResolver sets_;
  std::vector<CompiledTest> tests_;
};

}  // namespace

std::vector<CompiledTest> resolve_tests(std::span<const ast::File> files, const SourceMap& sources,
                                        const Symbols& symbols, const ir::Program* program,
                                        DiagnosticCollector& diagnostics) {
  TestResolver resolver(sources, symbols, program, diagnostics);
  std::optional<KnownNames> names;
  if (program != nullptr) {
    names.emplace(*program, files);
    resolver.know(&*names);
  }
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* test = std::get_if<ast::Test>(&declaration.node)) {
        resolver.block(*test, declaration.span);
      }
    }
  }
  return resolver.take();
}

}  // namespace gate::compiler::sema
