#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// A JSON object that knows its place in the file and which of its keys have been asked for, so
/// that what nobody asked for can be refused by name. The first mistake is kept; later calls give
/// defaults.
class JsonPlace {
 public:
  /// `place` is empty for the document itself. `error` outlives this and is shared by the whole
  /// reading.
  JsonPlace(const boost::json::value& value, std::string place, std::string& error);

  /// A string; the empty one when absent. Control characters and more than 1024 bytes are mistakes.
  std::string text(std::string_view key);
  /// A string that must be there and not be empty.
  std::string required_text(std::string_view key);
  /// One of `words` (the empty string when absent).
  std::string word(std::string_view key, std::initializer_list<std::string_view> words);
  bool flag(std::string_view key, bool absent);
  std::vector<std::string> texts(std::string_view key);
  /// Every element of a list of objects.
  void each(std::string_view key, const std::function<void(JsonPlace&)>& take);
  /// Every member of an object of plain values (string, integer, boolean), values in policy syntax.
  std::vector<std::pair<std::string, std::string>> plain_values(std::string_view key);

  /// To be called last: every key that was not asked for is a mistake.
  void finish();
  /// Records a mistake about `key`.
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
