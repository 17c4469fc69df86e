#include "server/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace gate::server {
namespace {
constexpr timeval kSilenceMax{.tv_sec = 10, .tv_usec = 0};
}

RawClient::RawClient(std::uint16_t port) {
  descriptor_ = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kSilenceMax, sizeof kSilenceMax);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(descriptor_);
    descriptor_ = -1;
  }
}

RawClient::~RawClient() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::finish() {
  shutdown(descriptor_, SHUT_WR);
}

bool RawClient::fill() {
  std::array<char, 4096> chunk{};
  const ssize_t size = recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (size <= 0) {
    return false;
  }
  buffer_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawClient::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawClient::read_response() {
  while (true) {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos) {
      constexpr std::string_view kLength = "Content-Length: ";
      const std::size_t at = buffer_.find(kLength);
      const std::size_t body =
          at < end ? std::strtoul(buffer_.c_str() + at + kLength.size(), nullptr, 10) : 0;
      if (buffer_.size() >= end + 4 + body) {
        std::string response = buffer_.substr(0, end + 4 + body);
        buffer_.erase(0, response.size());
        return response;
      }
    }
    if (!fill()) {
      return {};
    }
  }
}

}  // namespace gate::server
