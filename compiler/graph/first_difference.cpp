#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "compiler/graph/normalise.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

std::string shown(const json::value* value) {
  constexpr std::size_t kShownMax = 160;
  auto text = value == nullptr ? std::string("absent") : json::serialize(*value);
  return text.size() > kShownMax ? text.substr(0, kShownMax) + "…" : text;
}

}  // namespace

std::string first_difference(const json::value& a, const json::value& b, const std::string& path) {
  if (a == b) {
    return {};
  }
  if (a.is_object() && b.is_object()) {
    std::set<std::string> keys;
    for (const auto* object : {&a.get_object(), &b.get_object()}) {
      for (const auto& entry : *object) {
        keys.emplace(entry.key());
      }
    }
    for (const auto& key : keys) {
      const auto* left = a.get_object().if_contains(key);
      const auto* right = b.get_object().if_contains(key);
      const auto inner = fmt::format("{}.{}", path, key);
      if (left == nullptr || right == nullptr) {
        return fmt::format("{}: {} became {}", inner, shown(left), shown(right));
      }
      if (auto found = first_difference(*left, *right, inner); !found.empty()) {
        return found;
      }
    }
  }
  return fmt::format("{}: {} became {}", path, shown(&a), shown(&b));
}

}  // namespace gate::graph
