#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "server/http/client_address.h"
#include "server/http/handler.h"
#include "server/http/health.h"
#include "server/http/listener.h"
#include "server/http/worker_pool.h"

namespace gate::server {

class Logger;

/// The concrete executor instead of the type-erased default: measured, it is what makes Asio cheap.
using SocketExecutor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, SocketExecutor>;
template <typename T>
using Awaitable = boost::asio::awaitable<T, SocketExecutor>;

/// One open connection, as a stop needs to see it.
struct ConnectionEntry {
  /// Between two requests: may be closed without cutting anything off.
  bool idle = true;
  std::function<void()> close;
};

/// What all connections of a listener share. Belongs to the socket thread; only `handler` is used
/// elsewhere.
struct ConnectionContext {
  ConnectionContext(const ListenerSettings& s, HttpHandler h, ReadinessProbe p, Logger& l,
                    TrustedProxies t)
      : settings(s), handler(std::move(h)), probe(std::move(p)), log(l), proxies(std::move(t)) {
    workers.emplace(s.worker_threads, s.worker_queue_max);
  }

  const ListenerSettings& settings;
  HttpHandler handler;
  ReadinessProbe probe;
  Logger& log;
  TrustedProxies proxies;
  std::list<ConnectionEntry> open;
  bool stopping = false;
  /// Emptied (and so joined) before the sockets go: its tasks refer to requests that live in their
  /// coroutines.
  std::optional<WorkerPool> workers;
};

/// Serves one accepted connection until it ends. `tls` is null for plain HTTP.
Awaitable<void> serve_connection(Socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                                 ConnectionContext& context);

/// Tells a connection beyond the limit that the server is full, and closes it.
Awaitable<void> turn_away(Socket socket, bool tls);

}  // namespace gate::server
