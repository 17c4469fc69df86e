#include "compiler/parse/token_window.h"
#include "compiler/parse/tree_builder.h"

// `test` and `assert` blocks.
namespace gate::compiler {
namespace {

const WindowToken& word(const antlr4::Token* token) {
  return static_cast<const WindowToken&>(*token);  // every token here comes from a TokenWindow
}

}  // namespace

ast::Test TreeBuilder::test(GateParser::TestDeclarationContext* tree) {
  ast::Test out;
  out.name = text(tree->STRING());
  out.close = span_of(tree->RBRACE());
  if (tree->columns() != nullptr) {
    set_columns(tree->columns(), out);
  }
  for (auto* part : tree->testPart()) {
    add_test_part(part, out);
  }
  limit_members(out.rows.size(), span_of(tree));
  return out;
}

void TreeBuilder::set_columns(GateParser::ColumnsContext* tree, ast::Test& test) {
  for (auto* column : tree->path()) {
    test.columns.push_back({path(column), span_of(column)});
  }
  test.expected_column = name(tree->IDENTIFIER());
}

void TreeBuilder::add_test_part(GateParser::TestPartContext* tree, ast::Test& test) {
  const Span span = span_of(tree);
  const Span keyword{file_, word(tree->start).begin(), word(tree->start).end()};
  if (auto* row = dynamic_cast<GateParser::RowPartContext*>(tree)) {
    ast::TestRow out;
    for (auto* cell : row->operand()) {
      out.cells.push_back(operand(cell));
    }
    out.cells_span = join(out.cells.front().span, out.cells.back().span);
    out.expected = expectation(row->expectation());
    out.span = span;
    test.rows.push_back(std::move(out));
    return;
  }
  std::optional<Span> first;
  if (auto* given = dynamic_cast<GateParser::GivenPartContext*>(tree)) {
    if (test.given) {
      first = test.given->keyword;
    } else {
      std::vector<ast::Fact> facts;
      for (auto* entry : given->fact()) {
        facts.push_back(fact(entry));
      }
      test.given = ast::Section<std::vector<ast::Fact>>{std::move(facts), span, keyword};
    }
  } else if (auto* expect = dynamic_cast<GateParser::ExpectPartContext*>(tree)) {
    if (test.expect) {
      first = test.expect->keyword;
    } else {
      test.expect =
          ast::Section<ast::Expectation>{expectation(expect->expectation()), span, keyword};
    }
  }
  if (first) {
    diagnostics_->report<Code::kDuplicateSection>(keyword, sources_->text(keyword), "test")
        .related(*first, "the first one");
  }
}

ast::Fact TreeBuilder::fact(GateParser::FactContext* tree) {
  ast::Fact out;
  out.path = path(tree->path());
  out.path_span = span_of(tree->path());
  out.span = span_of(tree);
  if (tree->operand() != nullptr) {
    out.value = operand(tree->operand());
  }
  if (auto* membership = tree->membership()) {
    out.has_membership = true;
    out.membership_bracketed = membership->items() != nullptr;
    if (out.membership_bracketed) {
      out.membership = items(membership->items());
    } else {
      out.membership.push_back(reference(membership->reference()));
    }
  }
  return out;
}

ast::Expectation TreeBuilder::expectation(GateParser::ExpectationContext* tree) {
  ast::Expectation out;
  out.span = span_of(tree);
  out.report = tree->REPORT() != nullptr;
  auto* outcome = tree->outcome();
  if (outcome->ALLOW() != nullptr) {
    out.outcome = ast::ExpectedOutcome::kAllow;
  } else if (outcome->BLOCK() != nullptr) {
    out.outcome = ast::ExpectedOutcome::kBlock;
  } else {
    out.outcome = ast::ExpectedOutcome::kChallenge;
    auto* challenge = outcome->challenge();
    out.challenge.span = span_of(challenge);
    if (challenge->items() != nullptr) {
      out.challenge.mode =
          challenge->ALL() != nullptr ? ast::Requirement::Mode::kAll : ast::Requirement::Mode::kAny;
      out.challenge.controls = items(challenge->items());
    } else {
      ast::Item control;
      control.atoms.emplace_back(name(challenge->word()));
      control.head = out.challenge.span;
      control.span = out.challenge.span;
      out.challenge.controls.push_back(std::move(control));
    }
  }
  for (auto* reason : tree->STRING()) {
    out.because.push_back(text(reason));
  }
  return out;
}

ast::Assert TreeBuilder::assert_block(GateParser::AssertDeclarationContext* tree) {
  ast::Assert out;
  out.name = text(tree->STRING());
  out.close = span_of(tree->RBRACE());
  for (auto* entry : tree->assertion()) {
    ast::Assertion assertion;
    assertion.every = entry->EVERY() != nullptr;
    assertion.subject = name(entry->IDENTIFIER(0));
    assertion.where = expression(entry->expression());
    assertion.claim.push_back(span_of(entry->IDENTIFIER(1)));
    for (auto* claim : entry->assertionWord()) {
      assertion.claim.push_back(span_of(claim));
    }
    assertion.span = span_of(entry);
    out.assertions.push_back(std::move(assertion));
  }
  return out;
}

}  // namespace gate::compiler
