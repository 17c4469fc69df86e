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

/// The concrete executor type. Measurements show that the type-erased default makes Asio much
/// slower.
using SocketExecutor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, SocketExecutor>;
template <typename T>
using Awaitable = boost::asio::awaitable<T, SocketExecutor>;

/// One open connection, as the stop procedure needs it.
struct ConnectionEntry {
  /// True between two requests: it may be closed without cutting off an answer.
  bool idle = true;
  std::function<void()> close;
};

/// The state shared by all connections of a listener. Belongs to the socket thread; only `handler`
/// is used by other threads.
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
  /// Emptied and joined before the sockets are destroyed: its tasks refer to requests in their
  /// coroutines.
  std::optional<WorkerPool> workers;
};

/// Serves one accepted connection until it ends. `tls` is null for plain HTTP.
Awaitable<void> serve_connection(Socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                                 ConnectionContext& context);

/// Answers a connection beyond the limit with 503, and closes it.
Awaitable<void> turn_away(Socket socket, bool tls);

}  // namespace gate::server
