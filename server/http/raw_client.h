#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gate::server {

/// A TCP client for tests. It sends exactly the given bytes, malformed or not.
class RawClient {
 public:
  /// Connects to 127.0.0.1.
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return descriptor_ >= 0; }
  void send(std::string_view bytes);
  /// Ends the sending direction.
  void finish();
  /// Reads until the peer closes, or until ten seconds of silence, which a test sees as missing
  /// bytes.
  std::string read_all();
  /// Reads one response by its Content-Length; empty when the peer closed instead.
  std::string read_response();

 private:
  bool fill();

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace gate::server
