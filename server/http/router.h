#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/exchange.h"

namespace gate::server {

/// Endpoints by method and path template. A segment `{name}` takes one segment of a path, of 1 to
/// `kSegmentBytesMax` bytes; every other segment is compared byte for byte. Nothing is decoded.
/// Immutable once it serves; any number of threads.
class Router {
 public:
  static constexpr std::size_t kSegmentBytesMax = 253;

  /// `path`: "/{tenant}/oauth2/v2.0/token". The same method and path twice is a programmer error.
  void add(std::string_view method, std::string_view path, Handler handler);

  struct Match {
    const Handler* handler = nullptr;  ///< null: no such path, or not with this method
    bool path_known = false;
    bool accepts_post = false;  ///< so pages of other origins may ask first (CORS)
    PathValues values;          ///< of the `{name}` segments, in order
  };
  /// HEAD is served by the handler of GET.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace gate::server
