#include "server/http/health.h"

#include <utility>

namespace gate::server {
namespace {

HttpResponse json(int status, std::string body) {
  return {.status = status,
          .headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}},
          .body = std::move(body)};
}

}  // namespace

bool is_health_path(std::string_view path) noexcept {
  return path == "/healthz" || path == "/readyz";
}

HttpResponse answer_health(const HttpRequest& request, const ReadinessProbe& probe, bool stopping) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refused =
        json(405, R"({"error":"invalid_request","error_description":"use GET"})");
    refused.headers.emplace_back("allow", "GET, HEAD");
    return refused;
  }
  if (request.path == "/healthz") {
    return json(200, R"({"status":"ok"})");
  }
  Readiness readiness = probe ? probe() : Readiness{.ready = true, .detail = "{}"};
  const bool ready = readiness.ready && !stopping;
  return json(ready ? 200 : 503, std::move(readiness.detail));
}

}  // namespace gate::server
