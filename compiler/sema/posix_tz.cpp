#include "compiler/sema/posix_tz.h"

#include <algorithm>

namespace gate::compiler::sema {
namespace {

constexpr std::int64_t kDay = 86'400;

/// Reads the rule from left to right; after a failure everything fails.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool name() {
    if (take('<')) {
      const auto close = rest_.find('>');
      if (close == std::string_view::npos) {
        return false;
      }
      rest_.remove_prefix(close + 1);
      return true;
    }
    std::size_t length = 0;
    while (length < rest_.size() && ((rest_[length] | 32) >= 'a' && (rest_[length] | 32) <= 'z')) {
      ++length;
    }
    rest_.remove_prefix(length);
    return length >= 3;
  }

  bool number(int max, int& out) {
    std::size_t length = 0;
    out = 0;
    while (length < rest_.size() && length < 4 && rest_[length] >= '0' && rest_[length] <= '9') {
      out = out * 10 + (rest_[length] - '0');
      ++length;
    }
    rest_.remove_prefix(length);
    return length != 0 && out <= max;
  }

  /// [+-]hh[:mm[:ss]]
  bool time(std::int32_t& out) {
    const bool negative = take('-');
    if (!negative) {
      (void)take('+');
    }
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (!number(167, hours) || (take(':') && !number(59, minutes)) ||
        (take(':') && !number(59, seconds))) {
      return false;
    }
    out = hours * 3600 + minutes * 60 + seconds;
    out = negative ? -out : out;
    return true;
  }

  bool day(PosixRule::Day& out) {
    using Kind = PosixRule::Day::Kind;
    if (take('M')) {
      out.kind = Kind::kMonth;
      if (!number(12, out.month) || out.month < 1 || !take('.') || !number(5, out.week) ||
          out.week < 1 || !take('.') || !number(6, out.weekday)) {
        return false;
      }
    } else {
      out.kind = take('J') ? Kind::kJulian : Kind::kZeroBased;
      if (!number(365, out.day) || (out.kind == Kind::kJulian && out.day < 1)) {
        return false;
      }
    }
    return !take('/') || time(out.time_s);
  }

 private:
  std::string_view rest_;
};

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// Days since 1970-01-01 on which a rule's day falls in a year.
std::int64_t day_in(const PosixRule::Day& day, int year) {
  const std::int64_t new_year = days_from_civil(year, 1, 1);
  if (day.kind == PosixRule::Day::Kind::kZeroBased) {
    return new_year + day.day;
  }
  if (day.kind == PosixRule::Day::Kind::kJulian) {
    return new_year + day.day - 1 + (is_leap(year) && day.day >= 60 ? 1 : 0);
  }
  const std::int64_t first = days_from_civil(year, day.month, 1);
  const std::int64_t next =
      day.month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, day.month + 1, 1);
  const std::int64_t first_weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  std::int64_t found =
      first + (day.weekday - first_weekday + 7) % 7 + std::int64_t{day.week - 1} * 7;
  while (found >= next) {
    found -= 7;
  }
  return found;
}

}  // namespace

std::int64_t days_from_civil(int year, int month, int day) {
  // Counts from March, so that the leap day is the last of its year; 400 years have 146,097 days.
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}

std::optional<PosixRule> parse_posix_rule(std::string_view text) {
  RuleReader reader(text);
  PosixRule rule;
  std::int32_t west = 0;
  if (!reader.name() || !reader.time(west)) {
    return std::nullopt;
  }
  rule.standard_s = -west;
  if (reader.at_end()) {
    return rule;
  }
  rule.has_daylight = true;
  rule.daylight_s = rule.standard_s + 3600;
  if (!reader.name()) {
    return std::nullopt;
  }
  if (!reader.take(',')) {
    if (!reader.time(west) || !reader.take(',')) {
      return std::nullopt;
    }
    rule.daylight_s = -west;
  }
  if (!reader.day(rule.start) || !reader.take(',') || !reader.day(rule.end) || !reader.at_end()) {
    return std::nullopt;
  }
  return rule;
}

std::vector<std::pair<std::int64_t, std::int32_t>> changes_in(const PosixRule& rule, int year) {
  if (!rule.has_daylight) {
    return {};
  }
  // Each change is told in the local time that holds before it.
  std::vector<std::pair<std::int64_t, std::int32_t>> out = {
      {day_in(rule.start, year) * kDay + rule.start.time_s - rule.standard_s, rule.daylight_s},
      {day_in(rule.end, year) * kDay + rule.end.time_s - rule.daylight_s, rule.standard_s}};
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace gate::compiler::sema
