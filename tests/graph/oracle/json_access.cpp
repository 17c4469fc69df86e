#include "tests/graph/oracle/json_access.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace graph_oracle {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void split_commas(std::string_view joined, std::vector<std::string>& out) {
  while (!joined.empty()) {
    const auto comma = joined.find(',');
    auto part = joined.substr(0, comma);
    while (part.starts_with(' ')) {
      part.remove_prefix(1);
    }
    while (part.ends_with(' ')) {
      part.remove_suffix(1);
    }
    if (!part.empty()) {
      out.emplace_back(part);
    }
    joined = comma == std::string_view::npos ? std::string_view{} : joined.substr(comma + 1);
  }
}

}  // namespace

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

const json::value* member(const json::value* object, std::string_view key) {
  if (object == nullptr || !object->is_object()) {
    return nullptr;
  }
  for (const auto& entry : object->get_object()) {
    if (same(entry.key(), key) && !entry.value().is_null()) {
      return &entry.value();
    }
  }
  return nullptr;
}

std::string text(const json::value* object, std::string_view key, std::string_view otherwise) {
  const auto* found = member(object, key);
  return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                : std::string(otherwise);
}

bool flag(const json::value* object, std::string_view key) {
  const auto* found = member(object, key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::int64_t number(const json::value* object, std::string_view key, std::int64_t otherwise) {
  const auto* found = member(object, key);
  return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
}

std::vector<std::string> list(const json::value* object, std::string_view key) {
  std::vector<std::string> out;
  const auto* found = member(object, key);
  if (found == nullptr) {
    return out;
  }
  if (found->is_string()) {
    split_commas(found->get_string(), out);
  } else if (found->is_array()) {
    for (const auto& each : found->get_array()) {
      if (each.is_string()) {
        out.emplace_back(each.get_string());
      }
    }
  }
  return out;
}

bool holds(const std::vector<std::string>& values, std::string_view value) {
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& each) { return same(each, value); });
}

bool holds_any(const std::vector<std::string>& values, const std::vector<std::string>& some) {
  return std::any_of(some.begin(), some.end(),
                     [&](const std::string& each) { return holds(values, each); });
}

}  // namespace graph_oracle
