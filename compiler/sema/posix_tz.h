#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gate::compiler::sema {

/// The rule at the end of a TZif file (RFC 8536 section 3.3, POSIX TZ): what holds after the last
/// listed transition, "CET-1CEST,M3.5.0,M10.5.0/3".
struct PosixRule {
  struct Day {
    enum class Kind : std::uint8_t { kMonth, kJulian, kZeroBased };
    Kind kind = Kind::kMonth;
    int month = 1;    ///< 1..12
    int week = 1;     ///< 1..5, 5 = last
    int weekday = 0;  ///< 0 = Sunday
    int day = 0;      ///< of kJulian (1..365, February 29 never counted) and kZeroBased (0..365)
    std::int32_t time_s = 7200;  ///< local time of day; may be negative or above a day
  };
  std::int32_t standard_s = 0;  ///< local = UTC + this
  bool has_daylight = false;
  std::int32_t daylight_s = 0;
  Day start;
  Day end;
};

/// Empty when the text is not such a rule.
[[nodiscard]] std::optional<PosixRule> parse_posix_rule(std::string_view text);

/// Days since 1970-01-01 of a calendar day (proleptic Gregorian).
[[nodiscard]] std::int64_t days_from_civil(int year, int month, int day);

/// The changes of one year by the rule, in UTC and in order.
[[nodiscard]] std::vector<std::pair<std::int64_t, std::int32_t>> changes_in(const PosixRule& rule,
                                                                            int year);

}  // namespace gate::compiler::sema
