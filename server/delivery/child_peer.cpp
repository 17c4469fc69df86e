#include "server/delivery/child_peer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace gate::server {

ChildPeer::ChildPeer(const std::string& kind, const std::string& behaviour) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  child_ = fork();
  if (child_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    // aiosmtpd is installed for Debian's Python, which need not be the first in PATH.
    execl("/usr/bin/python3", "python3", GATE_SOURCE_DIR "/server/delivery/peer_stub.py",
          kind.c_str(), behaviour.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  port_ = static_cast<std::uint16_t>(std::strtoul(next_line().c_str(), nullptr, 10));
  EXPECT_NE(port_, 0) << "peer_stub.py did not start; is python3-aiosmtpd installed?";
}

ChildPeer::~ChildPeer() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  close(output_);
}

std::string ChildPeer::next_line() {
  while (true) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> chunk{};
    const ssize_t size = read(output_, chunk.data(), chunk.size());
    if (size <= 0) {
      return {};
    }
    buffer_.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace gate::server
