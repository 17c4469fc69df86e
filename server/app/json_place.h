#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// A JSON object with its place in the file. It records which keys were read, so that `finish` can
/// refuse an unknown key by name. The first error is kept; later calls return defaults.
class JsonPlace {
 public:
  /// `place` is empty for the document itself. `error` outlives this object and is shared by all
  /// objects of the file.
  JsonPlace(const boost::json::value& value, std::string place, std::string& error);

  /// A string; empty when absent. Control characters and more than 1024 bytes are errors.
  std::string text(std::string_view key);
  /// A string that must be present and not empty.
  std::string required_text(std::string_view key);
  /// One of `words` (the empty string when absent).
  std::string word(std::string_view key, std::initializer_list<std::string_view> words);
  bool flag(std::string_view key, bool absent);
  /// A whole number from `least` to `most`.
  std::int64_t integer(std::string_view key, std::int64_t absent, std::int64_t least,
                       std::int64_t most);
  std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  /// Every element of a list of objects.
  void each(std::string_view key, const std::function<void(JsonPlace&)>& take);
  /// Every member of an object of plain values (string, integer, boolean), values in policy syntax.
  std::vector<std::pair<std::string, std::string>> plain_values(std::string_view key);

  /// Every member of an object of strings.
  std::vector<std::pair<std::string, std::string>> named_texts(std::string_view key);

  /// Call this last: a key that was not read is an error.
  void finish();
  /// Records an error about `key`.
  void wrong(std::string_view key, std::string_view what);

 private:
  const boost::json::value* take(std::string_view key);
  [[nodiscard]] std::string place_of(std::string_view key) const;
  bool good_text(std::string_view key, const boost::json::value& value);

  const boost::json::object* object_ = nullptr;
  std::string place_;
  std::string& error_;
  std::vector<std::string_view> taken_;
};

}  // namespace gate::server
