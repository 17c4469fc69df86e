#include "server/http/router.h"

#include <algorithm>
#include <gate/export.hpp>

namespace gate::server {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.empty() || path.front() != '/') {
    return segments;
  }
  path.remove_prefix(1);
  while (true) {
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) {
      return segments;
    }
    path.remove_prefix(end + 1);
  }
}

bool is_name(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](const std::string& wanted, std::string_view segment) {
                      return is_name(wanted)
                                 ? !segment.empty() && segment.size() <= Router::kSegmentBytesMax
                                 : wanted == segment;
                    });
}

}  // namespace

void Router::add(std::string_view method, std::string_view path, Handler handler) {
  Route route{std::string(method), {}, std::move(handler)};
  for (const std::string_view segment : split(path)) {
    route.segments.emplace_back(segment);
  }
  GATE_CHECK(!route.segments.empty(), "a route needs a path");
  const bool twice = std::any_of(routes_.begin(), routes_.end(), [&route](const Route& other) {
    return other.method == route.method && other.segments == route.segments;
  });
  GATE_CHECK(!twice, "two handlers for one route");
  routes_.push_back(std::move(route));
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const std::vector<std::string_view> segments = split(path);
  Match match;
  for (const Route& route : routes_) {
    if (!fits(route.segments, segments)) {
      continue;
    }
    if (!match.path_known) {
      match.path_known = true;
      for (std::size_t i = 0; i < segments.size(); ++i) {
        if (is_name(route.segments[i])) {
          match.values.push_back(segments[i]);
        }
      }
    }
    match.accepts_post = match.accepts_post || route.method == "POST";
    if (route.method == wanted) {
      match.handler = &route.handler;
    }
  }
  return match;
}

std::vector<std::string> Router::endpoints() const {
  std::vector<std::string> all;
  for (const Route& route : routes_) {
    std::string text = route.method + " ";
    for (const std::string& segment : route.segments) {
      text.append("/").append(segment);
    }
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace gate::server
