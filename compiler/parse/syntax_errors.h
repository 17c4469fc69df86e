#pragma once

#include <span>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/piece_parser.h"

namespace gate::compiler {

/// Turns "word `at` cannot stand here, these could" into a diagnostic: what was found, what was
/// expected, and the word that was probably meant. `piece_end` is the end of the run that was
/// parsed.
void report_syntax_error(std::uint32_t file, const TokenWindow& window, const PieceParser& parser,
                         std::size_t at, std::size_t piece_end,
                         std::span<const std::size_t> expected, std::string_view text,
                         DiagnosticCollector& diagnostics);

}  // namespace gate::compiler
