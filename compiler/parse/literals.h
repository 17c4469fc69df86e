#pragma once

#include <optional>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler {

/// Reads literals as they stand in the text. What is not a value (an unknown escape, 30 February,
/// 25:00, a number of forty digits) is reported, and something harmless is returned.
class LiteralReader {
 public:
  explicit LiteralReader(DiagnosticCollector& diagnostics) : diagnostics_(&diagnostics) {}

  [[nodiscard]] std::string string(std::string_view text, Span span);
  [[nodiscard]] std::int64_t integer(std::string_view text, Span span);
  /// Seconds.
  [[nodiscard]] std::int64_t duration(std::string_view text, Span span);
  /// Minutes since midnight.
  [[nodiscard]] std::int64_t time(std::string_view text, Span span);
  [[nodiscard]] Date date(std::string_view text, Span span);

 private:
  DiagnosticCollector* diagnostics_;
};

/// True for a day that exists in the Gregorian calendar.
[[nodiscard]] bool is_calendar_day(int year, int month, int day);

}  // namespace gate::compiler
