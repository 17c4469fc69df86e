#include "server/http/request_guard.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gate::server {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMethodBytesMax = 16;
/// A longer number is either padded or beyond every limit.
constexpr std::size_t kLengthDigitsMax = 12;

constexpr std::array<HttpFaultText, 0
#define GATE_HTTP_FAULT(name, status, code, text) +1
#include "server/http/http_fault.def"
#undef GATE_HTTP_FAULT
                     >
    kFaultTexts{{
#define GATE_HTTP_FAULT(name, status, code, text) {status, code, text},
#include "server/http/http_fault.def"
#undef GATE_HTTP_FAULT
    }};

constexpr bool is_token_char(char c) noexcept {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kSymbols.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// RFC 9110 5.5: visible characters, blanks and obs-text; no control characters.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<HttpFault> check_target(std::string_view method, std::string_view target,
                                      const HttpLimits& limits) noexcept {
  if (target.size() > limits.target_bytes_max) {
    return HttpFault::kTargetTooLong;
  }
  // Absolute and authority forms are requests to a proxy; this is an origin server.
  const bool asterisk = target == "*" && method == "OPTIONS";
  const bool visible = std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!asterisk && (target.empty() || target.front() != '/' || !visible)) {
    return HttpFault::kBadTarget;
  }
  return std::nullopt;
}

/// `old_version` is set for HTTP/1.0.
std::optional<HttpFault> check_request_line(std::string_view line, const HttpLimits& limits,
                                            bool& old_version) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return HttpFault::kBadRequestLine;
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || method.size() > kMethodBytesMax) {
    return HttpFault::kBadMethod;
  }
  if (target.find(' ') != std::string_view::npos) {
    return HttpFault::kBadRequestLine;
  }
  if (const auto fault = check_target(method, target, limits)) {
    return fault;
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return version.starts_with("HTTP/") ? HttpFault::kBadVersion : HttpFault::kBadRequestLine;
  }
  old_version = version == "HTTP/1.0";
  return std::nullopt;
}

/// Framing fields seen so far.
struct Framing {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  HeadFacts facts;
};

std::optional<HttpFault> take_length(std::string_view value, const HttpLimits& limits,
                                     Framing& framing) noexcept {
  if (++framing.lengths > 1) {
    return HttpFault::kRepeatedLength;
  }
  const bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) {
    return HttpFault::kBadLength;
  }
  if (value.size() > kLengthDigitsMax) {
    return HttpFault::kBodyTooLarge;
  }
  std::from_chars(value.data(), value.data() + value.size(), framing.facts.content_length);
  return framing.facts.content_length > limits.body_bytes_max
             ? std::optional(HttpFault::kBodyTooLarge)
             : std::nullopt;
}

std::optional<HttpFault> take_field(std::string_view name, std::string_view value,
                                    const HttpLimits& limits, Framing& framing) noexcept {
  if (equals_ignoring_case(name, "host")) {
    return ++framing.hosts > 1 ? std::optional(HttpFault::kRepeatedHost) : std::nullopt;
  }
  if (equals_ignoring_case(name, "content-length")) {
    return take_length(value, limits, framing);
  }
  if (equals_ignoring_case(name, "transfer-encoding")) {
    framing.facts.chunked = true;
    if (++framing.codings > 1) {
      return HttpFault::kRepeatedCoding;
    }
    return equals_ignoring_case(value, "chunked") ? std::nullopt
                                                  : std::optional(HttpFault::kUnknownCoding);
  }
  if (equals_ignoring_case(name, "expect")) {
    framing.facts.expects_continue = true;
    return equals_ignoring_case(value, "100-continue")
               ? std::nullopt
               : std::optional(HttpFault::kUnknownExpectation);
  }
  return std::nullopt;
}

std::optional<HttpFault> check_field_line(std::string_view line, const HttpLimits& limits,
                                          Framing& framing) noexcept {
  if (line.front() == ' ' || line.front() == '\t') {
    return HttpFault::kFoldedField;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return HttpFault::kBadFieldName;
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) {
    return HttpFault::kBadFieldValue;
  }
  return take_field(line.substr(0, colon), value, limits, framing);
}

std::optional<HttpFault> check_framing(const Framing& framing, bool old_version) noexcept {
  if (framing.lengths > 0 && framing.codings > 0) {
    return HttpFault::kLengthAndCoding;
  }
  if (framing.codings > 0 && old_version) {
    return HttpFault::kCodingInOldVersion;
  }
  if (framing.hosts == 0 && !old_version) {
    return HttpFault::kMissingHost;
  }
  return std::nullopt;
}

}  // namespace

HttpFaultText describe(HttpFault fault) noexcept {
  return kFaultTexts[static_cast<std::size_t>(fault)];
}

HeadScan find_head_end(std::string_view bytes, const HttpLimits& limits) noexcept {
  const std::string_view seen = bytes.substr(0, limits.head_bytes_max);
  std::size_t line_begin = 0;
  for (std::size_t at = 0; at < seen.size(); ++at) {
    if (seen[at] == '\r' && at + 1 < seen.size() && seen[at + 1] != '\n') {
      return {.fault = HttpFault::kBareCarriageReturn};
    }
    if (seen[at] != '\n') {
      continue;
    }
    if (at == 0 || seen[at - 1] != '\r') {
      return {.fault = HttpFault::kBareLineFeed};
    }
    if (at - 1 == line_begin) {
      return {.head_bytes = at + 1};
    }
    line_begin = at + 1;
  }
  if (bytes.size() >= limits.head_bytes_max) {
    return {.fault = HttpFault::kHeadTooLarge};
  }
  return {};
}

HeadCheck check_head(std::string_view head, const HttpLimits& limits) noexcept {
  const std::size_t line_end = head.find(kLineEnd);
  if (line_end == std::string_view::npos || line_end == 0) {
    return {.fault = HttpFault::kBadRequestLine};
  }
  bool old_version = false;
  if (const auto fault = check_request_line(head.substr(0, line_end), limits, old_version)) {
    return {.fault = fault};
  }
  Framing framing;
  std::size_t fields = 0;
  head.remove_prefix(line_end + kLineEnd.size());
  while (!head.starts_with(kLineEnd)) {
    const std::size_t end = head.find(kLineEnd);
    if (end == std::string_view::npos) {
      return {.fault = HttpFault::kBadFieldName};
    }
    if (++fields > limits.header_count_max) {
      return {.fault = HttpFault::kTooManyFields};
    }
    if (const auto fault = check_field_line(head.substr(0, end), limits, framing)) {
      return {.fault = fault};
    }
    head.remove_prefix(end + kLineEnd.size());
  }
  if (const auto fault = check_framing(framing, old_version)) {
    return {.fault = fault};
  }
  return {.fault = std::nullopt, .facts = framing.facts};
}

}  // namespace gate::server
