#include "runtime/facts/duplicate_keys.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace gate::facts {
namespace {

namespace json = boost::json;

/// Hears the events of a parse and remembers the keys of the objects that are open.
struct KeyHandler {
  constexpr static std::size_t max_object_size = 4096;
  constexpr static std::size_t max_array_size = 4096;
  constexpr static std::size_t max_key_size = 8192;
  constexpr static std::size_t max_string_size = 256 * 1024;

  std::vector<std::set<std::string, std::less<>>> open;
  std::string key;
  std::optional<std::string> duplicate;

  bool on_document_begin(json::error_code& /*ec*/) { return true; }
  bool on_document_end(json::error_code& /*ec*/) { return true; }
  bool on_object_begin(json::error_code& /*ec*/) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t /*n*/, json::error_code& /*ec*/) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code& /*ec*/) { return true; }
  bool on_array_end(std::size_t /*n*/, json::error_code& /*ec*/) { return true; }
  bool on_key_part(json::string_view s, std::size_t /*n*/, json::error_code& /*ec*/) {
    key.append(s.data(), s.size());
    return true;
  }
  bool on_key(json::string_view s, std::size_t /*n*/, json::error_code& ec) {
    key.append(s.data(), s.size());
    if (!open.back().insert(key).second) {
      duplicate = key;
      ec = json::error::exception;
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(json::string_view /*s*/, std::size_t /*n*/, json::error_code& /*ec*/) {
    return true;
  }
  bool on_string(json::string_view /*s*/, std::size_t /*n*/, json::error_code& /*ec*/) {
    return true;
  }
  bool on_number_part(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
  bool on_int64(std::int64_t /*i*/, json::string_view /*s*/, json::error_code& /*ec*/) {
    return true;
  }
  bool on_uint64(std::uint64_t /*i*/, json::string_view /*s*/, json::error_code& /*ec*/) {
    return true;
  }
  bool on_double(double /*d*/, json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
  bool on_bool(bool /*b*/, json::error_code& /*ec*/) { return true; }
  bool on_null(json::error_code& /*ec*/) { return true; }
  bool on_comment_part(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
  bool on_comment(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
};

}  // namespace

std::optional<std::string> find_json_fault(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<KeyHandler> parser(options);
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (parser.handler().duplicate) {
    return "the key \"" + *parser.handler().duplicate + "\" occurs twice";
  }
  if (ec) {
    return "not JSON: " + ec.message() + " near byte " + std::to_string(read);
  }
  if (read != text.size()) {
    return "not JSON: something follows the document at byte " + std::to_string(read);
  }
  return std::nullopt;
}

}  // namespace gate::facts
