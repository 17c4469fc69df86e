#pragma once

#include <cstddef>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/http/health.h"
#include "server/http/http_limits.h"

namespace gate::server {

class Logger;

/// PEM files of the server's certificate (leaf first) and its private key.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
};

/// Where and how to listen.
struct ListenerSettings {
  /// A literal IPv4 or IPv6 address; names are not resolved, so that what is exposed is what is
  /// written.
  std::string address = "127.0.0.1";
  /// 0 lets the system choose; `port()` tells.
  std::uint16_t port = 0;
  std::optional<TlsFiles> tls;
  /// Somebody else ends TLS in front of us, and said so.
  bool behind_proxy = false;
  /// Addresses or CIDR prefixes whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies;
  std::size_t worker_threads = 4;
  std::size_t worker_queue_max = 256;
  HttpLimits limits;
};

/// Accepts connections, reads requests inside their limits, has them answered on worker threads,
/// writes the answers.
///
/// One thread does all socket work (Boost.Asio coroutines); it never blocks. HTTP/1.1 with
/// keep-alive and in-order pipelining; TLS 1.2 or later where configured. Knows no endpoint but
/// /healthz and /readyz.
class Listener {
 public:
  /// Binds and starts. Refuses to listen beyond loopback without TLS unless `behind_proxy`
  /// (requirement E10, kDenied). `log` must outlive the listener; `handler` and `probe` are kept.
  static Result<std::unique_ptr<Listener>> start(ListenerSettings settings, HttpHandler handler,
                                                 ReadinessProbe probe, Logger& log);

  /// Stops at once if still running: answers under way are abandoned.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The port that is bound.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Reads certificate and key again, for connections from now on. The old pair stays if the new
  /// one is unusable.
  Result<void> reload_tls();

  /// Stops accepting, closes idle connections, waits for answers under way until the grace is over.
  /// Blocks; idempotent.
  void stop();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gate::server
