#include "compiler/parse/source_check.h"

#include <string_view>

namespace gate::compiler {
namespace {

constexpr std::uint32_t kMalformed = 0xFFFFFFFF;

/// Characters that change the order in which text is shown (Unicode TR 9), and those shown as
/// nothing.
bool hides_meaning(std::uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C || c == 0x200B || c == 0x2060;
}

/// A coarse map of letters to scripts: enough to see that a word mixes letters that look alike.
std::string_view script_of(std::uint32_t c) {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    std::string_view script;
  };
  static constexpr Range kRanges[] = {{'A', 'Z', "Latin"},
                                      {'a', 'z', "Latin"},
                                      {0x00AA, 0x024F, "Latin"},
                                      {0x0250, 0x02AF, "Latin"},
                                      {0x0370, 0x03FF, "Greek"},
                                      {0x0400, 0x052F, "Cyrillic"},
                                      {0x0530, 0x058F, "Armenian"},
                                      {0x0590, 0x05FF, "Hebrew"},
                                      {0x0600, 0x06FF, "Arabic"},
                                      {0x0900, 0x097F, "Indic"},
                                      {0x0E00, 0x0E7F, "Thai"},
                                      {0x10A0, 0x10FF, "Georgian"},
                                      {0x1100, 0x11FF, "Hangul"},
                                      {0x13A0, 0x13FF, "Cherokee"},
                                      {0x1C80, 0x1C8F, "Cyrillic"},
                                      {0x1E00, 0x1EFF, "Latin"},
                                      {0x1F00, 0x1FFF, "Greek"},
                                      {0x2C60, 0x2C7F, "Latin"},
                                      {0x2DE0, 0x2DFF, "Cyrillic"},
                                      {0x3040, 0x30FF, "Japanese"},
                                      {0x3400, 0x9FFF, "Han"},
                                      {0xA640, 0xA69F, "Cyrillic"},
                                      {0xA720, 0xA7FF, "Latin"},
                                      {0xAC00, 0xD7AF, "Hangul"},
                                      {0xFF21, 0xFF5A, "fullwidth Latin"}};
  if (c == '_' || (c >= '0' && c <= '9')) {
    return {};
  }
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last) {
      return range.script;
    }
  }
  return "other";
}

/// Length of the sequence that a lead byte starts; 0 for a byte that starts none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

}  // namespace

std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  static constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = sequence_length(lead);
  if (length == 0 || at + length > text.size()) {
    ++at;
    return kMalformed;
  }
  if (length == 1) {
    ++at;
    return lead;
  }
  std::uint32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) {
      ++at;
      return kMalformed;
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    ++at;
    return kMalformed;
  }
  at += length;
  return code;
}

bool check_source(const SourceMap& sources, std::uint32_t file, const Limits& limits,
                  DiagnosticCollector& diagnostics) {
  const std::string_view text = sources.text(file);
  if (text.size() > limits.file_bytes_max) {
    diagnostics.report<Code::kFileTooLarge>(Span{file, 0, 0}, text.size(), limits.file_bytes_max);
    return false;
  }
  bool readable = true;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    const std::uint32_t code = next_code_point(text, at);
    const Span span{file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)};
    if (code == kMalformed) {
      diagnostics.report<Code::kInvalidUtf8>(span, static_cast<unsigned char>(text[begin]))
          .label("the text is readable up to here");
      return false;  // what follows is in another encoding as well
    }
    if (hides_meaning(code)) {
      diagnostics.report<Code::kBidiControl>(span, code).fix(span, "", "remove the character");
      readable = false;
    }
  }
  return readable;
}

void check_identifier_script(std::string_view identifier, Span span,
                             DiagnosticCollector& diagnostics) {
  std::string_view first;
  for (std::size_t at = 0; at < identifier.size();) {
    const std::string_view script = script_of(next_code_point(identifier, at));
    if (script.empty() || script == first) {
      continue;
    }
    if (!first.empty()) {
      diagnostics.report<Code::kMixedScripts>(span, identifier, first, script);
      return;
    }
    first = script;
  }
}

}  // namespace gate::compiler
