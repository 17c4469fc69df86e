#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/exchange.h"

namespace gate::server {

/// Endpoints by method and path template. A segment `{name}` matches one path segment of 1 to
/// `kSegmentBytesMax` bytes; every other segment is compared byte for byte. Nothing is decoded.
/// Immutable once it serves; safe from any number of threads.
class Router {
 public:
  static constexpr std::size_t kSegmentBytesMax = 253;

  /// Adds an endpoint, e.g. with the path "/{tenant}/oauth2/v2.0/token". Adding a method and path
  /// twice is a programmer error.
  void add(std::string_view method, std::string_view path, Handler handler);

  struct Match {
    const Handler* handler = nullptr;  ///< null: no such path, or none with this method
    bool path_known = false;
    bool accepts_post = false;  ///< then a preflight is answered (CORS)
    PathValues values;          ///< of the `{name}` segments, in order
  };
  /// HEAD is served by the handler of GET.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

  /// All endpoints as `POST /{tenant}/oauth2/v2.0/token`, in the order in which they were added.
  [[nodiscard]] std::vector<std::string> endpoints() const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace gate::server
