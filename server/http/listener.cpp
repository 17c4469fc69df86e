#include "server/http/listener.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "server/http/connection.h"
#include "server/http/tls_context.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace asio = boost::asio;

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, SocketExecutor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, SocketExecutor>;

constexpr asio::as_tuple_t<asio::use_awaitable_t<SocketExecutor>> kAwait{};
constexpr int kBacklog = 1024;
/// The delay after accepting failed (no file descriptors left), because an immediate retry would
/// only use CPU time.
constexpr std::chrono::milliseconds kAcceptPause{100};

Error bind_error(const ListenerSettings& settings, const boost::system::error_code& error) {
  return Error{ErrorCode::kUnavailable,
               fmt::format("cannot listen on {} port {}: {}", settings.address, settings.port,
                           error.message())};
}

}  // namespace

struct Listener::State {
  State(ListenerSettings s, HttpHandler handler, ReadinessProbe probe, Logger& log,
        TrustedProxies proxies)
      : settings(std::move(s)),
        context(settings, std::move(handler), std::move(probe), log, std::move(proxies)),
        io(1),
        acceptor(io.get_executor()),
        grace(io.get_executor()) {}

  Result<void> bind();
  Awaitable<void> accept_all();
  void spawn(Socket socket);
  void begin_stop();

  ListenerSettings settings;
  /// Before `io`, which holds the coroutines that refer to it.
  ConnectionContext context;
  asio::io_context io;
  Acceptor acceptor;
  Timer grace;
  std::mutex tls_mutex;
  std::shared_ptr<asio::ssl::context> tls;
  std::uint16_t port = 0;
  std::thread thread;
};

Result<void> Listener::State::bind() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(settings.address, error);
  if (error) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("`{}` is not an IP address to listen on", settings.address)};
  }
  const asio::ip::tcp::endpoint endpoint(address, settings.port);
  (void)acceptor.open(endpoint.protocol(), error);
  if (!error) {
    (void)acceptor.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) {
    (void)acceptor.bind(endpoint, error);
  }
  if (!error) {
    (void)acceptor.listen(kBacklog, error);
  }
  if (error) {
    return bind_error(settings, error);
  }
  port = acceptor.local_endpoint(error).port();
  return error ? Result<void>(bind_error(settings, error)) : Result<void>();
}

void Listener::State::spawn(Socket socket) {
  std::shared_ptr<asio::ssl::context> current;
  {
    const std::scoped_lock lock(tls_mutex);
    current = tls;
  }
  const bool full = context.open.size() >= settings.limits.connections_max;
  auto session = full ? turn_away(std::move(socket), current != nullptr)
                      : serve_connection(std::move(socket), current, context);
  asio::co_spawn(io.get_executor(), std::move(session), [this](std::exception_ptr failure) {
    if (failure) {
      // In practice: out of memory. The connection is dropped; the server goes on.
      context.log.error("connection_failed");
    }
  });
}

Awaitable<void> Listener::State::accept_all() {
  while (!context.stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (!error) {
      spawn(std::move(socket));
      continue;
    }
    if (context.stopping) {
      co_return;
    }
    context.log.warning("accept_failed", {{"error", error.message()}});
    Timer pause(io.get_executor(), kAcceptPause);
    const auto [ignored] = co_await pause.async_wait(kAwait);
    static_cast<void>(ignored);
  }
}

void Listener::State::begin_stop() {
  if (context.stopping) {
    return;
  }
  context.stopping = true;
  boost::system::error_code ignored;
  (void)acceptor.close(ignored);
  for (ConnectionEntry& entry : context.open) {
    if (entry.idle) {
      entry.close();
    }
  }
  grace.expires_after(settings.limits.shutdown_grace);
  grace.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      context.log.warning("stopped_with_open_connections", {{"open", context.open.size()}});
      io.stop();
    }
  });
  // Ends the grace period as soon as the last connection is done.
  struct Watch {
    State* state;
    void operator()() const {
      if (state->context.open.empty()) {
        state->grace.cancel();
      } else {
        auto pause =
            std::make_shared<Timer>(state->io.get_executor(), std::chrono::milliseconds(10));
        pause->async_wait([watch = *this, pause](const boost::system::error_code&) { watch(); });
      }
    }
  };
  Watch{this}();
}

Result<std::unique_ptr<Listener>> Listener::start(ListenerSettings settings, HttpHandler handler,
                                                  ReadinessProbe probe, Logger& log) {
  if (!settings.tls && !settings.behind_proxy && !is_loopback(settings.address)) {
    return Error{ErrorCode::kDenied,
                 fmt::format("refusing to listen on {} without TLS: set `http.tls_certificate` and "
                             "`http.tls_key`, or `http.behind_proxy` if a proxy in front ends TLS",
                             settings.address)};
  }
  GATE_TRY(TrustedProxies proxies,
           TrustedProxies::parse(settings.trusted_proxies, settings.behind_proxy));
  auto state = std::make_unique<State>(std::move(settings), std::move(handler), std::move(probe),
                                       log, std::move(proxies));
  if (state->settings.tls) {
    GATE_TRY(state->tls, make_tls_context(*state->settings.tls));
  }
  GATE_TRY_VOID(state->bind());
  State* raw = state.get();
  asio::co_spawn(raw->io.get_executor(), raw->accept_all(), [](std::exception_ptr) {});
  raw->thread = std::thread([raw] { raw->io.run(); });
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
  state_->io.stop();
  if (state_->thread.joinable()) {
    state_->thread.join();
  }
  state_->context.workers.reset();
}

std::uint16_t Listener::port() const noexcept {
  return state_->port;
}

Result<void> Listener::reload_tls() {
  if (!state_->settings.tls) {
    return {};
  }
  GATE_TRY(auto next, make_tls_context(*state_->settings.tls));
  const std::scoped_lock lock(state_->tls_mutex);
  state_->tls = std::move(next);
  return {};
}

void Listener::stop() {
  if (!state_->thread.joinable()) {
    return;
  }
  asio::post(state_->io, [state = state_.get()] { state->begin_stop(); });
  state_->thread.join();
}

}  // namespace gate::server
