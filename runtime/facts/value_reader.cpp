#include "runtime/facts/value_reader.h"

namespace gate::facts {
namespace dom = simdjson::dom;

bool ValueReader::fail(const JsonPath& path, std::string_view problem) {
  error_ = {ErrorCode::kInvalidArgument, fmt::format("{}: {}", path.text(), problem)};
  return false;
}

bool ValueReader::text(const Element& value, const JsonPath& path, std::string_view& out) {
  if (value.get_string().get(out) != simdjson::SUCCESS) {
    return fail(path, "must be a string");
  }
  return document_.is_text(out) || fail(JsonPath(), "not JSON: half of a surrogate pair");
}

bool ValueReader::truth(const Element& value, const JsonPath& path, bool& out) {
  return value.get_bool().get(out) == simdjson::SUCCESS || fail(path, "must be true or false");
}

bool ValueReader::tristate(const Element& value, const JsonPath& path, Tristate& out) {
  bool yes = false;
  if (!truth(value, path, yes)) {
    return false;
  }
  out = yes ? Tristate::kTrue : Tristate::kFalse;
  return true;
}

bool ValueReader::number(const Element& value, const JsonPath& path,
                         std::optional<std::int64_t>& out) {
  if (!value.is_int64()) {
    return fail(path, "must be a whole number of at most 63 bits");
  }
  out = value.get_int64().value_unsafe();
  return true;
}

bool ValueReader::texts(const Element& value, const JsonPath& path,
                        std::vector<std::string_view>& out) {
  dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) {
    return fail(path, "must be an array of strings");
  }
  std::size_t i = 0;
  for (const Element each : array) {
    if (!text(each, JsonPath(path, i++), out.emplace_back())) {
      return false;
    }
  }
  return true;
}

bool ValueReader::has_member(const Element& value, std::string_view key) {
  dom::object object;
  return value.get_object().get(object) == simdjson::SUCCESS &&
         object.at_key(key).error() == simdjson::SUCCESS;
}

bool ValueReader::no_key_twice(const JsonPath& path, std::size_t first) {
  std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end());
  const auto twice =
      std::adjacent_find(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end());
  return twice == keys_.end() || fail(JsonPath(path, *twice), "stands twice");
}

}  // namespace gate::facts
