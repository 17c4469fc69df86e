#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace gate::server {

/// A test peer in a process of its own: `peer_stub.py` as SMTP server or SMS gateway on 127.0.0.1.
/// It prints its port, then one JSON line for each message received.
class ChildPeer {
 public:
  /// `kind` is "smtp", "sms" or "risk"; `behaviour` tells the stub how to answer.
  explicit ChildPeer(const std::string& kind, const std::string& behaviour = "accept");
  ~ChildPeer();
  ChildPeer(const ChildPeer&) = delete;
  ChildPeer& operator=(const ChildPeer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Blocks for the next line of the peer; empty when it ended.
  std::string next_line();

 private:
  pid_t child_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
  std::string buffer_;
};

}  // namespace gate::server
