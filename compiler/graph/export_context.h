#pragma once

#include <gate/compile.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/graph/graph_map.h"
#include "compiler/graph/model.h"
#include "compiler/source/source_map.h"

namespace gate::graph {

/// What exporting one policy needs to know of the rest of the set: its declarations by name, and
/// where to put what Graph cannot say.
class ExportContext {
 public:
  /// `code` G0601: a clause that Graph has no place for. G0602: something that Graph does not keep,
  /// without which the policy means the same.
  void refuse(const SourceSpan& span, std::string message);
  void warn(const SourceSpan& span, std::string message);

  void declare(const compiler::ast::File& file);

  [[nodiscard]] const compiler::ast::NamedSet* set(std::string_view name) const;
  [[nodiscard]] const compiler::ast::Expr* let(std::string_view name) const;
  /// The id by which Graph knows a declared location, strength or context; its name where the map
  /// knows none.
  [[nodiscard]] std::string location_id(std::string_view name) const;
  [[nodiscard]] std::string strength_id(std::string_view name) const;
  [[nodiscard]] std::string context_id(std::string_view name) const;
  [[nodiscard]] bool is_location(std::string_view name) const;
  /// Declared, and refused by the export: who uses it is refused as well.
  void leave_out(std::string_view name) { left_out_.insert(name); }
  [[nodiscard]] bool is_left_out(std::string_view name) const { return left_out_.contains(name); }

  /// The source text of a span.
  [[nodiscard]] std::string_view text_of(const SourceSpan& span) const {
    return sources->text(span);
  }

  const compiler::SourceMap* sources = nullptr;
  GraphMap map;
  std::vector<Diagnostic> diagnostics;
  std::size_t errors = 0;

 private:
  std::map<std::string_view, const compiler::ast::NamedSet*> sets_;
  std::map<std::string_view, const compiler::ast::Expr*> lets_;
  std::map<std::string_view, const compiler::ast::Strength*> strengths_;
  std::map<std::string_view, const compiler::ast::Context*> contexts_;
  std::set<std::string_view> left_out_;
};

/// The pieces of export_policy. Each reports into the context.
void export_principals(const std::vector<compiler::ast::Item>& items, Principals& into,
                       ExportContext& context);
void export_targets(const std::vector<compiler::ast::Item>& items, bool exclude, Targets& into,
                    ExportContext& context);
void export_when(const compiler::ast::Expr& when, Conditions& into, ExportContext& context);
[[nodiscard]] Grant export_grant(const compiler::ast::Grant& grant, ExportContext& context);
[[nodiscard]] Session export_session(const std::vector<compiler::ast::Item>& items,
                                     ExportContext& context);
[[nodiscard]] Policy export_policy(const compiler::ast::Policy& policy,
                                   const std::string& description, ExportContext& context);
[[nodiscard]] Location export_location(const compiler::ast::NamedSet& set, ExportContext& context);
[[nodiscard]] Strength export_strength(const compiler::ast::Strength& strength,
                                       ExportContext& context);

/// The word at `index` of an item, or "".
[[nodiscard]] std::string_view word_of(const compiler::ast::Item& item, std::size_t index);
/// The string literal at `index`, or "".
[[nodiscard]] std::string string_of(const compiler::ast::Item& item, std::size_t index);

}  // namespace gate::graph
