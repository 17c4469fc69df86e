#pragma once

#include <cstdint>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"

namespace gate::compiler {

/// Looks at the bytes of a file before any word is read: size, UTF-8, characters that hide what the
/// text means. False when the file cannot be read on. O(bytes).
[[nodiscard]] bool check_source(const SourceMap& sources, std::uint32_t file, const Limits& limits,
                                DiagnosticCollector& diagnostics);

/// Reports an identifier whose letters come from different scripts.
void check_identifier_script(std::string_view identifier, Span span,
                             DiagnosticCollector& diagnostics);

/// Reads one code point of valid UTF-8 at `at` and moves `at` behind it. A malformed sequence gives
/// 0xFFFFFFFF and moves by one byte.
[[nodiscard]] std::uint32_t next_code_point(std::string_view text, std::size_t& at);

}  // namespace gate::compiler
