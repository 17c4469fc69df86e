#pragma once

#include <vector>

#include "compiler/graph/export_context.h"

namespace gate::graph {

/// "device.model" of a path expression; "" for anything else.
[[nodiscard]] std::string path_text(const compiler::ast::Expr& expr);

/// Whether every leaf of the expression is an attribute that a device filter knows.
[[nodiscard]] bool is_about_devices(const compiler::ast::Expr& expr, const ExportContext& context);

/// The device filter that says the conjunction of these. One part `not (…)` becomes a filter of
/// mode exclude, anything else mode include.
[[nodiscard]] Filter device_filter_of(const std::vector<const compiler::ast::Expr*>& parts,
                                      ExportContext& context);

}  // namespace gate::graph
