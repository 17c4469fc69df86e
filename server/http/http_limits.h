#pragma once

#include <chrono>
#include <cstddef>

namespace gate::server {

/// The limits of a connection, with their units. A request beyond one is answered with its own
/// status (413, 414, 431, 503) where an answer is possible; otherwise the connection is closed.
struct HttpLimits {
  /// Request line and header fields together, including the empty line that ends them.
  std::size_t head_bytes_max = 8 * 1024;
  /// The request target alone; well below the limit of the head, so that a long target gets its own
  /// status.
  std::size_t target_bytes_max = 2048;
  /// Content after chunked coding is removed (C8).
  std::size_t body_bytes_max = 16 * 1024;
  std::size_t header_count_max = 64;
  /// Open connections. One more is answered with 503 and closed.
  std::size_t connections_max = 1024;
  std::size_t requests_per_connection_max = 1000;

  /// From the first byte of a request to the end of its head. There is one deadline for the whole
  /// head, so that a client which sends a byte at a time holds a connection no longer than one that
  /// sends nothing.
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds handshake_timeout{10'000};
  /// Between two requests on one connection.
  std::chrono::milliseconds idle_timeout{60'000};
  /// How long the server waits for answers under way when it stops.
  std::chrono::milliseconds shutdown_grace{10'000};
};

}  // namespace gate::server
