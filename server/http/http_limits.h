#pragma once

#include <chrono>
#include <cstddef>

namespace gate::server {

/// Every bound that a connection runs into, with its unit. Passing one is answered precisely (413,
/// 414, 431, 503) where an answer still makes sense, and by closing the connection where it does
/// not.
struct HttpLimits {
  /// Request line and header fields together, including the empty line that ends them.
  std::size_t head_bytes_max = 8 * 1024;
  /// The request target alone; well below the head so that the answer can be the precise one.
  std::size_t target_bytes_max = 2048;
  /// Content after chunked coding is undone (requirement C8).
  std::size_t body_bytes_max = 16 * 1024;
  std::size_t header_count_max = 64;
  /// Open connections; one more is told 503 and closed.
  std::size_t connections_max = 1024;
  std::size_t requests_per_connection_max = 1000;

  /// From the first byte of a request to the end of its head. One deadline for all of it, so that a
  /// client which sends a byte now and then holds a connection no longer than one that sends
  /// nothing.
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds handshake_timeout{10'000};
  /// Between two requests on one connection.
  std::chrono::milliseconds idle_timeout{60'000};
  /// How long a stop waits for answers under way.
  std::chrono::milliseconds shutdown_grace{10'000};
};

}  // namespace gate::server
