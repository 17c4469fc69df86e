#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.h"
#include "server/ports/clock.h"
#include "server/protocol/send_caps.h"

namespace gate::server {

/// Every error that the protocol can answer; the list is `wire_error.def`.
enum class WireError : std::uint8_t {
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) k##id,
#include "server/protocol/wire_error.def"
};

/// What an endpoint answers, before headers and ids are put on it. Error answers carry a kind, so
/// that time stamp and ids are added in one place.
struct Answer {
  int status = 200;
  boost::json::object body;
  Micros retry_after = 0;  ///< for 429: how long from now; 0: no such header
  /// What stood behind a refusal to send, for whoever counts; it is no part of what is answered.
  std::optional<SendCap> cap{};

  [[nodiscard]] static Answer ok(boost::json::object body);
  /// `detail` is added to the description. Never give it a value that came from the client.
  [[nodiscard]] static Answer error(WireError error, std::string_view detail = {});
  /// The last resort (native-auth-api 11.7).
  [[nodiscard]] static Answer redirect(std::string_view reason);
  [[nodiscard]] static Answer too_many(Micros retry_after);
  /// The same answer with a continuation token in its body.
  [[nodiscard]] Answer with_token(std::string_view continuation_token) &&;
};

/// Ids that tie an answer to a request and a log line.
struct AnswerIds {
  std::string correlation_id;  ///< the client's, or ours where it sent none
  std::string trace_id;
};

/// Serialises: JSON body, no-store, ids, Retry-After (C9). Error bodies get timestamp and ids.
[[nodiscard]] HttpResponse to_http(Answer answer, const AnswerIds& ids, Micros now);

/// `2026-03-09 10:15:00Z`
[[nodiscard]] std::string timestamp(Micros at);

}  // namespace gate::server
