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
  std::optional<Client> client{};  ///< that the request names, if the tenant has it
  bool origin_allowed = false;     ///< a page of the request's Origin may read the answer
};

/// Answers a request. Throws nothing.
using Handler = std::function<HttpResponse(Exchange&)>;

/// The id of the client that a request names; empty: none, or the request cannot be read.
using ClientNamer = std::function<std::string(const HttpRequest&)>;

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
