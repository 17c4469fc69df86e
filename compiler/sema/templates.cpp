#include "compiler/sema/templates.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/template_arguments.h"

namespace gate::compiler::sema {
namespace {

/// Copies the sections of a template with its parameters replaced. Expressions keep the places of
/// the template (their parts are joined to larger spans), items get those of the argument.
class Substitution {
 public:
  Substitution(const TemplateArguments& arguments, std::set<std::string_view>& used)
      : arguments_(arguments), used_(used) {}

  void items(std::vector<ast::Item>& list) const {
    std::vector<ast::Item> out;
    for (ast::Item& item : list) {
      const ast::Name* name = word_at(item, 0);
      const std::vector<ast::Item>* value =
          item.atoms.size() == 1 && !item.has_arguments ? find(name) : nullptr;
      if (value == nullptr) {
        inside(item);
        out.push_back(std::move(item));
        continue;
      }
      reason(item);
      for (ast::Item member : *value) {  // `exclude who until …`: the modifiers hold for each
        member.until = item.until ? item.until : member.until;
        member.because = item.because ? item.because : member.because;
        out.push_back(std::move(member));
      }
    }
    list = std::move(out);
  }

  /// `strength how`, `sign_in_frequency age`: one word among others.
  void inside(ast::Item& item) const {
    for (ast::Item::Atom& atom : item.atoms) {
      const std::vector<ast::Item>* value = find(std::get_if<ast::Name>(&atom));
      if (value != nullptr && value->size() == 1 && value->front().atoms.size() == 1) {
        atom = ast::Item::Atom(value->front().atoms.front());
      }
    }
    items(item.arguments);
    reason(item);
  }

  /// `because why`, where `why` is a parameter.
  void reason(ast::Item& item) const {
    if (!item.because || !item.because->is_name) {
      return;
    }
    const ast::Name parameter{item.because->value, item.because->span};
    const std::vector<ast::Item>* value = find(&parameter);
    const ast::Literal* text =
        value != nullptr && value->size() == 1 ? literal_at(value->front(), 0) : nullptr;
    if (text != nullptr && text->kind == ast::LiteralKind::kString) {
      item.because = ast::Text{text->text, item.because->span};
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by the parser's depth limit
  void expression(ast::Expr& expr) const {
    for (ast::Expr& operand : expr.operands) {
      expression(operand);
    }
    items(expr.items);
    if (expr.kind != ast::ExprKind::kPath || expr.path.size() != 1) {
      return;
    }
    const std::vector<ast::Item>* value = find(&expr.path.front());
    if (value == nullptr || value->size() != 1 || value->front().atoms.size() != 1) {
      return;
    }
    const ast::Item::Atom& atom = value->front().atoms.front();
    if (const auto* literal = std::get_if<ast::Literal>(&atom)) {
      expr.kind = ast::ExprKind::kLiteral;
      expr.literal = *literal;
      expr.literal.span = expr.span;
    } else {
      expr.path.front().text = std::get<ast::Name>(atom).text;
    }
  }

  void policy(ast::Policy& out) const {
    for (auto* side : {&out.users, &out.target}) {
      if (*side) {
        for (ast::Assignment& assignment : (*side)->content) {
          items(assignment.items);
        }
      }
    }
    if (out.when) {
      expression(out.when->content);
    }
    if (out.grant) {
      items(out.grant->content.requirement.controls);
    }
    if (out.session) {
      items(out.session->content);
    }
    if (out.state) {
      inside(out.state->content);
    }
  }

 private:
  [[nodiscard]] const std::vector<ast::Item>* find(const ast::Name* name) const {
    if (name == nullptr) {
      return nullptr;
    }
    const auto found = arguments_.find(name->text);
    if (found == arguments_.end()) {
      return nullptr;
    }
    used_.insert(found->first);  // which lives as long as the text
    return &found->second;
  }

  const TemplateArguments& arguments_;
  std::set<std::string_view>& used_;
};

/// What is known of one template.
struct Model {
  const ast::Template* node = nullptr;
  bool applied = false;
  bool misapplied = false;  ///< some application was wrong, so nothing is known of the parameters
  std::set<std::string_view> used;  ///< parameters that some expansion replaced
};

}  // namespace

class Templates::Expansion {
 public:
  explicit Expansion(DiagnosticCollector& diagnostics) : diagnostics_(diagnostics) {}

  void declare(const ast::Template& node) {
    if (node.name.text.empty()) {
      return;  // its head could not be read, which was reported
    }
    const auto [place, fresh] = models_.emplace(node.name.text, Model{&node, false, false, {}});
    if (!fresh) {
      diagnostics_.report<Code::kDuplicateName>(node.name.span, "template", node.name.text)
          .related(place->second.node->name.span, "the first one");
    }
    if (node.body.apply) {
      diagnostics_.report<Code::kNestedTemplate>(node.body.apply->keyword);
    }
    std::set<std::string_view> names;
    for (const ast::Template::Parameter& each : node.parameters) {
      if (!names.insert(each.name.text).second) {
        diagnostics_.report<Code::kDuplicateName>(each.name.span, "parameter", each.name.text);
      }
      if (!is_parameter_type(each.type.text)) {
        diagnostics_
            .report<Code::kUnknownWord>(each.type.span, each.type.text, "a type of parameter")
            .note("types are " + parameter_types());
      }
    }
  }

  void apply(ast::Policy& policy) {
    const ast::Item application = policy.apply->content;
    applied_.clear();
    policy.applied_at = policy.apply->span;
    policy.apply.reset();
    Model* model = find(application);
    if (model == nullptr) {
      policy.damaged = true;  // what seems to be missing would have come from the template
      return;
    }
    model->applied = true;
    const auto arguments = read_template_arguments(application, *model->node, diagnostics_);
    if (!arguments) {
      model->misapplied = true;
      policy.damaged = true;
      return;
    }
    ast::Policy body = model->node->body;
    std::set<std::string_view> used;
    Substitution(*arguments, used).policy(body);
    applied_ = model->node->name.text;
    for (const std::string_view each : used) {
      applied_ += ',';
      applied_ += each;
    }
    model->used.merge(used);
    policy.damaged = policy.damaged || body.damaged || body.apply.has_value();
    take(policy.id, body.id, "id");
    take(policy.state, body.state, "state");
    take(policy.users, body.users, "users");
    take(policy.target, body.target, "target");
    take(policy.when, body.when, "when");
    take(policy.grant, body.grant, "grant");
    take(policy.session, body.session, "session");
  }

  [[nodiscard]] const std::string& applied() const { return applied_; }
  void forget_applied() { applied_.clear(); }

  void mark(std::string_view applied) {
    const std::size_t end = std::min(applied.find(','), applied.size());
    const auto found = models_.find(applied.substr(0, end));
    if (found == models_.end()) {
      return;
    }
    found->second.applied = true;
    for (const ast::Template::Parameter& each : found->second.node->parameters) {
      const std::string_view name = each.name.text;
      for (std::size_t at = end; at < applied.size();) {
        const std::size_t next = std::min(applied.find(',', at + 1), applied.size());
        if (applied.substr(at + 1, next - at - 1) == name) {
          found->second.used.insert(name);
        }
        at = next;
      }
    }
  }

  void report_unused() {
    for (const auto& [name, model] : models_) {
      if (!model.applied) {
        diagnostics_.report<Code::kUnusedName>(model.node->name.span, "template", name);
        continue;
      }
      for (const ast::Template::Parameter& each : model.node->parameters) {
        if (!model.used.contains(each.name.text) && !model.misapplied &&
            !model.node->body.damaged) {
          diagnostics_.report<Code::kUnusedName>(each.name.span, "parameter", each.name.text);
        }
      }
    }
  }

 private:
  Model* find(const ast::Item& application) {
    const ast::Name* name = word_at(application, 0);
    if (name == nullptr || application.atoms.size() != 1) {
      diagnostics_.report<Code::kWrongValue>(application.head, "`apply`",
                                             "the name of a template, then its arguments in `( )`",
                                             "more or less than that");
      return nullptr;
    }
    const auto found = models_.find(name->text);
    if (found != models_.end()) {
      return &found->second;
    }
    std::vector<std::string_view> names;
    for (const auto& [each, model] : models_) {
      names.push_back(each);
    }
    diagnostics_.report<Code::kUnknownName>(name->span, "template", name->text)
        .suggest(name->span, nearest(name->text, names));
    return nullptr;
  }

  template <typename T>
  void take(std::optional<ast::Section<T>>& own, std::optional<ast::Section<T>>& from_template,
            std::string_view word) {
    if (own && from_template) {
      diagnostics_.report<Code::kDuplicateSection>(own->keyword, word, "policy")
          .related(from_template->keyword, "the template has one");
    } else if (from_template) {
      own = std::move(from_template);
    }
  }

  DiagnosticCollector& diagnostics_;
  std::map<std::string_view, Model> models_;
  std::string applied_;
};

Templates::Templates(std::span<const ast::File> files, DiagnosticCollector& diagnostics)
    : expansion_(std::make_unique<Expansion>(diagnostics)) {
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* node = std::get_if<ast::Template>(&declaration.node)) {
        expansion_->declare(*node);
      }
    }
  }
}
Templates::~Templates() = default;

void Templates::apply(ast::Policy& policy) {
  expansion_->forget_applied();
  if (policy.apply) {
    expansion_->apply(policy);
  }
}
const std::string& Templates::applied() const {
  return expansion_->applied();
}
void Templates::mark(std::string_view applied) {
  expansion_->mark(applied);
}
void Templates::report_unused() {
  expansion_->report_unused();
}

void expand_templates(std::vector<ast::File>& files, DiagnosticCollector& diagnostics) {
  Templates templates(files, diagnostics);
  for (ast::File& file : files) {
    for (ast::Declaration& declaration : file.declarations) {
      if (auto* policy = std::get_if<ast::Policy>(&declaration.node)) {
        templates.apply(*policy);
      }
    }
  }
  templates.report_unused();
  for (ast::File& file : files) {
    std::erase_if(file.declarations, [](const ast::Declaration& declaration) {
      return std::holds_alternative<ast::Template>(declaration.node);
    });
  }
}

}  // namespace gate::compiler::sema
