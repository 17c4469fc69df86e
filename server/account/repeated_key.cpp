#include "server/account/repeated_key.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace gate::server {
namespace {

namespace json = boost::json;

/// Finds a key that an object holds twice.
class RepeatFinder {
 public:
  // Names that Boost.JSON looks for. NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  // NOLINTEND(readability-identifier-naming)
  using Text = json::string_view;
  using Fault = boost::system::error_code;

  std::string repeated;

  bool on_document_begin(Fault&) { return true; }
  bool on_document_end(Fault&) { return true; }
  bool on_object_begin(Fault&) {
    open_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Fault&) {
    open_.pop_back();
    return true;
  }
  bool on_array_begin(Fault&) { return true; }
  bool on_array_end(std::size_t, Fault&) { return true; }
  bool on_key_part(Text part, std::size_t, Fault&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, std::size_t, Fault&) {
    key_.append(part.data(), part.size());
    if (!open_.back().insert(key_).second && repeated.empty()) {
      repeated = key_;
    }
    key_.clear();
    return true;
  }
  bool on_string_part(Text, std::size_t, Fault&) { return true; }
  bool on_string(Text, std::size_t, Fault&) { return true; }
  bool on_number_part(Text, Fault&) { return true; }
  bool on_int64(std::int64_t, Text, Fault&) { return true; }
  bool on_uint64(std::uint64_t, Text, Fault&) { return true; }
  bool on_double(double, Text, Fault&) { return true; }
  bool on_bool(bool, Fault&) { return true; }
  bool on_null(Fault&) { return true; }
  bool on_comment_part(Text, Fault&) { return true; }
  bool on_comment(Text, Fault&) { return true; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
};

}  // namespace

std::string repeated_key(std::string_view text, std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<RepeatFinder> parser(options);
  boost::system::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return error ? std::string() : parser.handler().repeated;
}

}  // namespace gate::server
