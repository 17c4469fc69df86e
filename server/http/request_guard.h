#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/http_limits.h"

namespace gate::server {

/// The reasons to refuse a request before it reaches an endpoint, one for each line of
/// http_fault.def.
enum class HttpFault : std::uint8_t {
#define GATE_HTTP_FAULT(name, status, code, text) name,
#include "server/http/http_fault.def"
#undef GATE_HTTP_FAULT
};

/// Status, stable code and text of a fault, as the answer carries them.
struct HttpFaultText {
  int status;
  std::string_view code;
  std::string_view text;
};
[[nodiscard]] HttpFaultText describe(HttpFault fault) noexcept;

/// The state of the head at the beginning of a connection's buffer.
struct HeadScan {
  /// Set when these bytes cannot be the beginning of an acceptable request.
  std::optional<HttpFault> fault{};
  /// Size of the whole head including its last empty line; 0 until it is complete.
  std::size_t head_bytes = 0;
};

/// Finds the end of a request head. Call it again with more bytes while the head is neither faulty
/// nor complete. Linear in the size of `bytes`, which the limit bounds.
[[nodiscard]] HeadScan find_head_end(std::string_view bytes, const HttpLimits& limits) noexcept;

/// The content of the framing fields of an accepted head.
struct HeadFacts {
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;
};

/// Checks a complete head against RFC 9112 in the points where parsers are often lenient. Where two
/// parsers differ, an attacker can hide a request (request smuggling): line ends, folding, blanks
/// before colons, several lengths, a length beside a coding. Pure; returns a fault or the facts.
///
/// The parser (Beast) checks most of this again. The guard runs first, because its rules are
/// written and tested here and do not change with a version of the library.
struct HeadCheck {
  std::optional<HttpFault> fault{};
  HeadFacts facts{};
};
[[nodiscard]] HeadCheck check_head(std::string_view head, const HttpLimits& limits) noexcept;

}  // namespace gate::server
