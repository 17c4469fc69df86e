#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/tenant.h"
#include "server/http/message.h"
#include "server/ports/clock.h"

namespace gate::server {

/// Ids that tie an answer to a request and a log line.
struct RequestIds {
  std::string correlation_id;  ///< the client's, or ours where it sent none
  std::string trace_id;
};

using PathValues = std::vector<std::string_view>;

/// One request on its way through middleware to its endpoint, and what was found out on the way.
struct Exchange {
  const HttpRequest& request;
  Micros now = 0;
  PathValues values{};  ///< of the path template
  RequestIds ids{};
  std::optional<Tenant> tenant{};
  bool origin_allowed = false;  ///< a page of the request's Origin may read the answer
};

/// Answers a request. Throws nothing.
using Handler = std::function<HttpResponse(Exchange&)>;

/// What is wrong with a request before any endpoint sees it.
enum class RequestProblem : unsigned char {
  kNoSuchRoute,
  kWrongMethod,
  kUnknownTenant,
  kUnavailable,  ///< reported to the operator already
};
/// Writes a problem in the form of the wire that serves the path.
using ProblemWriter = std::function<HttpResponse(const Exchange&, RequestProblem)>;

}  // namespace gate::server
