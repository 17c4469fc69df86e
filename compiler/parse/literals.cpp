#include "compiler/parse/literals.h"

#include <charconv>

namespace gate::compiler {
namespace {

constexpr std::int64_t kDurationSecondsMax = std::int64_t{3650} * 24 * 3600;

int two_digits(std::string_view text) {
  return (text[0] - '0') * 10 + (text[1] - '0');
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

/// Reads the escape that starts at `text[at]` (a backslash). Returns its length, 0 when there is
/// none.
std::size_t read_escape(std::string_view text, std::size_t at, std::string& out) {
  const char kind = at + 1 < text.size() ? text[at + 1] : '\0';
  if (kind == '"' || kind == '\\') {
    out += kind;
    return 2;
  }
  if (kind == 'n' || kind == 't') {
    out += kind == 'n' ? '\n' : '\t';
    return 2;
  }
  if (kind != 'u' || at + 2 >= text.size() || text[at + 2] != '{') {
    return 0;
  }
  const std::size_t close = text.find('}', at);
  if (close == std::string_view::npos) {
    return 0;
  }
  std::uint32_t code = 0;
  const char* last = text.data() + close;
  const auto [end, error] = std::from_chars(text.data() + at + 3, last, code, 16);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (error != std::errc{} || end != last || code > 0x10FFFF || code < 0x20 || surrogate) {
    return 0;
  }
  append_utf8(out, code);
  return close - at + 1;
}

}  // namespace

bool is_calendar_day(int year, int month, int day) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) {
    return false;
  }
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (leap && month == 2 ? 1 : 0);
}

std::string LiteralReader::string(std::string_view text, Span span) {
  text.remove_prefix(1);  // the opening mark; a string that is not closed has no other
  if (!text.empty() && text.back() == '"') {
    text.remove_suffix(1);
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    std::size_t length = read_escape(text, at, out);
    if (length == 0) {
      const auto begin = static_cast<std::uint32_t>(span.begin + 1 + at);
      const Span place{span.file, begin, begin + 2};
      diagnostics_->report<Code::kBadEscape>(place, text.substr(at, 2))
          .fix(Span{span.file, begin, begin}, "\\", "write a backslash as `\\\\`");
      length = 2;
    }
    at += length;
  }
  return out;
}

std::int64_t LiteralReader::integer(std::string_view text, Span span) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) {
    diagnostics_->report<Code::kNumberOutOfRange>(span, text);
    return 0;
  }
  return value;
}

std::int64_t LiteralReader::duration(std::string_view text, Span span) {
  std::int64_t value = 0;
  const std::string_view digits = text.substr(0, text.size() - 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  std::int64_t unit = 1;
  switch (text.back()) {
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = std::int64_t{24} * 3600;
      break;
    default:
      break;
  }
  if (error != std::errc{} || value > kDurationSecondsMax / unit) {
    diagnostics_->report<Code::kNumberOutOfRange>(span, text);
    return unit;
  }
  return value * unit;
}

std::int64_t LiteralReader::time(std::string_view text, Span span) {
  const int hour = two_digits(text);
  const int minute = two_digits(text.substr(3));
  if (hour > 23 || minute > 59) {
    diagnostics_->report<Code::kBadTime>(span, text);
    return 0;
  }
  return hour * 60 + minute;
}

Date LiteralReader::date(std::string_view text, Span span) {
  const int year = two_digits(text) * 100 + two_digits(text.substr(2));
  const int month = two_digits(text.substr(5));
  const int day = two_digits(text.substr(8));
  if (!is_calendar_day(year, month, day)) {
    diagnostics_->report<Code::kBadDate>(span, text);
    return Date{9999, 12, 31};
  }
  return Date{year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
}

}  // namespace gate::compiler
