#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/exchange.h"
#include "server/ports/clock.h"

namespace gate::server::native_auth_v1 {

/// Every error that the protocol can answer; the list is `wire_error.def`.
enum class WireError : std::uint8_t {
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) k##id,
#include "server/protocol/native_auth_v1/wire_error.def"
};

/// What an endpoint answers, before headers and ids are put on it. Error answers carry a kind, so
/// that time stamp and ids are added in one place.
struct Answer {
  int status = 200;
  boost::json::object body;
  Micros retry_after = 0;  ///< for 429: how long from now; 0: no such header

  [[nodiscard]] static Answer ok(boost::json::object body);
  /// `detail` is added to the description. Never give it a value that came from the client.
  [[nodiscard]] static Answer error(WireError error, std::string_view detail = {});
  /// The last resort (native-auth-api 11.7).
  [[nodiscard]] static Answer redirect(std::string_view reason);
  [[nodiscard]] static Answer too_many(Micros retry_after);
  /// The same answer with a continuation token in its body.
  [[nodiscard]] Answer with_token(std::string_view continuation_token) &&;
};

/// Serialises: JSON body, no-store, ids, Retry-After (C9). Error bodies get timestamp and ids.
[[nodiscard]] HttpResponse to_http(Answer answer, const RequestIds& ids, Micros now);

/// `2026-03-09 10:15:00Z`
[[nodiscard]] std::string timestamp(Micros at);

}  // namespace gate::server::native_auth_v1
