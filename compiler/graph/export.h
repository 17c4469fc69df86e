#pragma once

#include <gate/compile.hpp>
#include <string>
#include <vector>

#include "compiler/graph/model.h"

/// `gatec export graph`: a policy set as Graph JSON. A policy that says more than Graph can is
/// refused, with the clause underlined, and not in the model; so is one that uses a location or a
/// strength that is refused.
namespace gate::graph {

struct ExportResult {
  Model model;  ///< what can be exported; complete only without errors
  std::vector<Diagnostic> diagnostics;
  std::size_t left_out = 0;  ///< policies, locations and strengths that have errors
  /// What is wrong is no single object's: a set that does not parse, or that denies by default.
  /// Then no part of the model means what the set means.
  bool fatal = false;
  [[nodiscard]] bool ok() const;
};

/// Exports the files of a set that compiles without errors (names are taken to be right).
/// `map_json` is the text of graph-map.json, or empty. Spans of the diagnostics point into `files`.
[[nodiscard]] ExportResult export_graph(const std::vector<SourceFile>& files,
                                        std::string_view map_json = {});

}  // namespace gate::graph
