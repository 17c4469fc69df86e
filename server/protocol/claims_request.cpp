#include "server/protocol/claims_request.h"

#include <boost/json.hpp>

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kContextBytesMax = 64;

}  // namespace

std::optional<std::string> requested_context(std::string_view claims) {
  if (claims.empty()) {
    return std::string();
  }
  json::error_code failed;
  json::parse_options options;
  options.max_depth = 32;  // C8
  const json::value parsed = json::parse(claims, failed, {}, options);
  if (failed || !parsed.is_object()) {
    return std::nullopt;
  }
  // {"access_token":{"acrs":{"essential":true,"value":"c1"}}}
  const json::value* acrs = nullptr;
  if (const json::value* token = parsed.get_object().if_contains("access_token");
      token != nullptr && token->is_object()) {
    acrs = token->get_object().if_contains("acrs");
  }
  if (acrs == nullptr || acrs->is_null()) {
    return std::string();
  }
  if (!acrs->is_object()) {
    return std::nullopt;
  }
  const json::value* value = acrs->get_object().if_contains("value");
  if (const json::value* values = acrs->get_object().if_contains("values");
      value == nullptr && values != nullptr && values->is_array() &&
      values->get_array().size() == 1) {
    value = &values->get_array()[0];
  }
  if (value == nullptr || !value->is_string() || value->get_string().empty() ||
      value->get_string().size() > kContextBytesMax) {
    return std::nullopt;  // a context was requested in an unknown form
  }
  return std::string(value->get_string());
}

}  // namespace gate::server
