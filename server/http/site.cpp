#include "server/http/site.h"

#include <algorithm>

#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr std::size_t kRequestIdBytesMax = 64;
constexpr std::size_t kHeaderListBytesMax = 1024;
constexpr std::string_view kPreflightMaxAge = "600";

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

/// True if the id is safe in a header of the answer and in a log line.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kRequestIdBytesMax &&
         std::all_of(text.begin(), text.end(), is_word_char);
}

bool is_header_list(std::string_view text) {
  return text.size() <= kHeaderListBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
           return is_word_char(c) || c == ',' || c == ' ';
         });
}

std::string_view first_segment(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return {};
  }
  return path.substr(1, path.find('/', 1) - 1);
}

HttpResponse preflight(const Exchange& exchange) {
  HttpResponse response;
  response.status = 204;
  response.headers = {{"cache-control", "no-store"}, {"vary", "origin"}};
  if (exchange.origin_allowed) {
    // The requested headers are repeated, because apps add x-* headers of their own
    // (native-auth-api 1.2).
    const std::string_view asked = exchange.request.header("access-control-request-headers");
    response.headers.emplace_back("access-control-allow-origin", exchange.request.header("origin"));
    response.headers.emplace_back("access-control-allow-methods", "POST, OPTIONS");
    response.headers.emplace_back("access-control-max-age", kPreflightMaxAge);
    if (!asked.empty() && is_header_list(asked)) {
      response.headers.emplace_back("access-control-allow-headers", asked);
    }
  }
  return response;
}

/// Allows a page of a listed origin to read the answer, unless the endpoint has set this already.
void add_cors(const Exchange& exchange, HttpResponse& response) {
  const bool said =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "access-control-allow-origin"; });
  if (!exchange.origin_allowed || said) {
    return;
  }
  response.headers.emplace_back("access-control-allow-origin", exchange.request.header("origin"));
  response.headers.emplace_back("access-control-expose-headers",
                                "x-ms-request-id, client-request-id, retry-after");
  response.headers.emplace_back("vary", "origin");
}

}  // namespace

void allow_origin_of(Exchange& exchange, const Client& client) {
  const std::string_view origin = exchange.request.header("origin");
  exchange.origin_allowed =
      !origin.empty() &&
      std::find(client.origins.begin(), client.origins.end(), origin) != client.origins.end();
}

HttpResponse Site::handle(const HttpRequest& request) const noexcept {
  Exchange exchange{.request = request, .now = parts_.clock.now()};
  HttpResponse response = answer(exchange);
  add_cors(exchange, response);
  return response;
}

HttpResponse Site::answer(Exchange& exchange) const {
  if (const Result<void> set = set_ids(exchange); !set) {
    return unavailable(exchange, set.error());
  }
  const HttpRequest& request = exchange.request;
  Router::Match match = router_.find(request.method, request.path);
  exchange.values = match.values;
  // A page may read the error even if there is no such endpoint.
  const bool has_origin = !request.header("origin").empty();
  if (match.path_known || has_origin) {
    const std::string_view segment =
        match.values.empty() ? first_segment(request.path) : match.values.front();
    const bool has_client = match.accepts_post && request.method == "POST" && parts_.client_of;
    const std::string client_id = has_client ? parts_.client_of(request) : std::string();
    if (const Result<void> looked = look_up(exchange, segment, client_id); !looked) {
      return unavailable(exchange, looked.error());
    }
  }
  return dispatch(exchange, match);
}

HttpResponse Site::dispatch(Exchange& exchange, const Router::Match& match) const {
  if (!match.path_known) {
    return parts_.write_problem(exchange, RequestProblem::kNoSuchRoute);
  }
  if (!exchange.tenant) {
    return parts_.write_problem(exchange, RequestProblem::kUnknownTenant);
  }
  if (exchange.request.method == "OPTIONS" && match.accepts_post) {
    return preflight(exchange);
  }
  if (match.handler == nullptr) {
    return parts_.write_problem(exchange, RequestProblem::kWrongMethod);
  }
  HttpResponse response = (*match.handler)(exchange);
  if (exchange.request.method == "HEAD") {
    response.body.clear();
  }
  return response;
}

Result<void> Site::set_ids(Exchange& exchange) const {
  GATE_TRY(exchange.ids.trace_id, random_guid(parts_.random));
  const std::string_view asked = exchange.request.header("client-request-id");
  exchange.ids.correlation_id = is_request_id(asked) ? std::string(asked) : exchange.ids.trace_id;
  return {};
}

Result<void> Site::look_up(Exchange& exchange, std::string_view segment,
                           const std::string& client_id) const {
  if (segment.empty() || segment.size() > Router::kSegmentBytesMax) {
    return {};
  }
  const std::string_view origin = exchange.request.header("origin");
  return parts_.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(exchange.tenant, reads.find_tenant(segment));
    if (exchange.tenant && !client_id.empty()) {
      GATE_TRY(exchange.client, reads.find_client(exchange.tenant->id, client_id));
    }
    if (exchange.tenant && !origin.empty()) {
      GATE_TRY(exchange.origin_allowed, reads.origin_is_listed(exchange.tenant->id, origin));
    }
    return {};
  });
}

HttpResponse Site::unavailable(const Exchange& exchange, const Error& error) const {
  if (parts_.on_failure) {
    parts_.on_failure(error);
  }
  return parts_.write_problem(exchange, RequestProblem::kUnavailable);
}

}  // namespace gate::server
