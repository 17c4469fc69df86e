#include "compiler/ast/dump.h"

#include <fmt/format.h>

#include <algorithm>

namespace gate::compiler {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string date_text(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string literal_text(const ast::Literal& literal) {
  switch (literal.kind) {
    case ast::LiteralKind::kString:
      return in_quotes(literal.text);
    case ast::LiteralKind::kInteger:
      return fmt::format("{}", literal.value);
    case ast::LiteralKind::kDuration:
      return fmt::format("{}s", literal.value);
    case ast::LiteralKind::kTime:
      return fmt::format("{:02}:{:02}", literal.value / 60, literal.value % 60);
    case ast::LiteralKind::kDate:
      return fmt::format("{:04}-{:02}-{:02}", literal.value / 10'000, literal.value / 100 % 100,
                         literal.value % 100);
    case ast::LiteralKind::kBoolean:
      return literal.value != 0 ? "true" : "false";
  }
  return {};
}

std::string path_text(const std::vector<ast::Name>& path) {
  std::string out;
  for (const ast::Name& name : path) {
    out += out.empty() ? "" : ".";
    out += name.text;
  }
  return out;
}

class Dumper {
 public:
  Dumper(const SourceMap& sources, Places places) : sources_(&sources), places_(places) {}

  void operator()(const ast::File& file) {
    for (const ast::Declaration& declaration : file.declarations) {
      std::visit([&](const auto& node) { add(node, declaration); }, declaration.node);
    }
    if (places_ == Places::kShow) {
      for (const ast::Comment& comment : file.comments) {
        line(fmt::format("comment {}", sources_->text(comment.span)), comment.span);
      }
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  /// Everything added while it lives stands one level deeper.
  class Deeper {
   public:
    explicit Deeper(Dumper& dumper) : dumper_(&dumper) { ++dumper_->depth_; }
    ~Deeper() { --dumper_->depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Dumper* dumper_;
  };

  void line(std::string_view text, Span span) {
    out_.append(depth_ * 2, ' ');
    out_ += text;
    if (places_ == Places::kShow && span.file < sources_->size()) {
      const LineColumn at = sources_->locate(span.file, span.begin);
      fmt::format_to(std::back_inserter(out_), "  @{}:{}", at.line, at.column);
    }
    out_ += '\n';
  }
  void head(std::string_view text, const ast::Declaration& declaration) {
    line(text, declaration.span);
    if (!declaration.description.empty()) {
      const Deeper deeper(*this);
      line("description " + in_quotes(declaration.description), Span{kNoFile, 0, 0});
    }
  }

  void add(const ast::Import& node, const ast::Declaration& d) {
    head("import " + in_quotes(node.path.value), d);
  }
  void add(const ast::Profile& node, const ast::Declaration& d) {
    head(fmt::format("profile {}", node.name.text), d);
  }
  void add(const ast::Default& node, const ast::Declaration& d) {
    head(node.deny ? "default deny" : "default allow", d);
  }
  void add(const ast::NamedSet& node, const ast::Declaration& d) {
    const std::string_view kind = node.kind == ast::SetKind::kUsers  ? "users"
                                  : node.kind == ast::SetKind::kApps ? "apps"
                                                                     : "locations";
    head(fmt::format("{} {}", kind, node.name.text), d);
    items(node.items);
  }
  void add(const ast::Strength& node, const ast::Declaration& d) {
    head(fmt::format("strength {}", node.name.text), d);
    const Deeper deeper(*this);
    for (std::size_t i = 0; i < node.combinations.size(); ++i) {
      line("combination", node.combination_spans[i]);
      items(node.combinations[i]);
    }
  }
  void add(const ast::Context& node, const ast::Declaration& d) {
    head(fmt::format("context {} = {}{}", node.name.text, in_quotes(node.id.value),
                     node.title ? " " + in_quotes(node.title->value) : ""),
         d);
  }
  void add(const ast::Signal& node, const ast::Declaration& d) {
    head(fmt::format("signal {} : {}", node.name.text, node.type.text), d);
    items(node.values);
    if (node.default_value) {
      const Deeper deeper(*this);
      line("default", node.default_value->span);
      expression(*node.default_value);
    }
  }
  void add(const ast::Let& node, const ast::Declaration& d) {
    head(fmt::format("let {}", node.name.text), d);
    expression(node.value);
  }

  void add(const ast::Policy& node, const ast::Declaration& d) {
    head(fmt::format("policy {}{}", in_quotes(node.name.value), node.damaged ? " (damaged)" : ""),
         d);
    sections(node);
  }
  void add(const ast::Template& node, const ast::Declaration& d) {
    head(fmt::format("template {}{}", node.name.text, node.body.damaged ? " (damaged)" : ""), d);
    {
      const Deeper deeper(*this);
      for (const ast::Template::Parameter& parameter : node.parameters) {
        line(fmt::format("parameter {} : {}", parameter.name.text, parameter.type.text),
             parameter.span);
      }
    }
    sections(node.body);
  }
  void sections(const ast::Policy& node) {
    const Deeper deeper(*this);
    if (node.apply) {
      line("apply", node.apply->span);
      item(node.apply->content);
    }
    if (node.id) {
      line("id " + in_quotes(node.id->content.value), node.id->span);
    }
    if (node.state) {
      line("state", node.state->span);
      item(node.state->content);
    }
    assignments("users", node.users);
    assignments("target", node.target);
    if (node.when) {
      line("when", node.when->span);
      expression(node.when->content);
    }
    if (node.grant && node.grant->content.block) {
      line("grant block", node.grant->span);
    } else if (node.grant) {
      line("grant", node.grant->span);
      const Deeper inside(*this);
      requirement("require", node.grant->content.requirement);
    }
    if (node.session) {
      line("session", node.session->span);
      items(node.session->content);
    }
  }
  void assignments(std::string_view keyword,
                   const std::optional<ast::Section<std::vector<ast::Assignment>>>& section) {
    if (!section) {
      return;
    }
    line(keyword, section->span);
    const Deeper deeper(*this);
    for (const ast::Assignment& assignment : section->content) {
      line(assignment.exclude ? "exclude" : "include", assignment.span);
      items(assignment.items);
    }
  }
  void requirement(std::string_view keyword, const ast::Requirement& node) {
    const std::string_view mode = node.mode == ast::Requirement::Mode::kOne   ? ""
                                  : node.mode == ast::Requirement::Mode::kAll ? " all of"
                                                                              : " any of";
    line(fmt::format("{}{}", keyword, mode), node.span);
    items(node.controls);
  }

  void add(const ast::Test& node, const ast::Declaration& d) {
    head(fmt::format("test {}{}", in_quotes(node.name.value), node.damaged ? " (damaged)" : ""), d);
    const Deeper deeper(*this);
    for (const ast::Test::Column& column : node.columns) {
      line("column " + path_text(column.path), column.span);
    }
    if (node.given) {
      line("given", node.given->span);
      facts(node.given->content);
    }
    if (node.expect) {
      line("expect", node.expect->span);
      expectation(node.expect->content);
    }
    for (const ast::TestRow& row : node.rows) {
      line("row", row.span);
      for (const ast::Expr& cell : row.cells) {
        expression(cell);
      }
      expectation(row.expected);
    }
  }
  void facts(const std::vector<ast::Fact>& nodes) {
    const Deeper deeper(*this);
    for (const ast::Fact& fact : nodes) {
      line("fact " + path_text(fact.path), fact.span);
      if (fact.value) {
        expression(*fact.value);
      }
      if (fact.has_membership) {
        const Deeper inside(*this);
        line(fact.membership_bracketed ? "in [ ]" : "in", fact.span);
        items(fact.membership);
      }
    }
  }
  void expectation(const ast::Expectation& node) {
    const Deeper deeper(*this);
    const std::string_view report = node.report ? "report " : "";
    switch (node.outcome) {
      case ast::ExpectedOutcome::kAllow:
        line(fmt::format("{}allow", report), node.span);
        break;
      case ast::ExpectedOutcome::kBlock:
        line(fmt::format("{}block", report), node.span);
        break;
      case ast::ExpectedOutcome::kChallenge:
        requirement(fmt::format("{}challenge", report), node.challenge);
        break;
    }
    for (const ast::Text& because : node.because) {
      line("because " + in_quotes(because.value), because.span);
    }
  }

  void add(const ast::Assert& node, const ast::Declaration& d) {
    head("assert " + in_quotes(node.name.value), d);
    const Deeper deeper(*this);
    for (const ast::Assertion& assertion : node.assertions) {
      line(fmt::format("{} {} where", assertion.every ? "every" : "some", assertion.subject.text),
           assertion.span);
      expression(assertion.where);
      std::string claim = "claim";
      for (const Span word : assertion.claim) {
        claim += fmt::format(" {}", sources_->text(word));
      }
      line(claim, assertion.claim.empty() ? assertion.span : assertion.claim.front());
    }
  }

  void items(const std::vector<ast::Item>& nodes) {  // NOLINT(misc-no-recursion): bounded depth
    for (const ast::Item& node : nodes) {
      item(node);
    }
  }
  void item(const ast::Item& node) {  // NOLINT(misc-no-recursion): bounded depth
    const Deeper deeper(*this);
    std::string text;
    for (const ast::Item::Atom& atom : node.atoms) {
      text += text.empty() ? "" : " ";
      const auto* word = std::get_if<ast::Name>(&atom);
      text += word != nullptr ? std::string(word->text) : literal_text(std::get<1>(atom));
    }
    text += node.has_arguments ? " ( )" : "";
    if (node.until) {
      text += " until " + date_text(node.until->date);
    }
    if (node.because) {
      text += " because " + in_quotes(node.because->value);
    }
    line(text, node.span);
    items(node.arguments);
  }

  static std::string expression_text(const ast::Expr& node) {
    const std::string_view negated = node.negated ? "not " : "";
    const std::string zone = node.zone ? " in " + in_quotes(node.zone->value) : "";
    switch (node.kind) {
      case ast::ExprKind::kOr:
        return "or";
      case ast::ExprKind::kAnd:
        return "and";
      case ast::ExprKind::kNot:
        return "not";
      case ast::ExprKind::kCompare:
        return std::string(ast::spelling(node.compare));
      case ast::ExprKind::kIn:
        return fmt::format("{}in{}{}", negated, node.bracketed ? " [ ]" : "", zone);
      case ast::ExprKind::kText:
        return fmt::format("{}{}", negated, ast::spelling(node.text_op));
      case ast::ExprKind::kBetween:
        return fmt::format("{}between{}", negated, zone);
      case ast::ExprKind::kPath:
        return path_text(node.path);
      case ast::ExprKind::kLiteral:
        return literal_text(node.literal);
      case ast::ExprKind::kList:
        return "[ ]";
    }
    return {};
  }
  void expression(const ast::Expr& node) {  // NOLINT(misc-no-recursion): bounded depth
    const Deeper deeper(*this);
    line(expression_text(node) + (node.parenthesized ? " (in parentheses)" : ""), node.span);
    for (const ast::Expr& operand : node.operands) {
      expression(operand);
    }
    items(node.items);
  }

  const SourceMap* sources_;
  Places places_;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string dump_ast(const SourceMap& sources, const ast::File& file, Places places) {
  Dumper dumper(sources, places);
  dumper(file);
  return dumper.take();
}

}  // namespace gate::compiler
