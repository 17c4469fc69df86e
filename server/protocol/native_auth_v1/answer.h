#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/exchange.h"
#include "server/ports/clock.h"

namespace gate::server::native_auth_v1 {

/// Every error of the protocol; the list is `wire_error.def`.
enum class WireError : std::uint8_t {
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) k##id,
#include "server/protocol/native_auth_v1/wire_error.def"
};

/// The answer of an endpoint, before headers and ids are added. An error answer keeps its kind, so
/// that time stamp and ids are added in one place.
struct Answer {
  int status = 200;
  boost::json::object body;
  Micros retry_after = 0;  ///< of a refusal by a limit: the time from now; 0: no header

  [[nodiscard]] static Answer ok(boost::json::object body);
  /// `detail` is appended to the description. It must never contain a value from the client.
  [[nodiscard]] static Answer error(WireError error, std::string_view detail = {});
  /// Sends the user to a browser (native-auth-api 11.7).
  [[nodiscard]] static Answer redirect(std::string_view reason);
  /// A refusal by a limit (B9).
  [[nodiscard]] static Answer limited(WireError error, Micros retry_after);
  /// The answer as a text, to be given again (T4), and back.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static Answer from_text(std::string_view text);
  /// The same answer with a continuation token in its body.
  [[nodiscard]] Answer with_token(std::string_view continuation_token) &&;
};

/// Serialises the answer: JSON body, no-store, ids, Retry-After (C9). Error bodies get a timestamp
/// and the ids.
[[nodiscard]] HttpResponse to_http(Answer answer, const RequestIds& ids, Micros now);

/// `2026-03-09 10:15:00Z`
[[nodiscard]] std::string timestamp(Micros at);

}  // namespace gate::server::native_auth_v1
