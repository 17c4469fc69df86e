#include "compiler/sema/known_names.h"

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"

namespace gate::compiler::sema {

KnownNames::KnownNames(const ir::Program& program, std::span<const ast::File> files)
    : app_groups_(app_group_words().begin(), app_group_words().end()),
      every_app_(program.default_deny ||
                 std::ranges::any_of(program.policies, [](const ir::Policy& policy) {
                   return policy.state != PolicyState::kOff && policy.include_targets.all &&
                          policy.include_targets.kind == TargetKind::kApp;
                 })) {
  for (const ir::Symbol& symbol : program.symbols) {
    switch (symbol.kind) {
      case ir::SymbolKind::kGroup:
        groups_.insert(symbol.name);
        break;
      case ir::SymbolKind::kRole:
        roles_.insert(symbol.name);
        break;
      case ir::SymbolKind::kApp:
        apps_.insert(symbol.name);
        break;
      case ir::SymbolKind::kAppGroup:
        app_groups_.insert(symbol.name);
        break;
      case ir::SymbolKind::kAuthContext:
        contexts_.insert(symbol.name);
        break;
      case ir::SymbolKind::kUser:
      case ir::SymbolKind::kTenant:
      case ir::SymbolKind::kServicePrincipal:
      case ir::SymbolKind::kUserAction:
        break;
    }
  }
  // Sets and contexts that no policy uses are known too.
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* context = std::get_if<ast::Context>(&declaration.node)) {
        contexts_.insert(context->id.value);
        contexts_.insert(std::string(context->name.text));
      } else if (const auto* set = std::get_if<ast::NamedSet>(&declaration.node)) {
        for (const ast::Item& item : set->items) {
          const ast::Name* head = ast::word_at(item, 0);
          const ast::Literal* text = ast::literal_at(item, 1);
          if (head == nullptr || text == nullptr) {
            continue;
          }
          if (head->text == "group") {
            groups_.insert(text->text);
          } else if (head->text == "role") {
            roles_.insert(text->text);
          } else if (head->text == "app") {
            apps_.insert(text->text);
          }
        }
      }
    }
  }
}

void KnownNames::look_up(std::string_view kind, const std::string& name, const Names& known,
                         bool covered, std::vector<UnknownName>& out) {
  if (name.empty() || known.contains(name)) {
    return;
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  out.push_back({kind, name, std::string(nearest(name, candidates)), covered});
}

std::vector<UnknownName> KnownNames::unknown_in(const SignInFacts& facts) const {
  std::vector<UnknownName> out;
  for (const std::string& group : facts.groups) {
    look_up("group", group, groups_, false, out);
  }
  for (const std::string& role : facts.roles) {
    look_up("role", role, roles_, false, out);
  }
  for (const std::string& group : facts.app_groups) {
    look_up("app group", group, app_groups_, false, out);
  }
  if (facts.target_kind == TargetKind::kAuthContext) {
    look_up("context", facts.target, contexts_, false, out);
  } else if (facts.target_kind == TargetKind::kApp && facts.app_groups.empty()) {
    look_up("app", facts.target, apps_, every_app_, out);
    if (!out.empty() && out.back().covered && out.back().near.empty()) {
      out.pop_back();  // one of all apps, and nothing else was meant
    }
  }
  return out;
}

}  // namespace gate::compiler::sema
