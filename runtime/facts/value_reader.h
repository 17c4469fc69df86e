#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <gate/result.hpp>
#include <gate/vocabulary.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/facts/json_document.h"
#include "runtime/facts/json_path.h"

namespace gate::facts {

/// Reads values of the kinds that requests are made of: into `out`, or it complains, with the path
/// of the value, and is false. The first complaint ends the reading. One thread at a time.
class ValueReader {
 public:
  using Element = simdjson::dom::element;

 protected:
  /// Always false.
  bool fail(const JsonPath& path, std::string_view problem);

  bool text(const Element& value, const JsonPath& path, std::string_view& out);
  bool truth(const Element& value, const JsonPath& path, bool& out);
  bool tristate(const Element& value, const JsonPath& path, Tristate& out);
  bool number(const Element& value, const JsonPath& path, std::optional<std::int64_t>& out);
  bool texts(const Element& value, const JsonPath& path, std::vector<std::string_view>& out);
  template <typename E, typename Parse>
  bool enumerator(const Element& value, const JsonPath& path, Parse parse, E& out);
  /// on_member(key, value, path) for each; a key that stands twice is refused.
  template <typename OnMember>
  bool members(const Element& value, const JsonPath& path, OnMember on_member);
  template <typename Each>
  bool elements(const Element& value, const JsonPath& path, Each each);
  static bool has_member(const Element& value, std::string_view key);

  JsonDocument document_;
  Error error_;
  std::vector<std::string_view> keys_;  ///< of the objects that are being read, outer ones first

 private:
  /// Up to so many keys of an object are compared with each other; more are sorted.
  static constexpr std::size_t kFewKeys = 32;
  bool no_key_twice(const JsonPath& path, std::size_t first);
};

template <typename E, typename Parse>
bool ValueReader::enumerator(const Element& value, const JsonPath& path, Parse parse, E& out) {
  std::string_view word;
  if (!text(value, path, word)) {
    return false;
  }
  const std::optional<E> member = parse(word);
  if (!member) {
    return fail(path, fmt::format("`{}` is not a value of this fact", word));
  }
  out = *member;
  return true;
}

template <typename OnMember>
bool ValueReader::members(const Element& value, const JsonPath& path, OnMember on_member) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return fail(path, "must be an object");
  }
  const std::size_t first = keys_.size();
  for (const simdjson::dom::key_value_pair& member : object) {
    if (!document_.is_text(member.key)) {
      return fail(JsonPath(), "not JSON: half of a surrogate pair");
    }
    keys_.push_back(member.key);
    const JsonPath where(path, member.key);
    // Readers differ in which of two equal keys they believe, so two are refused (CWE-436).
    const auto own = std::span(keys_).subspan(first);
    if (own.size() <= kFewKeys &&
        std::find(own.begin(), own.end() - 1, member.key) != own.end() - 1) {
      return fail(where, "stands twice");
    }
    if (!on_member(member.key, Element(member.value), where)) {
      return false;
    }
  }
  if (keys_.size() - first > kFewKeys && !no_key_twice(path, first)) {
    return false;
  }
  keys_.resize(first);
  return true;
}

template <typename Each>
bool ValueReader::elements(const Element& value, const JsonPath& path, Each each) {
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) {
    return fail(path, "must be an array");
  }
  std::size_t i = 0;
  for (const Element element : array) {
    if (!each(element, JsonPath(path, i++))) {
      return false;
    }
  }
  return true;
}

}  // namespace gate::facts
