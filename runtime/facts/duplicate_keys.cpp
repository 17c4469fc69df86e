#include "runtime/facts/duplicate_keys.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <vector>

namespace gate::facts {
namespace {

namespace json = boost::json;

// The events of a parse, of which only objects and keys matter. Boost.JSON fixes these names and
// shapes. NOLINTBEGIN(readability-identifier-naming,misc-unused-parameters)
class KeyWatcher {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    open_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    open_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    key_.append(part.data(), part.size());
    auto& keys = open_.back();
    const bool seen = std::find(keys.begin(), keys.end(), key_) != keys.end();
    keys.push_back(std::move(key_));
    key_.clear();
    if (seen) {
      duplicate_ = path();
      error = json::error::not_found;  // any error: it ends the parse
      return false;
    }
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  [[nodiscard]] const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  [[nodiscard]] std::string path() const {
    std::string text = "$";
    for (const auto& keys : open_) {
      text += '.';
      text += keys.back();
    }
    return text;
  }

  std::vector<std::vector<std::string>> open_;  // the keys seen so far of each open object
  std::string key_;
  std::optional<std::string> duplicate_;
};
// NOLINTEND(readability-identifier-naming,misc-unused-parameters)

}  // namespace

std::optional<std::string> first_duplicate_key(std::string_view text) {
  json::basic_parser<KeyWatcher> parser{json::parse_options()};
  json::error_code ignored;
  parser.write_some(false, text.data(), text.size(), ignored);
  return parser.handler().duplicate();
}

}  // namespace gate::facts
