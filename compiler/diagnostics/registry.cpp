#include "compiler/diagnostics/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace gate::compiler {
namespace {

constexpr CodeInfo kCodes[] = {
#define GATE_DIAGNOSTIC(number, name, severity, text, why, bad, good) \
  CodeInfo{Code::k##name, #name, Severity::k##severity, text, why, bad, good},
#include "compiler/diagnostics/diagnostic_kinds.def"
};

void append_indented(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    fmt::format_to(std::back_inserter(out), "    {}\n", text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

}  // namespace

std::span<const CodeInfo> all_codes() {
  return kCodes;
}

const CodeInfo& info_of(Code code) {
  const auto* found = std::lower_bound(std::begin(kCodes), std::end(kCodes), code,
                                       [](const CodeInfo& i, Code c) { return i.code < c; });
  return *found;
}

std::optional<Code> parse_code(std::string_view text) {
  if (!text.empty() && (text.front() == 'G' || text.front() == 'g')) {
    text.remove_prefix(1);
  }
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  for (const CodeInfo& info : kCodes) {
    if (static_cast<unsigned>(info.code) == number) {
      return info.code;
    }
  }
  return std::nullopt;
}

std::string to_string(Code code) {
  return fmt::format("G{:04}", static_cast<unsigned>(code));
}

std::string help_page(Code code) {
  const CodeInfo& info = info_of(code);
  std::string headline{info.text};
  for (std::size_t at = headline.find("{{"); at != std::string::npos; at = headline.find("{{")) {
    headline.erase(at, 1);
  }
  for (std::size_t at = headline.find('{'); at != std::string::npos;
       at = headline.find('{', at + 1)) {
    const std::size_t close = headline.find('}', at);
    if (close != std::string::npos) {
      headline.replace(at, close - at + 1, "\xE2\x80\xA6");  // a hole reads as an ellipsis
    }
  }
  std::string page = fmt::format("{} ({}): {}\n\n{}\n\nNot:\n", to_string(code),
                                 name(info.severity), headline, info.why);
  append_indented(page, info.bad);
  page += "\nBut:\n";
  append_indented(page, info.good);
  return page;
}

}  // namespace gate::compiler
