#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/format/lines.h"

namespace gate::compiler::format {

/// Turns a tree into lines. What can be broken is broken when it is longer than a line or has
/// comments inside; everything else is printed on one line. Words and literals keep the spelling of
/// the source.
class Printer {
 public:
  Printer(const SourceMap& sources, const ast::File& file)
      : sources_(sources), file_(file), writer_(sources, file) {}

  [[nodiscard]] std::string print();

 private:
  // printer.cpp: declarations and policies.
  void declaration(const ast::Declaration& node, CommentRun& comments);
  void block(std::string head, Span head_span, Span close,
             const std::function<void(CommentRun&)>& body, CommentRun& comments);
  void sections(const ast::Policy& policy, CommentRun& comments);
  Lines simple(const ast::Declaration& node) const;
  Lines assignments(const std::vector<ast::Assignment>& nodes) const;
  Lines grant(const ast::Grant& node, Span span) const;
  Lines apply(const ast::Item& node) const;
  [[nodiscard]] static std::string template_head(const ast::Template& node);
  Lines state_or_id(std::string text, Span span) const;

  // printer.cpp: lists of items.
  /// `head` and then the items, in one line or one a line.
  Lines list(std::string head, Span head_span, const std::vector<ast::Item>& items,
             std::size_t column, bool last_comma = true) const;
  /// The same between signs: `[ ]` or `( )`.
  Lines enclosed(std::string head, std::uint32_t begin, const std::vector<ast::Item>& items,
                 char open, char close, Span span, std::size_t column) const;
  [[nodiscard]] std::string flat(const ast::Item& item) const;
  [[nodiscard]] std::string flat(const std::vector<ast::Item>& items) const;

  // print_expression.cpp.
  Lines expression(const ast::Expr& node, std::size_t column) const;
  [[nodiscard]] std::string flat(const ast::Expr& node) const;
  [[nodiscard]] std::string flat_unparenthesized(const ast::Expr& node) const;

  // print_test.cpp.
  void test_parts(const ast::Test& test, CommentRun& comments);
  void assertions(const ast::Assert& node, CommentRun& comments);
  [[nodiscard]] std::string test_head(const ast::Test& test) const;
  [[nodiscard]] std::string flat(const ast::Fact& fact) const;
  [[nodiscard]] std::string flat(const ast::Expectation& node) const;
  [[nodiscard]] std::string flat(const ast::Requirement& node) const;

  [[nodiscard]] static std::string dotted(const std::vector<ast::Name>& path);
  [[nodiscard]] std::string source(Span span) const { return std::string(sources_.text(span)); }
  /// `text` on one line, starting at `column`, is not too long and has no comments inside.
  [[nodiscard]] bool fits(std::string_view text, std::size_t column, Span span) const;

  const SourceMap& sources_;
  const ast::File& file_;
  Writer writer_;
};

/// Puts `prefix` before the first line and moves the others below what follows it.
[[nodiscard]] Lines behind(std::string_view prefix, std::size_t width, std::size_t indent,
                           Lines lines);

}  // namespace gate::compiler::format
