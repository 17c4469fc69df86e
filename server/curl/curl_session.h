#pragma once

#include <curl/curl.h>

#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace gate::server {

/// One libcurl easy handle. It is kept over many transfers, so that its connection is reused.
/// Belongs to one thread.
class CurlSession {
 public:
  static Result<CurlSession> create();

  /// Resets the options, keeps the connection, and sets what every transfer needs: no signals, no
  /// redirects, no progress output, our time limits.
  void begin(long connect_timeout_ms, long total_timeout_ms);
  /// Runs the transfer; blocks.
  CURLcode perform();

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  /// The last protocol answer (SMTP reply or HTTP status); 0 if there was none.
  [[nodiscard]] long response_code() const;
  /// libcurl's description of the last failure, in one line.
  [[nodiscard]] std::string failure(CURLcode code) const;

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  explicit CurlSession(CURL* handle)
      : handle_(handle), error_(std::make_unique<char[]>(CURL_ERROR_SIZE)) {}

  std::unique_ptr<CURL, Cleanup> handle_;
  std::unique_ptr<char[]> error_;
};

/// A list of strings in libcurl's form.
class CurlList {
 public:
  void add(const std::string& line) {
    list_.reset(curl_slist_append(list_.release(), line.c_str()));
  }
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Free> list_;
};

/// True when the transfer ended before any of the message can have left.
[[nodiscard]] bool failed_before_sending(CURLcode code) noexcept;

}  // namespace gate::server
