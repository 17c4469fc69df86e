// Any bytes as the head of a request: the guard in front and the parser behind it never read the
// framing of one head differently, which is what request smuggling lives on.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <gate/export.hpp>
#include <string_view>

#include "server/http/request_guard.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gate::server;
  namespace http = boost::beast::http;
  const HttpLimits limits;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const HeadScan scan = find_head_end(bytes, limits);
  GATE_CHECK(!scan.fault || scan.head_bytes == 0, "faulty or complete");
  GATE_CHECK(scan.head_bytes <= limits.head_bytes_max, "a head ends inside its limit");
  if (scan.fault) {
    GATE_CHECK(describe(*scan.fault).status >= 400, "a fault has an answer");
    return 0;
  }
  if (scan.head_bytes == 0) {
    return 0;
  }
  const std::string_view head = bytes.substr(0, scan.head_bytes);
  GATE_CHECK(find_head_end(head, limits).head_bytes == scan.head_bytes, "what follows is no part");
  const HeadCheck check = check_head(head, limits);
  if (check.fault) {
    GATE_CHECK(describe(*check.fault).status >= 400, "a fault has an answer");
    return 0;
  }
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
  parser.body_limit(limits.body_bytes_max);
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) {
    return 0;  // refused by the second reader: nothing is answered twice
  }
  GATE_CHECK(used == head.size(), "both see the same end");
  GATE_CHECK(parser.chunked() == check.facts.chunked, "both see the same coding");
  const auto length = parser.content_length();
  GATE_CHECK((length ? *length : 0) == check.facts.content_length, "both see the same length");
  return 0;
}
