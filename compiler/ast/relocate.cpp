#include "compiler/ast/relocate.h"

// Recursion follows the nesting of the tree, which the parser has bounded.
// NOLINTBEGIN(misc-no-recursion)
namespace gate::compiler::ast {
namespace {

/// One overload for each kind of node; every member that holds a place is named.
class Relocation {
 public:
  explicit Relocation(const Move& move) : move_(&move) {}

  void visit(Span& span) const {
    if (span.end == 0) {
      return;  // stands for "nowhere"
    }
    span.file = move_->file;
    span.begin = span.begin - move_->from + move_->to;
    span.end = span.end - move_->from + move_->to;
  }
  void visit(Name& name) const {
    visit(name.span);
    name.text = move_->text.substr(name.span.begin, name.text.size());
  }
  void visit(Text& text) const { visit(text.span); }
  void visit(Literal& literal) const { visit(literal.span); }
  void visit(DateValue& date) const { visit(date.span); }

  template <typename T>
  void visit(std::vector<T>& all) const {
    for (T& each : all) {
      visit(each);
    }
  }
  template <typename T>
  void visit(std::optional<T>& maybe) const {
    if (maybe) {
      visit(*maybe);
    }
  }
  template <typename T>
  void visit(Section<T>& section) const {
    visit(section.content);
    visit(section.span);
    visit(section.keyword);
  }

  void visit(Item::Atom& atom) const {
    std::visit([this](auto& a) { visit(a); }, atom);
  }
  void visit(Item& item) const {
    visit(item.atoms);
    visit(item.arguments);
    visit(item.until);
    visit(item.because);
    visit(item.span);
    visit(item.head);
  }
  void visit(Expr& expr) const {
    visit(expr.span);
    visit(expr.op_span);
    visit(expr.operands);
    visit(expr.path);
    visit(expr.items);
    visit(expr.literal);
    visit(expr.zone);
  }

  void visit(Assignment& assignment) const {
    visit(assignment.items);
    visit(assignment.span);
    visit(assignment.keyword);
  }
  void visit(Requirement& requirement) const {
    visit(requirement.controls);
    visit(requirement.span);
  }
  void visit(Grant& grant) const { visit(grant.requirement); }
  void visit(Policy& policy) const {
    visit(policy.name);
    visit(policy.apply);
    visit(policy.id);
    visit(policy.state);
    visit(policy.users);
    visit(policy.target);
    visit(policy.when);
    visit(policy.grant);
    visit(policy.session);
    visit(policy.close);
  }

  void visit(Template::Parameter& parameter) const {
    visit(parameter.name);
    visit(parameter.type);
    visit(parameter.span);
  }
  void visit(Template& node) const {
    visit(node.name);
    visit(node.parameters);
    visit(node.body);
  }
  void visit(Import& node) const { visit(node.path); }
  void visit(Profile& node) const { visit(node.name); }
  void visit(Default& node) const { (void)node; }
  void visit(NamedSet& node) const {
    visit(node.name);
    visit(node.items);
  }
  void visit(Strength& node) const {
    visit(node.name);
    visit(node.combinations);
    visit(node.combination_spans);
  }
  void visit(Context& node) const {
    visit(node.name);
    visit(node.id);
    visit(node.title);
  }
  void visit(Signal& node) const {
    visit(node.name);
    visit(node.type);
    visit(node.values);
    visit(node.default_value);
  }
  void visit(Let& node) const {
    visit(node.name);
    visit(node.value);
  }

  void visit(Fact& fact) const {
    visit(fact.path);
    visit(fact.path_span);
    visit(fact.value);
    visit(fact.membership);
    visit(fact.span);
  }
  void visit(Expectation& expectation) const {
    visit(expectation.challenge);
    visit(expectation.because);
    visit(expectation.span);
  }
  void visit(TestRow& row) const {
    visit(row.cells);
    visit(row.expected);
    visit(row.span);
    visit(row.cells_span);
  }
  void visit(Test::Column& column) const {
    visit(column.path);
    visit(column.span);
  }
  void visit(Test& test) const {
    visit(test.name);
    visit(test.columns);
    visit(test.expected_column);
    visit(test.given);
    visit(test.expect);
    visit(test.rows);
    visit(test.close);
  }
  void visit(Assertion& assertion) const {
    visit(assertion.subject);
    visit(assertion.where);
    visit(assertion.claim);
    visit(assertion.span);
  }
  void visit(Assert& node) const {
    visit(node.name);
    visit(node.assertions);
    visit(node.close);
  }

 private:
  const Move* move_;
};

}  // namespace

void relocate(Declaration& declaration, const Move& move) {
  const Relocation relocation(move);
  std::visit([&](auto& node) { relocation.visit(node); }, declaration.node);
  relocation.visit(declaration.span);
}

}  // namespace gate::compiler::ast
// NOLINTEND(misc-no-recursion)
