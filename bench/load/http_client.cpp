#include "bench/load/http_client.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <optional>

namespace gate::load {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kAnswerBytesMax = 64 * 1024;

Error unavailable(std::string_view what, const boost::system::error_code& error) {
  return Error{ErrorCode::kUnavailable, fmt::format("{}: {}", what, error.message())};
}

}  // namespace

Result<Origin> parse_origin(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const std::string_view rest = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  const std::size_t colon = rest.rfind(':');
  if (rest.empty() || colon == std::string_view::npos || colon + 1 == rest.size() ||
      rest.find_first_not_of("0123456789", colon + 1) != std::string_view::npos) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("`{}` is not of the form http://ADDRESS:PORT", url)};
  }
  return Origin{std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1))};
}

std::string Reply::text(std::string_view key) const {
  const boost::json::value* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

struct HttpClient::Impl {
  Impl(asio::io_context& context, Origin where) : io(context), origin(std::move(where)) {}

  asio::awaitable<Result<void>> connect() {
    asio::ip::tcp::resolver resolver(io);
    const auto [lookup, endpoints] =
        co_await resolver.async_resolve(origin.host, origin.port, kAwait);
    if (lookup) {
      co_return unavailable("cannot resolve the server", lookup);
    }
    stream.emplace(io);
    stream->expires_after(kPatience);
    const auto [error, endpoint] = co_await stream->async_connect(endpoints, kAwait);
    if (error) {
      stream.reset();
      co_return unavailable("cannot connect", error);
    }
    boost::system::error_code ignored;
    stream->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    buffer.clear();
    co_return Result<void>();
  }

  /// `lost` tells that a kept connection had ended: nothing was answered, and it may be sent again.
  asio::awaitable<Result<Reply>> exchange(const http::request<http::string_body>& request,
                                          bool& lost) {
    stream->expires_after(kPatience);
    const auto [sent, out] = co_await http::async_write(*stream, request, kAwait);
    http::response_parser<http::string_body> parser;
    parser.body_limit(kAnswerBytesMax);
    boost::system::error_code received = sent;
    if (!sent) {
      const auto [error, in] = co_await http::async_read(*stream, buffer, parser, kAwait);
      received = error;
    }
    if (received) {
      lost = received == http::error::end_of_stream || received == asio::error::broken_pipe ||
             received == asio::error::connection_reset;
      stream.reset();
      co_return unavailable("no answer", received);
    }
    Reply reply;
    reply.status = parser.get().result_int();
    boost::system::error_code malformed;
    boost::json::value body = boost::json::parse(parser.get().body(), malformed);
    if (!parser.keep_alive()) {
      stream.reset();
    }
    if (malformed || !body.is_object()) {
      co_return Error{ErrorCode::kUnavailable, "the answer is no JSON object"};
    }
    reply.body = std::move(body.get_object());
    co_return reply;
  }

  asio::io_context& io;
  Origin origin;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;
};

HttpClient::HttpClient(asio::io_context& io, Origin origin)
    : impl_(std::make_unique<Impl>(io, std::move(origin))) {}
HttpClient::~HttpClient() = default;

asio::awaitable<Result<Reply>> HttpClient::post(std::string path, std::string body) {
  http::request<http::string_body> request(http::verb::post, path, 11);
  request.set(http::field::host, impl_->origin.host + ":" + impl_->origin.port);
  request.set(http::field::content_type, "application/x-www-form-urlencoded");
  request.set("x-client-SKU", "gate.load");
  request.keep_alive(true);
  request.body() = std::move(body);
  request.prepare_payload();
  for (int attempt = 0;; ++attempt) {
    const bool kept = impl_->stream.has_value();
    if (!kept) {
      Result<void> connected = co_await impl_->connect();
      if (!connected) {
        co_return std::move(connected).error();
      }
    }
    bool lost = false;
    Result<Reply> reply = co_await impl_->exchange(request, lost);
    if (reply || !kept || !lost || attempt > 0) {
      co_return reply;
    }
  }
}

std::string encode_form(const Fields& fields) {
  std::string body;
  const auto append = [&body](std::string_view text) {
    for (const char c : text) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                         (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
      if (plain) {
        body.push_back(c);
      } else if (c == ' ') {
        body.push_back('+');
      } else {
        body += fmt::format("%{:02X}", static_cast<unsigned char>(c));
      }
    }
  };
  for (const auto& [key, value] : fields) {
    if (!body.empty()) {
      body.push_back('&');
    }
    append(key);
    body.push_back('=');
    append(value);
  }
  return body;
}

}  // namespace gate::load
