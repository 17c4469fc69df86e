#include "server/protocol/native_auth_v1/answer.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <ctime>

namespace gate::server::native_auth_v1 {
namespace {

struct Row {
  int status;
  std::string_view error;
  std::string_view suberror;
  int code;
  std::string_view text;
};

constexpr std::array kRows = {
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) \
  Row{status, error, suberror, code, text},
#include "server/protocol/native_auth_v1/wire_error.def"
};

}  // namespace

Answer Answer::ok(boost::json::object body) {
  return {200, std::move(body), 0};
}

Answer Answer::error(WireError error, std::string_view detail) {
  const Row& row = kRows[static_cast<std::size_t>(error)];
  std::string description = "AADSTS" + std::to_string(row.code) + ": " + std::string(row.text);
  if (!detail.empty()) {
    description.append(" ").append(detail);
  }
  boost::json::object body{{"error", row.error},
                           {"error_description", description},
                           {"error_codes", boost::json::array{row.code}}};
  if (!row.suberror.empty()) {
    body["suberror"] = row.suberror;
  }
  return {row.status, std::move(body), 0};
}

Answer Answer::redirect(std::string_view reason) {
  return {200, {{"challenge_type", "redirect"}, {"redirect_reason", reason}}, 0};
}

Answer Answer::limited(WireError error, Micros retry_after) {
  Answer answer = Answer::error(error);
  answer.retry_after = std::max<Micros>(retry_after, kMicrosPerSecond);
  return answer;
}

std::string Answer::to_text() const {
  return boost::json::serialize(boost::json::array{status, retry_after, body});
}

Answer Answer::from_text(std::string_view text) {
  const boost::json::value parts = boost::json::parse(text);
  return {parts.at(0).to_number<int>(), parts.at(2).as_object(), parts.at(1).as_int64()};
}

Answer Answer::with_token(std::string_view continuation_token) && {
  body["continuation_token"] = continuation_token;
  return std::move(*this);
}

std::string timestamp(Micros at) {
  const auto seconds = static_cast<std::time_t>(at / kMicrosPerSecond);
  std::tm parts{};
  (void)gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts);
  return {text.data(), size};
}

HttpResponse to_http(Answer answer, const RequestIds& ids, Micros now) {
  HttpResponse response;
  response.status = answer.status;
  if (answer.body.contains("error")) {
    answer.body["timestamp"] = timestamp(now);
    answer.body["trace_id"] = ids.trace_id;
    answer.body["correlation_id"] = ids.correlation_id;
  }
  response.body = boost::json::serialize(answer.body);
  // x-ms-request-id repeats the client's own id. MSAL uses it as the correlation id of some later
  // requests; with another id their log lines could not be connected (native-auth-api 1).
  response.headers = {{"content-type", "application/json; charset=utf-8"},
                      {"cache-control", "no-store"},
                      {"pragma", "no-cache"},
                      {"x-content-type-options", "nosniff"},
                      {"client-request-id", ids.correlation_id},
                      {"x-ms-request-id", ids.correlation_id}};
  if (answer.retry_after > 0) {
    const Micros seconds = (answer.retry_after + kMicrosPerSecond - 1) / kMicrosPerSecond;
    response.headers.emplace_back("retry-after", std::to_string(seconds));
  }
  return response;
}

}  // namespace gate::server::native_auth_v1
