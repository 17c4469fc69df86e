#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// The one canonical form of a file: no options, 100 columns, sections of a policy in the order id,
/// state, users, target, when, grant, session; a list on one line or one member a line; every
/// comment kept. Formatting twice changes nothing, and the meaning never changes. Empty when the
/// file has syntax errors, which are reported: what could not be read cannot be printed.
/// Thread-safe for different collectors; cost linear in the text.
[[nodiscard]] std::optional<std::string> format_file(const SourceMap& sources, std::uint32_t file,
                                                     const Limits& limits,
                                                     DiagnosticCollector& diagnostics);

}  // namespace gate::compiler
