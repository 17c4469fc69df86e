#include "compiler/graph/identifier.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "compiler/graph/fold.h"
#include "compiler/parse/parser.h"
#include "compiler/parse/source_check.h"

namespace gate::graph {
namespace {

constexpr std::size_t kIdentifierMax = 96;

bool is_ascii_letter(std::uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(std::uint32_t c) {
  return c >= '0' && c <= '9';
}

/// What may be a letter beyond ASCII; whether the language takes it says the parser.
bool may_be_letter(std::uint32_t c) {
  constexpr std::uint32_t kPunctuation[][2] = {{0x80, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},
                                               {0x2000, 0x2BFF}, {0x3000, 0x3004}, {0x3007, 0x3030},
                                               {0x30FB, 0x30FB}, {0xE000, 0xF8FF}, {0xFE00, 0xFE6F},
                                               {0xFF00, 0xFF20}, {0xFF5B, 0xFF65}};
  return c >= 0x80 && c < 0xE0000 && !(c >= 0x1F000 && c <= 0x1FAFF) &&
         std::ranges::none_of(
             kPunctuation, [c](const auto& range) { return c >= range[0] && c <= range[1]; });
}

/// The capital of a letter; nothing for one that has none, or none that is known here.
std::optional<std::uint32_t> capital(std::uint32_t c) {
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 'A';
  }
  if (is_ascii_letter(c) || is_digit(c)) {
    return c;
  }
  const bool latin = (c >= 0xE0 && c <= 0xFE && c != 0xF7);
  const bool greek = c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2;
  const bool cyrillic = c >= 0x430 && c <= 0x44F;
  if (latin || greek || cyrillic) {
    return c - 0x20;
  }
  if (c >= 0x450 && c <= 0x45F) {
    return c - 0x50;
  }
  const bool capitals =
      (c >= 0xC0 && c <= 0xDE) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x400 && c <= 0x42F);
  if (capitals) {
    return c;
  }
  // Latin Extended-A: capitals and their small letters beside each other.
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) {
    return c & ~1U;
  }
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) {
    return c % 2 == 0 ? c - 1 : c;
  }
  return std::nullopt;
}

void append(std::uint32_t c, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0U | (c >> 6U));
    byte(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0U | (c >> 12U));
    byte(0x80U | ((c >> 6U) & 0x3FU));
    byte(0x80U | (c & 0x3FU));
  } else {
    byte(0xF0U | (c >> 18U));
    byte(0x80U | ((c >> 12U) & 0x3FU));
    byte(0x80U | ((c >> 6U) & 0x3FU));
    byte(0x80U | (c & 0x3FU));
  }
}

std::string joined_words(std::string_view display_name, bool ascii_only) {
  std::string out;
  bool new_word = true;
  for (std::size_t at = 0; at < display_name.size();) {
    const auto c = compiler::next_code_point(display_name, at);
    if (out.size() >= kIdentifierMax) {
      break;
    }
    if (is_ascii_letter(c) || is_digit(c) || (!ascii_only && may_be_letter(c))) {
      const auto first = new_word ? capital(c) : std::optional(c);
      if (!first && !out.empty() && out.back() != '_') {
        out += '_';  // a script without capitals: the border of two words has to be seen
      }
      append(first.value_or(c), out);
      new_word = false;
    } else if (c == '_' && !out.empty()) {
      out += '_';
      new_word = true;
    } else {
      new_word = true;
    }
  }
  while (out.ends_with('_')) {
    out.pop_back();
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What the parser takes as one name, of one script.
bool is_name(std::string_view name) {
  const std::string text = "locations " + std::string(name) + " = none\n";  // borrowed by the map
  compiler::SourceMap sources;
  sources.add("name", text);
  compiler::DiagnosticCollector collector;
  const auto file = compiler::parse_file(sources, 0, compiler::Limits{}, collector);
  return !collector.has_errors() && file.declarations.size() == 1;
}

std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : fold_case(text)) {
    if (is_ascii_letter(static_cast<unsigned char>(c)) || is_digit(static_cast<unsigned char>(c))) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string identifier_from(std::string_view display_name, std::string_view fallback) {
  auto out = joined_words(display_name, false);
  if (!is_ascii(out) &&
      !is_name(is_digit(static_cast<unsigned char>(out.front())) ? std::string(fallback) + out
                                                                 : out)) {
    out = joined_words(display_name, true);
  }
  return out.empty() || is_digit(static_cast<unsigned char>(out.front()))
             ? std::string(fallback) + out
             : out;
}

bool says_the_same(std::string_view name, std::string_view display_name) {
  return is_ascii(display_name) && letters_of(name) == letters_of(display_name);
}

std::string slug(std::string_view name) {
  constexpr std::size_t kSlugMax = 80;
  const auto folded = fold_case(name);
  std::string out;
  std::size_t border = 0;  // where the last whole word ends
  for (std::size_t at = 0; at < folded.size();) {
    const auto c = compiler::next_code_point(folded, at);
    const auto before = out.size();
    if (is_ascii_letter(c) || is_digit(c) || may_be_letter(c)) {
      append(c, out);
    } else if (!out.empty() && out.back() != '-') {
      border = out.size();
      out += '-';
    }
    if (out.size() > kSlugMax) {
      out.resize(border != 0 ? border : before);
      break;
    }
  }
  while (out.ends_with('-')) {
    out.pop_back();
  }
  return out.empty() ? "policy" : out;
}

}  // namespace gate::graph
