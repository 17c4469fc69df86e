#pragma once

#include "GateParser.h"
#include "compiler/ast/ast.h"
#include "compiler/parse/literals.h"
#include "compiler/parse/token_window.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// Turns ANTLR's trees into ours, node by node. Nothing of ANTLR leaves this folder. Recursion is
/// bounded by the depth limit, which was checked on the words.
class TreeBuilder {
 public:
  TreeBuilder(const SourceMap& sources, std::uint32_t file, const Limits& limits,
              DiagnosticCollector& diagnostics)
      : sources_(&sources),
        file_(file),
        limits_(&limits),
        diagnostics_(&diagnostics),
        literals_(diagnostics) {}

  [[nodiscard]] ast::Declaration declaration(GateParser::DeclarationContext* tree);
  /// Puts a section into a policy; a second one of its kind is reported and dropped.
  void add_section(GateParser::SectionContext* tree, ast::Policy& policy);
  void add_test_part(GateParser::TestPartContext* tree, ast::Test& test);
  void set_parameters(GateParser::ParametersContext* tree, ast::Template& out);
  void set_columns(GateParser::ColumnsContext* tree, ast::Test& test);
  [[nodiscard]] ast::Text text(antlr4::tree::TerminalNode* node);
  [[nodiscard]] ast::Text text(const WindowToken& token);
  [[nodiscard]] ast::Name name(antlr4::tree::TerminalNode* node) const;

 private:
  [[nodiscard]] Span span_of(const antlr4::ParserRuleContext* tree) const;
  [[nodiscard]] Span span_of(antlr4::tree::TerminalNode* node) const;
  [[nodiscard]] Span span_of(const WindowToken& token) const {
    return Span{file_, token.begin(), token.end()};
  }
  [[nodiscard]] ast::Name name(const antlr4::ParserRuleContext* tree) const;
  [[nodiscard]] ast::Name name(const WindowToken& token) const;

  ast::NamedSet named_set(GateParser::SetDeclarationContext* tree);
  ast::Strength strength(GateParser::StrengthDeclarationContext* tree);
  ast::Context context(GateParser::ContextDeclarationContext* tree);
  ast::Signal signal(GateParser::SignalDeclarationContext* tree);
  ast::Policy policy(GateParser::PolicyDeclarationContext* tree);
  ast::Template template_of(GateParser::TemplateDeclarationContext* tree);
  ast::Test test(GateParser::TestDeclarationContext* tree);
  ast::Assert assert_block(GateParser::AssertDeclarationContext* tree);

  std::vector<ast::Item> items(const GateParser::ItemsContext* tree);
  std::vector<ast::Item> combination(const GateParser::CombinationContext* tree);
  ast::Item item(const GateParser::ItemContext* tree);
  ast::Item reference(const GateParser::ReferenceContext* tree);
  ast::Item::Atom atom(const GateParser::AtomContext* tree);
  std::vector<ast::Assignment> assignments(const GateParser::SectionContext* section);
  ast::Grant grant(const GateParser::SectionContext* tree);
  ast::Fact fact(GateParser::FactContext* tree);
  ast::Expectation expectation(GateParser::ExpectationContext* tree);
  void limit_members(std::size_t count, Span span);

  ast::Expr expression(const GateParser::ExpressionContext* tree);
  ast::Expr conjunction(const GateParser::ConjunctionContext* tree);
  ast::Expr negation(const GateParser::NegationContext* tree);
  ast::Expr comparison(const GateParser::ComparisonContext* tree);
  void set_operator(const WindowToken& sign, ast::Expr& out);
  ast::Expr operand(const GateParser::OperandContext* tree);
  std::vector<ast::Name> path(const GateParser::PathContext* tree);
  ast::Literal literal(const antlr4::Token* token);

  const SourceMap* sources_;
  std::uint32_t file_;
  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  LiteralReader literals_;
};

}  // namespace gate::compiler
