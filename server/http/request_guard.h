#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/http_limits.h"

namespace gate::server {

/// Why a request is refused before any endpoint sees it; one enumerator per line of
/// http_fault.def.
enum class HttpFault : std::uint8_t {
#define GATE_HTTP_FAULT(name, status, code, text) name,
#include "server/http/http_fault.def"
#undef GATE_HTTP_FAULT
};

/// Status, stable code and one sentence of a fault, as its answer carries them.
struct HttpFaultText {
  int status;
  std::string_view code;
  std::string_view text;
};
[[nodiscard]] HttpFaultText describe(HttpFault fault) noexcept;

/// What has been found out about the bytes at the front of a connection's buffer.
struct HeadScan {
  /// Set when no continuation of these bytes can be a request we accept.
  std::optional<HttpFault> fault{};
  /// Size of the whole head including its last empty line; 0 while it is not complete.
  std::size_t head_bytes = 0;
};

/// Looks for the end of a request head. To be called again with more bytes while it is neither
/// faulty nor complete. Linear in the size of `bytes`, which the limit bounds.
[[nodiscard]] HeadScan find_head_end(std::string_view bytes, const HttpLimits& limits) noexcept;

/// What the framing fields of an accepted head say.
struct HeadFacts {
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;
};

/// Holds a complete head against RFC 9112 where parsers are commonly lenient and where two parsers
/// that differ give an attacker a request of his own (request smuggling): line ends, folding,
/// blanks before colons, several lengths, length beside coding. Pure; the result has a fault or the
/// facts.
///
/// The parser behind it (Beast) checks most of this again. The guard stands in front because what
/// it refuses is written here, tested here, and does not change with a version of the library.
struct HeadCheck {
  std::optional<HttpFault> fault{};
  HeadFacts facts{};
};
[[nodiscard]] HeadCheck check_head(std::string_view head, const HttpLimits& limits) noexcept;

}  // namespace gate::server
