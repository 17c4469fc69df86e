#include "compiler/graph/json_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/stream_parser.hpp>

#include "compiler/graph/duplicate_keys.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/powershell.h"
#include "runtime/base/utf8.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

Error malformed(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

void append_utf8(char32_t c, std::string& out) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  const auto u = static_cast<unsigned>(c);
  if (u < 0x80) {
    byte(u);
  } else if (u < 0x800) {
    byte(0xC0U | (u >> 6U));
    byte(0x80U | (u & 0x3FU));
  } else if (u < 0x10000) {
    byte(0xE0U | (u >> 12U));
    byte(0x80U | ((u >> 6U) & 0x3FU));
    byte(0x80U | (u & 0x3FU));
  } else {
    byte(0xF0U | (u >> 18U));
    byte(0x80U | ((u >> 12U) & 0x3FU));
    byte(0x80U | ((u >> 6U) & 0x3FU));
    byte(0x80U | (u & 0x3FU));
  }
}

Result<std::string> from_utf16(std::string_view bytes, bool little_endian) {
  if (bytes.size() % 2 != 0) {
    return malformed("the file is UTF-16 with an odd number of bytes");
  }
  const auto unit = [&](std::size_t i) -> char32_t {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return little_endian ? static_cast<char32_t>(first | (second << 8U))
                         : static_cast<char32_t>((first << 8U) | second);
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c <= 0xDFFF) {
      const char32_t low = i + 3 < bytes.size() ? unit(i + 2) : 0;
      if (c >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) {
        return malformed(fmt::format("byte {} is half of a UTF-16 pair", i));
      }
      c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(c, out);
  }
  return out;
}

std::string position(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

/// What it is instead of JSON, by how it begins, and what to do; null for what may be JSON.
const char* something_else(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04")) {
    return "this is a zip archive: unpack it and name the folder";
  }
  if (bytes.starts_with("\x1F\x8B")) {
    return "this is compressed: unpack it first (gunzip, tar -xzf)";
  }
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return "the file is empty";
  }
  constexpr std::string_view kBegins = "{[\"0123456789-tfn";
  if (kBegins.find(bytes[first]) == std::string_view::npos) {
    return "this is not JSON. Read are exports as Graph and PowerShell's ConvertTo-Json write "
           "them; "
           "a CSV of the portal and a Terraform configuration hold no policies in that form";
  }
  return nullptr;
}

/// One document on each line.
Result<json::value> parse_lines(std::string_view text) {
  json::array out;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    auto each = parse_document(line);
    if (!each) {
      return malformed(fmt::format("in line {}: {}", number, each.error().message));
    }
    out.push_back(std::move(*each));
  }
  return json::value(std::move(out));
}

}  // namespace

Result<std::string> decode_text(std::string_view bytes) {
  if (bytes.size() > kGraphFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("the file has {} bytes, more than the {} allowed", bytes.size(),
                             kGraphFileBytesMax)};
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    return std::string(bytes.substr(3));
  }
  if (bytes.starts_with("\xFF\xFE")) {
    return from_utf16(bytes.substr(2), true);
  }
  if (bytes.starts_with("\xFE\xFF")) {
    return from_utf16(bytes.substr(2), false);
  }
  // JSON starts with an ASCII character: a zero beside it gives UTF-16 away.
  if (bytes.size() >= 2 && bytes[0] != '\0' && bytes[1] == '\0') {
    return from_utf16(bytes, true);
  }
  if (bytes.size() >= 2 && bytes[0] == '\0' && bytes[1] != '\0') {
    return from_utf16(bytes, false);
  }
  if (const char* what = something_else(bytes); what != nullptr) {
    return malformed(what);
  }
  if (!is_utf8(bytes)) {
    return malformed(
        "this is neither UTF-8 nor UTF-16: write it again in UTF-8 (in PowerShell 5.1: `| Out-File "
        "-Encoding utf8`, without a code page)");
  }
  return std::string(bytes);
}

Result<json::value> parse_export(std::string_view text) {
  auto whole = parse_document(text);
  if (!whole) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.size() < text.size() && line.starts_with("{") && parse_document(line)) {
      whole = parse_lines(text);
    }
  }
  if (!whole) {
    return whole.error();
  }
  return as_graph_writes(*std::move(whole));
}

Result<json::value> parse_document(std::string_view text) {
  json::parse_options options;
  options.max_depth = kGraphDepthMax;
  json::stream_parser parser({}, options);
  boost::system::error_code failed;
  const auto consumed = parser.write_some(text.data(), text.size(), failed);
  if (!failed) {
    parser.finish(failed);
  }
  if (!failed && consumed < text.size()) {
    return malformed(
        fmt::format("{}: there is more behind the end of the JSON text", position(text, consumed)));
  }
  if (failed) {
    return malformed(fmt::format("{}: not JSON: {}", position(text, consumed), failed.message()));
  }
  if (const auto key = find_duplicate_key(text); !key.empty()) {
    return malformed(fmt::format("key \"{}\" stands twice in one object", key));
  }
  return parser.release();
}

}  // namespace gate::graph
