#include "compiler/parse/tree_builder.h"

#include "compiler/parse/token_window.h"

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

ast::Text TreeBuilder::text(antlr4::tree::TerminalNode* node) {
  const Span span = span_of(node);
  return ast::Text{literals_.string(sources_->text(span), span), span};
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
  out.name = text(tree->STRING());
  out.close = span_of(tree->RBRACE());
  for (auto* section : tree->section()) {
    add_section(section, out);
  }
  return out;
}

ast::Template TreeBuilder::template_of(GateParser::TemplateDeclarationContext* tree) {
  ast::Template out;
  out.name = name(tree->IDENTIFIER());
  if (tree->parameters() != nullptr) {
    set_parameters(tree->parameters(), out);
  }
  out.body.close = span_of(tree->RBRACE());
  for (auto* section : tree->section()) {
    add_section(section, out.body);
  }
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
  if (auto* apply = dynamic_cast<GateParser::ApplySectionContext*>(tree)) {
    first = first_place(policy.apply);
    fresh = fill(policy.apply, reference(apply->reference()), span, keyword);
  } else if (auto* id = dynamic_cast<GateParser::IdSectionContext*>(tree)) {
    first = first_place(policy.id);
    fresh = fill(policy.id, text(id->STRING()), span, keyword);
  } else if (auto* state = dynamic_cast<GateParser::StateSectionContext*>(tree)) {
    first = first_place(policy.state);
    fresh = fill(policy.state, item(state->item()), span, keyword);
  } else if (auto* users = dynamic_cast<GateParser::UsersSectionContext*>(tree)) {
    first = first_place(policy.users);
    fresh = fill(policy.users, assignments(users->assignment()), span, keyword);
  } else if (auto* target = dynamic_cast<GateParser::TargetSectionContext*>(tree)) {
    first = first_place(policy.target);
    fresh = fill(policy.target, assignments(target->assignment()), span, keyword);
  } else if (auto* when = dynamic_cast<GateParser::WhenSectionContext*>(tree)) {
    first = first_place(policy.when);
    fresh = fill(policy.when, expression(when->expression()), span, keyword);
  } else if (auto* grant_tree = dynamic_cast<GateParser::GrantSectionContext*>(tree)) {
    first = first_place(policy.grant);
    fresh = fill(policy.grant, grant(grant_tree), span, keyword);
  } else if (auto* session = dynamic_cast<GateParser::SessionSectionContext*>(tree)) {
    first = first_place(policy.session);
    fresh = fill(policy.session, items(session->items()), span, keyword);
  }
  if (!fresh) {
    diagnostics_->report<Code::kDuplicateSection>(keyword, sources_->text(keyword), "policy")
        .related(first, "the first one");
  }
}

ast::Grant TreeBuilder::grant(GateParser::GrantSectionContext* tree) {
  ast::Grant out;
  out.block = tree->BLOCK() != nullptr;
  if (auto* requirement = tree->requirement()) {
    out.requirement.span = span_of(requirement);
    if (requirement->items() != nullptr) {
      out.requirement.mode = requirement->ALL() != nullptr ? ast::Requirement::Mode::kAll
                                                           : ast::Requirement::Mode::kAny;
      out.requirement.controls = items(requirement->items());
    } else {
      out.requirement.controls.push_back(item(requirement->item()));
    }
  }
  return out;
}

std::vector<ast::Assignment> TreeBuilder::assignments(
    const std::vector<GateParser::AssignmentContext*>& trees) {
  std::vector<ast::Assignment> out;
  for (auto* tree : trees) {
    ast::Assignment assignment;
    assignment.exclude = tree->EXCLUDE() != nullptr;
    assignment.items = items(tree->items());
    assignment.span = span_of(tree);
    assignment.keyword = Span{file_, word(tree->start).begin(), word(tree->start).end()};
    out.push_back(std::move(assignment));
  }
  return out;
}

std::vector<ast::Item> TreeBuilder::items(GateParser::ItemsContext* tree) {
  std::vector<ast::Item> out;
  const auto trees = tree->item();
  limit_members(trees.size(), span_of(tree));
  out.reserve(trees.size());
  for (auto* entry : trees) {
    out.push_back(item(entry));
  }
  return out;
}

std::vector<ast::Item> TreeBuilder::combination(GateParser::CombinationContext* tree) {
  return tree->items() != nullptr ? items(tree->items()) : std::vector<ast::Item>{};
}

ast::Item TreeBuilder::item(GateParser::ItemContext* tree) {
  ast::Item out = reference(tree->reference());
  out.span = span_of(tree);
  if (tree->DATE() != nullptr) {
    const Span span = span_of(tree->DATE());
    out.until = ast::DateValue{literals_.date(sources_->text(span), span), span};
  }
  if (tree->STRING() != nullptr) {
    out.because = text(tree->STRING());
  }
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the depth limit
ast::Item TreeBuilder::reference(GateParser::ReferenceContext* tree) {
  ast::Item out;
  out.head = span_of(tree);
  out.span = out.head;
  for (auto* entry : tree->atom()) {
    out.atoms.push_back(atom(entry));
  }
  if (tree->items() != nullptr) {
    out.has_arguments = true;
    out.arguments = items(tree->items());
  }
  return out;
}

ast::Item::Atom TreeBuilder::atom(GateParser::AtomContext* tree) {
  if (auto* reserved = tree->word()) {
    return name(reserved);
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
