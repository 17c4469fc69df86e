#pragma once

#include <cstdint>
#include <gate/compile.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gate::compiler {

/// Every diagnostic by name; the value is its published number (`kUnknownFact` = 201 = G0201).
enum class Code : std::uint16_t {
#define GATE_DIAGNOSTIC(number, name, severity, text, why, bad, good) k##name = number,
#include "compiler/diagnostics/diagnostic_kinds.def"
};

/// The registry's entry for a code: what `gatec help G0201` prints.
struct CodeInfo {
  Code code;
  std::string_view name;
  Severity severity;
  std::string_view text;  ///< the message, `{}` where the finding is put in
  std::string_view why;   ///< a short explanation
  std::string_view bad;   ///< an example that provokes it
  std::string_view good;  ///< the same example mended
};

/// All codes in ascending order. Static storage.
[[nodiscard]] std::span<const CodeInfo> all_codes();
/// The entry of a code; every enumerator has one.
[[nodiscard]] const CodeInfo& info_of(Code code);
/// Reads `G0201`, `g0201` or `201`; empty when there is no such code.
[[nodiscard]] std::optional<Code> parse_code(std::string_view text);
/// `G0201`.
[[nodiscard]] std::string to_string(Code code);
/// The page of a code as `gatec help` prints it: headline, explanation, bad and good example.
[[nodiscard]] std::string help_page(Code code);

}  // namespace gate::compiler
