#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/http/exchange.h"
#include "server/http/router.h"
#include "server/ports/clock.h"
#include "server/ports/random.h"
#include "server/store/store.h"

namespace gate::server {

/// The middleware between listener and endpoint. It is the same for every wire, also on errors:
///
///   ids      a new trace id; the client's correlation id if it is safe to repeat
///   route    method and path template
///   tenant   by the first segment of the path, id or domain
///   client   by the id that the wire finds in the request; in the same read as the tenant
///   origin   CORS: which pages may read the answer; preflights (C9)
///   endpoint the handler of the route
///
/// Safe from any number of threads. Blocks for the store, so it belongs on worker threads. Throws
/// nothing.
class Site {
 public:
  struct Parts {
    Store& store;
    const Clock& clock;
    Random& random;
    /// Called for each failure behind a kUnavailable answer. The text holds no secrets.
    std::function<void(const Error&)> on_failure;
    ProblemWriter write_problem;
    ClientNamer client_of{};  ///< empty: no route has clients
  };
  Site(Parts parts, Router router) : parts_(std::move(parts)), router_(std::move(router)) {}

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) const noexcept;
  /// As `Router::endpoints`.
  [[nodiscard]] std::vector<std::string> endpoints() const { return router_.endpoints(); }

 private:
  [[nodiscard]] HttpResponse answer(Exchange& exchange) const;
  [[nodiscard]] HttpResponse dispatch(Exchange& exchange, const Router::Match& match) const;
  [[nodiscard]] Result<void> set_ids(Exchange& exchange) const;
  /// Finds the tenant, the client `client_id` if it is not empty, and whether any client of the
  /// tenant lists the origin.
  [[nodiscard]] Result<void> look_up(Exchange& exchange, std::string_view segment,
                                     const std::string& client_id) const;
  [[nodiscard]] HttpResponse unavailable(const Exchange& exchange, const Error& error) const;

  Parts parts_;
  Router router_;
};

/// Restricts `origin_allowed` to the origins of one client, once the client is known (C9).
void allow_origin_of(Exchange& exchange, const Client& client);

}  // namespace gate::server
