#include "server/http/connection.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <utility>

#include "server/crypto/secret.h"
#include "server/http/request_guard.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using TcpStream = beast::basic_stream<asio::ip::tcp, SocketExecutor>;
using TlsStream = beast::ssl_stream<TcpStream>;
using Clock = std::chrono::steady_clock;

constexpr asio::as_tuple_t<asio::use_awaitable_t<SocketExecutor>> kAwait{};

/// After a refusal the client may still be sending. Closing at once would reset the connection and
/// could discard our answer. So up to this much is read and dropped first, for up to this long.
constexpr std::size_t kDrainBytesMax = 64 * 1024;
constexpr std::chrono::milliseconds kDrainTimeout{1'000};

std::string_view view(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

/// IMF-fixdate (RFC 9110 5.6.7), independent of the locale.
std::string http_date() {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  tm t{};
  (void)gmtime_r(&now, &t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[t.tm_wday], t.tm_mday,
                     kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

HttpResponse json_error(int status, std::string_view error, std::string_view code,
                        std::string_view text) {
  return {.status = status,
          .headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}},
          .body = fmt::format(R"({{"error":"{}","suberror":"{}","error_description":"{}"}})", error,
                              code, text)};
}

HttpResponse refusal(HttpFault fault) {
  const HttpFaultText text = describe(fault);
  return json_error(text.status, "invalid_request", text.code, text.text);
}

HttpResponse overloaded() {
  HttpResponse response = json_error(503, "temporarily_unavailable", "overloaded",
                                     "the server has more to do than it may queue; try again");
  response.headers.emplace_back("retry-after", "1");
  return response;
}

bool is_safe_value(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      return false;
    }
  }
  return true;
}

/// One connection: its stream, its buffer and its counters.
template <typename Stream>
class Connection {
 public:
  Connection(Stream& stream, ConnectionContext& context, ConnectionEntry& entry, std::string peer)
      : stream_(stream),
        context_(context),
        limits_(context.settings.limits),
        entry_(entry),
        peer_(std::move(peer)),
        buffer_(limits_.head_bytes_max + limits_.body_bytes_max) {}

  Awaitable<void> serve() {
    for (std::size_t served = 1; !context_.stopping; ++served) {
      const bool last = served >= limits_.requests_per_connection_max;
      if (!co_await serve_one(last)) {
        break;
      }
    }
  }

 private:
  /// Header fields may hold secrets: the key of a known device.
  using Parser = http::request_parser<http::string_body, WipingAllocator<char>>;

  void deadline(std::chrono::milliseconds after) {
    beast::get_lowest_layer(stream_).expires_after(after);
  }

  /// True while the connection may carry another request.
  Awaitable<bool> serve_one(bool last) {
    const HeadScan head = co_await read_head();
    if (head.fault) {
      co_return co_await refuse(*head.fault);
    }
    if (head.head_bytes == 0) {
      co_return false;
    }
    const Clock::time_point begun = Clock::now();
    const HeadCheck check = check_head(view(buffer_).substr(0, head.head_bytes), limits_);
    if (check.fault) {
      co_return co_await refuse(*check.fault);
    }
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.head_bytes_max));
    parser.body_limit(limits_.body_bytes_max);
    beast::error_code error;
    const std::size_t used =
        parser.put(asio::buffer(buffer_.data().data(), head.head_bytes), error);
    buffer_.consume(used);
    if (error || !parser.is_header_done()) {
      co_return co_await refuse(HttpFault::kBadRequestLine);
    }
    // Checked before the content is read, because trailer fields must not become header fields.
    HttpRequest request = take_head(parser);
    if (const auto fault = co_await read_body(parser, check.facts)) {
      co_return co_await refuse(*fault);
    }
    if (!parser.is_done()) {
      co_return false;
    }
    request.body = std::move(parser.get().body());
    const HttpResponse response = co_await answer(request);
    wipe(request.body);  // it may hold a password or a code (A8)
    wipe_buffer();
    const bool keep = parser.keep_alive() && !last && !context_.stopping;
    const bool written = co_await write(response, request.method == "HEAD", keep);
    note(request, response.status, begun);
    for (auto& [name, value] : request.headers) {
      wipe(value);
    }
    co_return written&& keep;
  }

  /// The bytes of a request stay in the buffer after they were consumed, and must not outlive the
  /// request. If the next request is in the buffer already, the bytes are overwritten with the
  /// request after it.
  void wipe_buffer() {
    if (buffer_.size() == 0) {
      const auto all = buffer_.prepare(buffer_.capacity());
      wipe(all.data(), all.size());
    }
  }

  /// Neither a fault nor a limit: the peer is gone, or was silent for too long.
  Awaitable<HeadScan> read_head() {
    HeadScan scan = find_head_end(view(buffer_), limits_);
    entry_.idle = buffer_.size() == 0;
    deadline(entry_.idle ? limits_.idle_timeout : limits_.head_timeout);
    while (!scan.fault && scan.head_bytes == 0) {
      const auto [error, size] = co_await stream_.async_read_some(
          buffer_.prepare(limits_.head_bytes_max + limits_.body_bytes_max - buffer_.size()),
          kAwait);
      if (error) {
        // The peer is gone or too slow. The stream closed the socket at the deadline, so no answer
        // is possible.
        co_return HeadScan{};
      }
      buffer_.commit(size);
      if (entry_.idle) {
        entry_.idle = false;
        deadline(limits_.head_timeout);
      }
      scan = find_head_end(view(buffer_), limits_);
    }
    entry_.idle = false;
    co_return scan;
  }

  Awaitable<std::optional<HttpFault>> read_body(Parser& parser, const HeadFacts& facts) {
    if (parser.is_done()) {
      co_return std::nullopt;
    }
    deadline(limits_.body_timeout);
    if (facts.expects_continue) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto [error, size] =
          co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
      if (error || size != kContinue.size()) {
        co_return std::nullopt;
      }
    }
    const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kAwait);
    static_cast<void>(size);
    if (error == http::error::body_limit || error == http::error::buffer_overflow) {
      co_return HttpFault::kBodyTooLarge;
    }
    // All other errors are of the transport: the peer is gone and an answer would not be read.
    const bool framing =
        error && error.category() == http::make_error_code(http::error::bad_chunk).category() &&
        error != http::error::partial_message && error != http::error::end_of_stream;
    co_return framing ? std::optional(HttpFault::kBadBody) : std::nullopt;
  }

  HttpRequest take_head(const Parser& parser) const {
    const auto& message = parser.get();
    HttpRequest request;
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const std::size_t mark = target.find('?');
    request.path = std::string(target.substr(0, mark));
    if (mark != std::string_view::npos) {
      request.query = std::string(target.substr(mark + 1));
    }
    std::string forwarded;
    for (const auto& field : message) {
      std::string name(field.name_string());
      for (char& c : name) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      if (name == "x-forwarded-for") {
        forwarded += forwarded.empty() ? "" : ",";
        forwarded += std::string(field.value());
      }
      request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    request.peer_ip = context_.proxies.client_of(peer_, forwarded);
    return request;
  }

  Awaitable<HttpResponse> answer(const HttpRequest& request) {
    if (is_health_path(request.path)) {
      co_return answer_health(request, context_.probe, context_.stopping);
    }
    // The socket has no deadline while a worker handles the request.
    beast::get_lowest_layer(stream_).expires_never();
    auto response = co_await in_worker(request);
    co_return response ? std::move(*response) : overloaded();
  }

  /// Hands the request to a worker and resumes on this thread with the answer; nothing if the queue
  /// is full.
  Awaitable<std::optional<HttpResponse>> in_worker(const HttpRequest& request) {
    const SocketExecutor executor = beast::get_lowest_layer(stream_).get_executor();
    const auto initiate = [this, executor, &request](auto handler) {
      auto resume = std::make_shared<decltype(handler)>(std::move(handler));
      // Keeps the socket thread running until the answer arrives.
      auto work = asio::make_work_guard(executor);
      auto task = [this, executor, &request, resume, work]() mutable {
        auto response = std::make_shared<HttpResponse>(context_.handler(request));
        asio::post(executor, [resume = std::move(resume), response] {
          (*resume)(std::optional<HttpResponse>(std::move(*response)));
        });
      };
      if (!context_.workers->try_submit(std::move(task))) {
        asio::post(executor, [resume] { (*resume)(std::optional<HttpResponse>()); });
      }
    };
    const asio::use_awaitable_t<SocketExecutor> token;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<SocketExecutor>,
                                            void(std::optional<HttpResponse>)>(initiate, token);
  }

  Awaitable<bool> refuse(HttpFault fault) {
    const HttpResponse response = refusal(fault);
    context_.log.info(
        "request_refused",
        {{"peer", peer_}, {"status", response.status}, {"code", describe(fault).code}});
    if (co_await write(response, false, false)) {
      co_await drain();
    }
    co_return false;
  }

  Awaitable<bool> write(const HttpResponse& response, bool head_only, bool keep_alive) {
    http::response<http::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) {
      if (is_safe_value(value)) {
        message.insert(name, value);
      } else {
        context_.log.error("unsafe_response_field", {{"name", name}});
      }
    }
    message.set(http::field::date, http_date());
    message.set("X-Content-Type-Options", "nosniff");
    if (context_.settings.tls) {
      message.set("Strict-Transport-Security", "max-age=31536000");
    }
    message.keep_alive(keep_alive);
    message.content_length(response.body.size());
    if (!head_only) {
      message.body() = response.body;
    }
    deadline(limits_.write_timeout);
    const auto [error, size] = co_await http::async_write(stream_, message, kAwait);
    co_return !error && size > 0;
  }

  Awaitable<void> drain() {
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::socket_base::shutdown_send, ignored);
    deadline(kDrainTimeout);
    for (std::size_t dropped = 0; dropped < kDrainBytesMax;) {
      buffer_.clear();
      const auto [error, size] = co_await beast::get_lowest_layer(stream_).async_read_some(
          buffer_.prepare(limits_.head_bytes_max), kAwait);
      if (error) {
        break;
      }
      dropped += size;
    }
  }

  void note(const HttpRequest& request, int status, Clock::time_point begun) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count();
    const auto id = request.header("client-request-id");
    if (is_health_path(request.path)) {
      return;
    }
    context_.log.info("request", {{"method", request.method},
                                  {"path", request.path},
                                  {"status", status},
                                  {"micros", micros},
                                  {"peer", request.peer_ip.empty() ? "unknown" : request.peer_ip},
                                  {"client_request_id", id}});
  }

  Stream& stream_;
  ConnectionContext& context_;
  const HttpLimits& limits_;
  ConnectionEntry& entry_;
  std::string peer_;
  /// The buffer of the connection; early bytes of the next request stay in it.
  beast::flat_buffer buffer_;
};

/// Lists the connection in the context while it is served.
class ListedConnection {
 public:
  ListedConnection(ConnectionContext& context, TcpStream& stream)
      : context_(context), at_(context.open.insert(context.open.end(), ConnectionEntry{})) {
    at_->close = [&stream] { stream.close(); };
  }
  ~ListedConnection() { context_.open.erase(at_); }
  ListedConnection(const ListedConnection&) = delete;
  ListedConnection& operator=(const ListedConnection&) = delete;
  [[nodiscard]] ConnectionEntry& entry() { return *at_; }

 private:
  ConnectionContext& context_;
  std::list<ConnectionEntry>::iterator at_;
};

std::string peer_of(const Socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

Awaitable<void> serve_tls(TcpStream plain, asio::ssl::context& tls, std::string peer,
                          ConnectionContext& context) {
  TlsStream stream(std::move(plain), tls);
  ListedConnection listed(context, beast::get_lowest_layer(stream));
  beast::get_lowest_layer(stream).expires_after(context.settings.limits.handshake_timeout);
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (error) {
    context.log.debug("tls_handshake_failed", {{"peer", peer}, {"error", error.message()}});
    co_return;
  }
  co_await Connection<TlsStream>(stream, context, listed.entry(), std::move(peer)).serve();
  beast::get_lowest_layer(stream).expires_after(kDrainTimeout);
  const auto [ignored] = co_await stream.async_shutdown(kAwait);
  static_cast<void>(ignored);
}

}  // namespace

Awaitable<void> serve_connection(Socket socket, std::shared_ptr<asio::ssl::context> tls,
                                 ConnectionContext& context) {
  std::string peer = peer_of(socket);
  boost::system::error_code ignored;
  (void)socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  TcpStream stream(std::move(socket));
  if (tls) {
    co_await serve_tls(std::move(stream), *tls, std::move(peer), context);
    co_return;
  }
  ListedConnection listed(context, stream);
  co_await Connection<TcpStream>(stream, context, listed.entry(), std::move(peer)).serve();
  (void)stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

Awaitable<void> turn_away(Socket socket, bool tls) {
  if (!tls) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n"
        "cache-control: no-store\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: "
        "60\r\n\r\n"
        R"({"error":"temporarily_unavailable","suberror":"connections"})";
    TcpStream stream(std::move(socket));
    stream.expires_after(kDrainTimeout);
    const auto [error, size] = co_await asio::async_write(stream, asio::buffer(kFull), kAwait);
    static_cast<void>(error);
    static_cast<void>(size);
  }
}

}  // namespace gate::server
