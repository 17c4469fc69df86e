#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gate::server {

/// Header fields in the order received; names in lower case.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request as the protocol layer sees it: fully read, inside the listener's limits, free
/// of transport detail. `path` is the raw path without the query; nothing is percent-decoded.
struct HttpRequest {
  std::string method;
  std::string path;
  std::string query;
  HeaderList headers;
  std::string body;
  /// The address of the peer, or of the client that a trusted proxy named, as text. Empty: unknown.
  std::string peer_ip;

  /// The first value of the header, or empty. `name` is given in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) {
        return value;
      }
    }
    return {};
  }
};

/// One HTTP answer. The listener adds Content-Length, Date and the connection headers.
struct HttpResponse {
  int status = 500;
  HeaderList headers;
  std::string body;
};

}  // namespace gate::server
