#pragma once

#include <vector>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/export_context.h"

namespace gate::graph {

/// "device.model" of a path expression; "" for anything else.
[[nodiscard]] std::string path_text(const compiler::ast::Expr& expr);

/// Whether every leaf of the expression is an attribute that a filter over `subject` knows.
[[nodiscard]] bool is_about(RuleSubject subject, const compiler::ast::Expr& expr,
                            const ExportContext& context);

/// The filter over `subject` that says the conjunction of these. One part `not (…)` becomes a
/// filter of mode exclude, anything else mode include.
[[nodiscard]] Filter filter_of(RuleSubject subject,
                               const std::vector<const compiler::ast::Expr*>& parts,
                               ExportContext& context);

}  // namespace gate::graph
