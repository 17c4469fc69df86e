#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace gate::server {

/// A program of the tests between libpq and PostgreSQL, on a socket of its own. It does to requests
/// what networks, servers and other engines do: it loses the connection before or after the server
/// has handled the request, answers late, and answers that the transaction could not be serialised
/// (40001), to statements and to COMMIT. One request in `one_in` gets a fault.
class FaultProxy {
 public:
  struct Faults {
    unsigned one_in = 60;
    bool on_commit_only = false;
  };
  /// What it did.
  struct Count {
    std::atomic<int> lost_before{0};   ///< the server never saw the request
    std::atomic<int> lost_after{0};    ///< the server handled it, and the answer was lost
    std::atomic<int> lost_commits{0};  ///< those of `lost_after` that were a COMMIT
    std::atomic<int> serialization{0};
    std::atomic<int> refused_commits{0};  ///< those of `serialization` that were a COMMIT
    std::atomic<int> late{0};
  };

  /// `server_socket` is the socket file of the server. `folder` gets the socket of the proxy.
  FaultProxy(std::string server_socket, const std::string& folder, Faults faults, unsigned seed);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy();

  [[nodiscard]] const Count& count() const { return count_; }
  /// From now on it only passes on.
  void be_fair() { fair_ = true; }

 private:
  enum class Fault : std::uint8_t { kNone, kLostBefore, kLostAfter, kSerialization, kLate };
  class Session;
  void accept_all();
  [[nodiscard]] Fault draw(bool is_commit);

  const std::string server_socket_;
  const std::string own_socket_;
  const Faults faults_;
  Count count_;
  std::atomic<bool> fair_{false};
  std::mutex dice_mutex_;
  std::mt19937 dice_;
  int listener_ = -1;
  std::mutex sessions_mutex_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::thread acceptor_;
};

}  // namespace gate::server
