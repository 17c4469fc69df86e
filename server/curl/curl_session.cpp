#include "server/curl/curl_session.h"

#include <algorithm>

namespace gate::server {

Result<CurlSession> CurlSession::create() {
  // Initialised once for each process; local statics are thread-safe.
  static const CURLcode kGlobal = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* handle = kGlobal == CURLE_OK ? curl_easy_init() : nullptr;
  if (handle == nullptr) {
    return Error{ErrorCode::kInternal, "libcurl could not be initialised"};
  }
  return CurlSession(handle);
}

void CurlSession::begin(long connect_timeout_ms, long total_timeout_ms) {
  curl_easy_reset(handle());
  error_[0] = '\0';
  curl_easy_setopt(handle(), CURLOPT_ERRORBUFFER, error_.get());
  curl_easy_setopt(handle(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle(), CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(handle(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle(), CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(handle(), CURLOPT_TIMEOUT_MS, total_timeout_ms);
  curl_easy_setopt(handle(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle(), CURLOPT_TCP_KEEPALIVE, 1L);
}

CURLcode CurlSession::perform() {
  return curl_easy_perform(handle());
}

long CurlSession::response_code() const {
  long code = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::string CurlSession::failure(CURLcode code) const {
  std::string text = error_[0] != '\0' ? error_.get() : curl_easy_strerror(code);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

bool failed_before_sending(CURLcode code) noexcept {
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED ||
         code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_URL_MALFORMAT || code == CURLE_OUT_OF_MEMORY;
}

}  // namespace gate::server
