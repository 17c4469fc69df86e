#include "compiler/graph/export_context.h"

#include "compiler/graph/spelling.h"

namespace gate::graph {

namespace ast = compiler::ast;

void ExportContext::refuse(const SourceSpan& span, std::string message) {
  Diagnostic out;
  out.code = "G0601";
  out.severity = Severity::kError;
  out.message = std::move(message);
  out.span = span;
  out.label = "Microsoft Graph has no place for this";
  diagnostics.push_back(std::move(out));
  ++errors;
}

void ExportContext::warn(const SourceSpan& span, std::string message) {
  Diagnostic out;
  out.code = "G0602";
  out.severity = Severity::kWarning;
  out.message = std::move(message);
  out.span = span;
  diagnostics.push_back(std::move(out));
}

void ExportContext::declare(const ast::File& file) {
  for (const auto& declaration : file.declarations) {
    if (const auto* named = std::get_if<ast::NamedSet>(&declaration.node)) {
      sets_.emplace(named->name.text, named);
    } else if (const auto* let = std::get_if<ast::Let>(&declaration.node)) {
      lets_.emplace(let->name.text, &let->value);
    } else if (const auto* strength = std::get_if<ast::Strength>(&declaration.node)) {
      strengths_.emplace(strength->name.text, strength);
    } else if (const auto* context = std::get_if<ast::Context>(&declaration.node)) {
      contexts_.emplace(context->name.text, context);
    }
  }
}

const ast::NamedSet* ExportContext::set(std::string_view name) const {
  const auto found = sets_.find(name);
  return found == sets_.end() ? nullptr : found->second;
}

const ast::Expr* ExportContext::let(std::string_view name) const {
  const auto found = lets_.find(name);
  return found == lets_.end() ? nullptr : found->second;
}

bool ExportContext::is_location(std::string_view name) const {
  const auto* found = set(name);
  return found != nullptr && found->kind == ast::SetKind::kLocations;
}

std::string ExportContext::location_id(std::string_view name) const {
  Location known;
  map.restore(std::string(name), known);
  return known.id.empty() ? std::string(name) : known.id;
}

std::string ExportContext::strength_id(std::string_view name) const {
  Strength known;
  map.restore(std::string(name), known);
  return known.id.empty() ? std::string(name) : known.id;
}

std::string ExportContext::context_id(std::string_view name) const {
  const auto found = contexts_.find(name);
  return found == contexts_.end() ? std::string(name) : found->second->id.value;
}

std::string_view word_of(const ast::Item& item, std::size_t index) {
  const auto* word = ast::word_at(item, index);
  return word == nullptr ? std::string_view{} : word->text;
}

std::string string_of(const ast::Item& item, std::size_t index) {
  const auto* literal = ast::literal_at(item, index);
  return literal == nullptr ? std::string{} : literal->text;
}

}  // namespace gate::graph
