#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gate::load {

/// Where the server is: `http://127.0.0.1:9090`. Plain HTTP, as a development server speaks it.
struct Origin {
  std::string host;
  std::string port;
};
[[nodiscard]] Result<Origin> parse_origin(std::string_view url);

/// What came back.
struct Reply {
  unsigned status = 0;
  boost::json::object body;
  [[nodiscard]] std::string text(std::string_view key) const;
};

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// One connection that is kept between requests and made again when the server ended it. Belongs to
/// the io_context's one thread.
class HttpClient {
 public:
  HttpClient(boost::asio::io_context& io, Origin origin);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// POSTs a form. kUnavailable when there is no answer within ten seconds or none that is JSON.
  [[nodiscard]] boost::asio::awaitable<Result<Reply>> post(std::string path, std::string body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// application/x-www-form-urlencoded.
[[nodiscard]] std::string encode_form(const Fields& fields);

}  // namespace gate::load
