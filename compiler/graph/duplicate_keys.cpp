#include "compiler/graph/duplicate_keys.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

namespace json = boost::json;
using Code = boost::system::error_code;

/// Hears of every key as the parser meets it.
struct Handler {
  // NOLINTBEGIN(readability-identifier-naming): Boost.JSON asks for these names
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  std::vector<std::set<std::string>> objects;
  std::string key;
  std::string duplicate;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    objects.pop_back();
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code&) {
    key.append(part.data(), part.size());
    if (!objects.back().insert(fold_case(key)).second && duplicate.empty()) {
      duplicate = key;
    }
    key.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
  bool on_double(double, json::string_view, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

}  // namespace

std::string find_duplicate_key(std::string_view json_text) {
  json::parse_options options;
  options.max_depth = kGraphDepthMax;
  json::basic_parser<Handler> parser(options);
  Code failed;
  (void)parser.write_some(false, json_text.data(), json_text.size(), failed);
  return std::move(parser.handler().duplicate);
}

}  // namespace gate::graph
