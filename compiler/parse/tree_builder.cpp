#include "compiler/parse/tree_builder.h"

#include "compiler/parse/token_window.h"
#include "compiler/parse/tree_access.h"

namespace gate::compiler {
namespace {

const WindowToken& word(const antlr4::Token* token) {
  return static_cast<const WindowToken&>(*token);  // every token here comes from a TokenWindow
}

}  // namespace

Span TreeBuilder::span_of(const antlr4::ParserRuleContext* tree) const {
  const antlr4::Token* last = tree->stop != nullptr ? tree->stop : tree->start;
  return Span{file_, word(tree->start).begin(), word(last).end()};
}

Span TreeBuilder::span_of(antlr4::tree::TerminalNode* node) const {
  return Span{file_, word(node->getSymbol()).begin(), word(node->getSymbol()).end()};
}

ast::Name TreeBuilder::name(antlr4::tree::TerminalNode* node) const {
  return ast::Name{sources_->text(span_of(node)), span_of(node)};
}

ast::Name TreeBuilder::name(const antlr4::ParserRuleContext* tree) const {
  return ast::Name{sources_->text(span_of(tree)), span_of(tree)};
}

ast::Name TreeBuilder::name(const WindowToken& token) const {
  return ast::Name{token.view(), Span{file_, token.begin(), token.end()}};
}

ast::Text TreeBuilder::text(antlr4::tree::TerminalNode* node) {
  return text(word(node->getSymbol()));
}

ast::Text TreeBuilder::text(const WindowToken& token) {
  const Span span{file_, token.begin(), token.end()};
  return ast::Text{literals_.string(token.view(), span), span};
}

void TreeBuilder::limit_members(std::size_t count, Span span) {
  if (count > limits_->members_max) {
    diagnostics_->report<Code::kTooManyMembers>(Span{file_, span.begin, span.begin + 1}, count,
                                                limits_->members_max);
  }
}

ast::Declaration TreeBuilder::declaration(GateParser::DeclarationContext* tree) {
  ast::Declaration out;
  out.span = span_of(tree);
  if (auto* import = tree->importDeclaration()) {
    out.node = ast::Import{text(import->STRING())};
  } else if (auto* profile = tree->profileDeclaration()) {
    out.node = ast::Profile{name(profile->IDENTIFIER())};
  } else if (auto* preset = tree->defaultDeclaration()) {
    out.node = ast::Default{preset->DENY() != nullptr};
  } else if (auto* set = tree->setDeclaration()) {
    out.node = named_set(set);
  } else if (auto* strong = tree->strengthDeclaration()) {
    out.node = strength(strong);
  } else if (auto* context_tree = tree->contextDeclaration()) {
    out.node = context(context_tree);
  } else if (auto* signal_tree = tree->signalDeclaration()) {
    out.node = signal(signal_tree);
  } else if (auto* let = tree->letDeclaration()) {
    out.node = ast::Let{name(let->IDENTIFIER()), expression(let->expression())};
  } else if (auto* policy_tree = tree->policyDeclaration()) {
    out.node = policy(policy_tree);
  } else if (auto* template_tree = tree->templateDeclaration()) {
    out.node = template_of(template_tree);
  } else if (auto* test_tree = tree->testDeclaration()) {
    out.node = test(test_tree);
  } else {
    out.node = assert_block(tree->assertDeclaration());
  }
  return out;
}

ast::NamedSet TreeBuilder::named_set(GateParser::SetDeclarationContext* tree) {
  ast::NamedSet set;
  set.kind = tree->USERS() != nullptr  ? ast::SetKind::kUsers
             : tree->APPS() != nullptr ? ast::SetKind::kApps
                                       : ast::SetKind::kLocations;
  set.name = name(tree->IDENTIFIER());
  set.items = items(tree->items());
  return set;
}

ast::Strength TreeBuilder::strength(GateParser::StrengthDeclarationContext* tree) {
  ast::Strength out;
  out.name = name(tree->IDENTIFIER());
  for (auto* list : tree->combination()) {
    out.combinations.push_back(combination(list));
    out.combination_spans.push_back(span_of(list));
  }
  limit_members(out.combinations.size(), span_of(tree));
  return out;
}

ast::Context TreeBuilder::context(GateParser::ContextDeclarationContext* tree) {
  ast::Context out{name(tree->IDENTIFIER()), text(tree->STRING(0)), std::nullopt};
  if (tree->STRING().size() > 1) {
    out.title = text(tree->STRING(1));
  }
  return out;
}

ast::Signal TreeBuilder::signal(GateParser::SignalDeclarationContext* tree) {
  ast::Signal out;
  out.name = name(tree->IDENTIFIER());
  out.type = name(tree->signalType()->IDENTIFIER());
  if (auto* values = tree->signalType()->combination()) {
    out.has_values = true;
    out.values = combination(values);
  }
  if (tree->operand() != nullptr) {
    out.default_value = operand(tree->operand());
  }
  return out;
}

ast::Policy TreeBuilder::policy(GateParser::PolicyDeclarationContext* tree) {
  ast::Policy out;
  out.name = text(*word_child(tree, GateParser::STRING));
  const WindowToken& close = word(tree->stop);
  out.close = Span{file_, close.begin(), close.end()};
  for_each_child<GateParser::SectionContext>(
      tree, GateParser::RuleSection,
      [&](GateParser::SectionContext* section) { add_section(section, out); });
  return out;
}

ast::Template TreeBuilder::template_of(GateParser::TemplateDeclarationContext* tree) {
  ast::Template out;
  out.name = name(tree->IDENTIFIER());
  if (tree->parameters() != nullptr) {
    set_parameters(tree->parameters(), out);
  }
  out.body.close = span_of(tree->RBRACE());
  for_each_child<GateParser::SectionContext>(
      tree, GateParser::RuleSection,
      [&](GateParser::SectionContext* section) { add_section(section, out.body); });
  return out;
}

void TreeBuilder::set_parameters(GateParser::ParametersContext* tree, ast::Template& out) {
  for (auto* parameter : tree->parameter()) {
    const antlr4::Token* type = parameter->stop;
    const Span type_span{file_, word(type).begin(), word(type).end()};
    out.parameters.push_back({name(parameter->IDENTIFIER(0)),
                              ast::Name{sources_->text(type_span), type_span}, span_of(parameter)});
  }
}

namespace {

/// Puts `content` into `slot`; false when the section stands there already.
template <typename T>
bool fill(std::optional<ast::Section<T>>& slot, T content, Span span, Span keyword) {
  if (slot) {
    return false;
  }
  slot = ast::Section<T>{std::move(content), span, keyword};
  return true;
}

template <typename T>
Span first_place(const std::optional<ast::Section<T>>& slot) {
  return slot ? slot->keyword : Span{};
}

}  // namespace

void TreeBuilder::add_section(GateParser::SectionContext* tree, ast::Policy& policy) {
  const Span span = span_of(tree);
  const Span keyword{file_, word(tree->start).begin(), word(tree->start).end()};
  Span first;
  bool fresh = true;
  const auto put = [&](auto& slot, auto content) {
    first = first_place(slot);
    fresh = fill(slot, std::move(content), span, keyword);
  };
  switch (tree->start->getType()) {  // every section has a keyword of its own
    case GateParser::APPLY:
      put(policy.apply,
          reference(child<GateParser::ReferenceContext>(tree, GateParser::RuleReference)));
      break;
    case GateParser::ID:
      put(policy.id, text(*word_child(tree, GateParser::STRING)));
      break;
    case GateParser::STATE:
      put(policy.state, item(child<GateParser::ItemContext>(tree, GateParser::RuleItem)));
      break;
    case GateParser::USERS:
      put(policy.users, assignments(tree));
      break;
    case GateParser::TARGET:
      put(policy.target, assignments(tree));
      break;
    case GateParser::WHEN:
      put(policy.when,
          expression(child<GateParser::ExpressionContext>(tree, GateParser::RuleExpression)));
      break;
    case GateParser::GRANT:
      put(policy.grant, grant(tree));
      break;
    default:
      put(policy.session, items(child<GateParser::ItemsContext>(tree, GateParser::RuleItems)));
      break;
  }
  if (!fresh) {
    diagnostics_->report<Code::kDuplicateSection>(keyword, sources_->text(keyword), "policy")
        .related(first, "the first one");
  }
}

ast::Grant TreeBuilder::grant(const GateParser::SectionContext* tree) {
  ast::Grant out;
  out.block = word_child(tree, GateParser::BLOCK) != nullptr;
  const auto* requirement =
      child<GateParser::RequirementContext>(tree, GateParser::RuleRequirement);
  if (requirement == nullptr) {
    return out;
  }
  out.requirement.span = span_of(requirement);
  if (auto* list = child<GateParser::ItemsContext>(requirement, GateParser::RuleItems)) {
    out.requirement.mode = word_child(requirement, GateParser::ALL) != nullptr
                               ? ast::Requirement::Mode::kAll
                               : ast::Requirement::Mode::kAny;
    out.requirement.controls = items(list);
  } else {
    out.requirement.controls.push_back(
        item(child<GateParser::ItemContext>(requirement, GateParser::RuleItem)));
  }
  return out;
}

std::vector<ast::Assignment> TreeBuilder::assignments(const GateParser::SectionContext* section) {
  std::vector<ast::Assignment> out;
  for_each_child<GateParser::AssignmentContext>(
      section, GateParser::RuleAssignment, [&](const GateParser::AssignmentContext* tree) {
        ast::Assignment assignment;
        assignment.exclude = tree->start->getType() == GateParser::EXCLUDE;
        assignment.items = items(child<GateParser::ItemsContext>(tree, GateParser::RuleItems));
        assignment.span = span_of(tree);
        assignment.keyword = Span{file_, word(tree->start).begin(), word(tree->start).end()};
        out.push_back(std::move(assignment));
      });
  return out;
}

std::vector<ast::Item> TreeBuilder::items(const GateParser::ItemsContext* tree) {
  std::vector<ast::Item> out;
  out.reserve(tree->children.size() / 2 + 1);  // a comma behind nearly each
  for_each_child<GateParser::ItemContext>(
      tree, GateParser::RuleItem,
      [&](const GateParser::ItemContext* entry) { out.push_back(item(entry)); });
  limit_members(out.size(), span_of(tree));
  return out;
}

std::vector<ast::Item> TreeBuilder::combination(const GateParser::CombinationContext* tree) {
  const auto* list = child<GateParser::ItemsContext>(tree, GateParser::RuleItems);
  return list != nullptr ? items(list) : std::vector<ast::Item>{};
}

ast::Item TreeBuilder::item(const GateParser::ItemContext* tree) {
  ast::Item out = reference(child<GateParser::ReferenceContext>(tree, GateParser::RuleReference));
  out.span = span_of(tree);
  if (const WindowToken* date = word_child(tree, GateParser::DATE)) {
    const Span span{file_, date->begin(), date->end()};
    out.until = ast::DateValue{literals_.date(sources_->text(span), span), span};
  }
  if (const WindowToken* reason = word_child(tree, GateParser::STRING)) {
    out.because = text(*reason);
  } else if (const WindowToken* parameter = word_child(tree, GateParser::IDENTIFIER)) {
    const Span span{file_, parameter->begin(), parameter->end()};
    out.because = ast::Text{std::string(sources_->text(span)), span, true};
  }
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the depth limit
ast::Item TreeBuilder::reference(const GateParser::ReferenceContext* tree) {
  ast::Item out;
  out.head = span_of(tree);
  out.span = out.head;
  std::size_t atoms = 0;
  while (atoms < tree->children.size() && !is_word(tree->children[atoms])) {
    ++atoms;
  }
  out.atoms.reserve(atoms);
  for (std::size_t i = 0; i < atoms; ++i) {
    out.atoms.push_back(atom(static_cast<const GateParser::AtomContext*>(tree->children[i])));
  }
  if (const auto* list = child<GateParser::ItemsContext>(tree, GateParser::RuleItems)) {
    out.has_arguments = true;
    out.arguments = items(list);
  }
  return out;
}

ast::Item::Atom TreeBuilder::atom(const GateParser::AtomContext* tree) {
  if (!is_word(tree->children.front())) {  // a word of the language, not a literal
    return name(word(tree->start));
  }
  return literal(tree->start);
}

ast::Literal TreeBuilder::literal(const antlr4::Token* token) {
  ast::Literal out;
  out.span = Span{file_, word(token).begin(), word(token).end()};
  const std::string_view text = word(token).view();
  switch (token->getType()) {
    case GateParser::STRING:
      out.kind = ast::LiteralKind::kString;
      out.text = literals_.string(text, out.span);
      break;
    case GateParser::DURATION:
      out.kind = ast::LiteralKind::kDuration;
      out.value = literals_.duration(text, out.span);
      break;
    case GateParser::TIME:
      out.kind = ast::LiteralKind::kTime;
      out.value = literals_.time(text, out.span);
      break;
    case GateParser::DATE: {
      const Date date = literals_.date(text, out.span);
      out.kind = ast::LiteralKind::kDate;
      out.value = std::int64_t{date.year} * 10'000 + date.month * 100 + date.day;
      break;
    }
    case GateParser::TRUE:
    case GateParser::FALSE:
      out.kind = ast::LiteralKind::kBoolean;
      out.value = token->getType() == GateParser::TRUE ? 1 : 0;
      break;
    default:
      out.kind = ast::LiteralKind::kInteger;
      out.value = literals_.integer(text, out.span);
      break;
  }
  return out;
}

}  // namespace gate::compiler
