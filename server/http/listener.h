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

/// The settings of a listener.
struct ListenerSettings {
  /// A literal IPv4 or IPv6 address. Names are not resolved, so that the address in the file is the
  /// address that is exposed.
  std::string address = "127.0.0.1";
  /// 0 lets the system choose; `port()` returns the choice.
  std::uint16_t port = 0;
  std::optional<TlsFiles> tls;
  /// A proxy in front of the server ends TLS.
  bool behind_proxy = false;
  /// Addresses or CIDR prefixes whose X-Forwarded-For is trusted.
  std::vector<std::string> trusted_proxies;
  std::size_t worker_threads = 4;
  std::size_t worker_queue_max = 256;
  HttpLimits limits;
};

/// Accepts connections, reads requests within the limits, has them answered on worker threads, and
/// writes the answers.
///
/// One thread does all socket work (Boost.Asio coroutines); it never blocks. HTTP/1.1 with
/// keep-alive and in-order pipelining; TLS 1.2 or later where configured. The only endpoints it
/// knows are /healthz and /readyz.
class Listener {
 public:
  /// Binds and starts. Refuses to listen beyond loopback without TLS unless `behind_proxy` (E10,
  /// kDenied). `log` must outlive the listener; `handler` and `probe` are copied.
  static Result<std::unique_ptr<Listener>> start(ListenerSettings settings, HttpHandler handler,
                                                 ReadinessProbe probe, Logger& log);

  /// Stops at once if it still runs: answers under way are abandoned.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The bound port.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Reads certificate and key again, for new connections. The old pair stays in use if the new one
  /// is unusable.
  Result<void> reload_tls();

  /// Stops accepting, closes idle connections, and waits for answers under way until the grace
  /// period ends. Blocks; idempotent.
  void stop();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gate::server
