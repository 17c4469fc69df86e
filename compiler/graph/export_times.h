#pragma once

#include <optional>

#include "compiler/ast/ast.h"
#include "compiler/graph/model.h"

/// Conditions on `now` as Graph's `times` (conditional-access 1.6).
namespace gate::graph {

/// `now.weekday in [monday] in "UTC"`, `now.time between 09:00 and 17:00 in "UTC"`, both joined by
/// `and`, or a window that runs into the following day as the import writes it. Days or hours are
/// empty where they are not asked for. Nothing for other conditions. Whether the condition is
/// negated is not looked at.
[[nodiscard]] std::optional<DayWindow> window_of(const compiler::ast::Expr& expr);

/// Where both windows hold, if one speaks of days and the other of hours, in one zone.
[[nodiscard]] std::optional<DayWindow> both(const DayWindow& a, const DayWindow& b);

/// Names every day where hours alone were asked for.
void complete(Times& times);

}  // namespace gate::graph
