#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/resolve_sets.h"
#include "compiler/sema/symbols.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"
#include "runtime/ir/builder.h"

namespace gate::compiler::sema {

/// A list of locations in the terms of the IR: any of these locations, or the country that the
/// authenticator app reports is one of these.
struct ResolvedLocations {
  std::vector<std::uint32_t> locations;
  std::vector<std::string> gps_countries;
};

/// What the passes share, and the numbers that resolved names have in the program under
/// construction: each name is interned once. Not thread-safe; one per compilation.
class Lowering {
 public:
  Lowering(const Symbols& symbols, const SourceMap& sources, const Limits& limits,
           ir::ProgramBuilder& builder, DiagnosticCollector& diagnostics);
  Lowering(const Lowering&) = delete;
  Lowering& operator=(const Lowering&) = delete;

  const Symbols& symbols;
  const SourceMap& sources;
  const Limits& limits;
  DiagnosticCollector& diagnostics;
  SetResolver sets;
  ir::ProgramBuilder& builder;

  [[nodiscard]] ir::SymbolId symbol(ir::SymbolKind kind, std::string_view name);
  [[nodiscard]] ir::PrincipalSet principal_set(const Principals& who);
  [[nodiscard]] ir::AppSet app_set(const Apps& apps);
  [[nodiscard]] ir::TargetSet target_set(const Targets& targets);
  /// Everything that is meant, named sets expanded; `name` is given to ranges and countries that
  /// stand in the list itself.
  [[nodiscard]] ResolvedLocations resolved_locations(const Places& places, std::string_view name);
  [[nodiscard]] std::uint32_t int_slot(const Declared& signal);
  [[nodiscard]] std::uint32_t bool_slot(const Declared& signal);
  [[nodiscard]] std::uint32_t string_slot(const Declared& signal);
  /// The zone, reported (G0309) and empty when there is none.
  [[nodiscard]] std::optional<std::uint32_t> zone(std::string_view name, Span place);
  /// The same zone as data; null when there is none. Lives as long as this.
  [[nodiscard]] const ir::Zone* zone_data(std::string_view name, Span place);
  /// The declared strength as IR; empty when its declaration is wrong (reported there).
  [[nodiscard]] std::optional<std::uint32_t> strength(const Declared& declared);

  /// Set when something asked for all trusted ranges of the set; for who wants to know what a
  /// policy depends on.
  bool trusted_asked = false;
  /// The zones that were asked for and are there.
  [[nodiscard]] std::vector<ir::Zone> zones() const;

  /// Every trusted range that the set declares; empty when it declares none.
  [[nodiscard]] const std::vector<std::uint32_t>& trusted_locations();

 private:
  [[nodiscard]] std::vector<std::uint32_t> own_locations(const Places& places,
                                                         std::string_view name);
  [[nodiscard]] const ResolvedLocations& resolved_locations_of(const Declared& set);
  [[nodiscard]] std::optional<MethodSet> restricted(const ast::Item& item, Method method);
  [[nodiscard]] std::optional<MethodSet> method(const ast::Item& item);

  std::unordered_map<const Declared*, ResolvedLocations> resolved_locations_;
  std::unordered_map<const Declared*, std::uint32_t> slot_ids_;
  std::unordered_map<const Declared*, std::optional<std::uint32_t>> strength_ids_;
  std::unordered_map<std::string, std::optional<ir::Zone>> zones_;
  std::unordered_map<std::string_view, std::uint32_t> zone_ids_;  ///< keys in `zones_`
  std::optional<std::vector<std::uint32_t>> trusted_;
};

}  // namespace gate::compiler::sema
