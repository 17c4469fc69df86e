#include "tests/exchanges/recording.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "server/crypto/encoding.h"

namespace exchanges {
namespace {

namespace json = boost::json;
using gate::server::as_bytes;
using gate::server::HttpRequest;
using gate::server::HttpResponse;

/// The value of a header that is left out: `content-type: (none)`.
constexpr std::string_view kNone = "(none)";

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      out.push_back(c);
    } else {
      out += "%" + gate::server::hex(as_bytes(std::string_view(&c, 1)));
    }
  }
  return out;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Replaces the field of this name, or adds it.
void set_field(Fields& fields, const std::string& name, std::string value) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  if (value != kNone) {
    fields.emplace_back(name, std::move(value));
  }
}

void read_request_line(const std::string& line, HttpRequest& request) {
  const std::size_t blank = std::min(line.find(' '), line.size() - 1);
  request.method = line.substr(0, blank);
  std::string target = line.substr(blank + 1);
  if (target.starts_with("~")) {
    target = "/" + std::string(kBank) + target.substr(1);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = question < target.size() ? target.substr(question + 1) : "";
}

/// One line below the request line: `name = value` of the form, `name: value` of the head, or
/// `body | text` for a body that is sent as it stands.
void read_line(const std::string& line, Fields& form, HttpRequest& request) {
  if (line.starts_with("body | ")) {
    request.body = line.substr(7);
    return;
  }
  const std::size_t equals = line.find(" =");
  const std::size_t colon = line.find(':');
  const bool is_form =
      equals != std::string::npos && (colon == std::string::npos || equals < colon);
  const std::size_t mark = is_form ? equals : colon;
  if (mark == std::string::npos) {
    throw std::runtime_error("`" + line + "` is no line of a request");
  }
  const std::size_t value = std::min(line.size(), mark + (is_form ? 3U : 2U));
  set_field(is_form ? form : request.headers, line.substr(0, mark), line.substr(value));
}

/// The six headers of every answer except preflights and documents.
Fields usual_headers() {
  return {{"content-type", "application/json; charset=utf-8"},
          {"cache-control", "no-store"},
          {"pragma", "no-cache"},
          {"x-content-type-options", "nosniff"},
          {"client-request-id", std::string(kRequestId)},
          {"x-ms-request-id", std::string(kRequestId)}};
}

std::string write_headers(const HttpResponse& response, Symbols& symbols) {
  const Fields usual = usual_headers();
  std::string out;
  std::size_t at = 0;
  if (response.headers.size() >= usual.size() &&
      std::equal(usual.begin(), usual.end(), response.headers.begin())) {
    out = "(usual headers)\n";
    at = usual.size();
  }
  for (; at < response.headers.size(); ++at) {
    const auto& [name, value] = response.headers[at];
    if (name == "client-request-id" && value != kRequestId && value.size() == 36) {
      symbols.learn("request id", value);
    }
    out += symbols.write(name + ": " + value) + "\n";
  }
  return out;
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Gives names to the random values of this object, under the keys that clients read.
void learn_values(const json::object& body, Symbols& symbols) {
  static constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"continuation_token", "token"}, {"refresh_token", "refresh token"},
      {"trace_id", "trace"},           {"sid", "session"},
      {"jti", "access token id"},
  };
  for (const auto& [key, kind] : kNamed) {
    symbols.learn(kind, text_of(body, key));
  }
  const json::value* methods = body.if_contains("methods");
  for (const json::value& method : methods != nullptr ? methods->as_array() : json::array()) {
    const std::string id = text_of(method.as_object(), "id");
    if (id != "email" && id != "sms") {
      symbols.learn(text_of(method.as_object(), "challenge_channel"), id);
    }
  }
}

std::optional<std::string> decoded(std::string_view segment) {
  const auto bytes = gate::server::parse_base64url(segment);
  return bytes ? std::optional(std::string(bytes->begin(), bytes->end())) : std::nullopt;
}

/// Header and claims of a JWT as they were sent, and whether its signature is valid. The signature
/// itself differs each time.
std::string write_jwt(const std::string& jwt, const ServerUnderTest& server, Symbols& symbols) {
  const std::size_t first = std::min(jwt.find('.'), jwt.size());
  const std::size_t second = std::min(jwt.find('.', first + 1), jwt.size());
  const auto header = decoded(std::string_view(jwt).substr(0, first));
  const auto claims =
      decoded(std::string_view(jwt).substr(std::min(first + 1, second), second - first - 1));
  const auto signature =
      gate::server::parse_base64url(std::string_view(jwt).substr(std::min(second + 1, jwt.size())));
  if (!header || !claims || !signature) {
    return "not a JWT: " + jwt;
  }
  learn_values(json::parse(*claims).as_object(), symbols);
  const bool good = server.is_signed(std::string_view(jwt).substr(0, second), *signature);
  return symbols.write(*header + "\n    " + *claims) + "\n    signature of " +
         std::to_string(signature->size()) + (good ? " bytes, right" : " bytes, WRONG");
}

std::string write_body(const std::string& body, const ServerUnderTest& server, Symbols& symbols) {
  if (body.empty()) {
    return "(no body)\n";
  }
  json::error_code failed;
  const json::value parsed = json::parse(body, failed);
  if (failed || !parsed.is_object()) {
    return "not a JSON object: " + body + "\n";
  }
  learn_values(parsed.get_object(), symbols);
  std::vector<std::string> jwts;
  for (const auto& [key, kind] :
       {std::pair("access_token", "access token"), std::pair("id_token", "id token")}) {
    if (std::string jwt = text_of(parsed.get_object(), key); !jwt.empty()) {
      symbols.learn_without_length(kind, jwt);
      jwts.push_back(std::move(jwt));
    }
  }
  std::string out = symbols.write(body) + "\n";
  for (const std::string& jwt : jwts) {
    out += "  " + symbols.write(jwt) + ": " + write_jwt(jwt, server, symbols) + "\n";
  }
  return out;
}

}  // namespace

HttpRequest read_request(const std::string& lines, const Symbols& symbols) {
  HttpRequest request;
  Fields form;
  std::istringstream in(lines);
  std::string line;
  std::getline(in, line);
  read_request_line(symbols.read(line), request);
  if (request.method == "POST") {
    request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                       {"client-request-id", std::string(kRequestId)}};
    form = {{"client_id", std::string(kRetailApp)}};
  }
  while (std::getline(in, line)) {
    read_line(symbols.read(line), form, request);
  }
  if (request.body.empty()) {
    for (const auto& [name, value] : form) {
      request.body += request.body.empty() ? "" : "&";
      request.body += percent_encode(name) + "=" + percent_encode(value);
    }
  }
  return request;
}

std::string write_answer(const HttpResponse& response, const ServerUnderTest& server,
                         Symbols& symbols) {
  std::string out = std::to_string(response.status) + "\n";
  out += write_headers(response, symbols);
  out += write_body(response.body, server, symbols);
  return out;
}

}  // namespace exchanges
