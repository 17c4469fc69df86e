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

/// Ids that connect an answer with its request and its log lines.
struct RequestIds {
  std::string correlation_id;  ///< the client's, or a new one if it sent none
  std::string trace_id;
};

using PathValues = std::vector<std::string_view>;

/// One request on its way to its endpoint, with the results of the middleware.
struct Exchange {
  const HttpRequest& request;
  Micros now = 0;
  PathValues values{};  ///< of the segments `{name}`, in order
  RequestIds ids{};
  std::optional<Tenant> tenant{};
  bool origin_allowed = false;  ///< a page of the request's Origin may read the answer
};

/// Answers a request. Throws nothing.
using Handler = std::function<HttpResponse(Exchange&)>;

/// A problem of a request that is found before its endpoint is called.
enum class RequestProblem : unsigned char {
  kNoSuchRoute,
  kWrongMethod,
  kUnknownTenant,
  kUnavailable,  ///< reported to the operator already
};
/// Serialises a problem in the form of the wire that serves the path.
using ProblemWriter = std::function<HttpResponse(const Exchange&, RequestProblem)>;

}  // namespace gate::server
