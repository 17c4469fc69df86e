#pragma once

#include <cstdint>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/clock.h"

namespace gate::server {

/// How long the answer to a step of a flow is kept for a client that repeats its request (T4).
inline constexpr Micros kAnswerLife = 10 * kMicrosPerSecond;

/// The answer to the newest request that changed a flow: a step, or a failed try (T4). It lets a
/// client whose answer was lost send the same bytes again.
struct StoredAnswer {
  std::string tenant_id;
  std::string flow_id;
  std::int64_t gen = 0;  ///< of the continuation token that was presented
  Bytes request_tag;     ///< a MAC by which the same request is recognised
  Micros at = 0;         ///< when the request came
  std::string sid;       ///< the session whose tokens are in the answer; empty: none
  /// Sealed under a key that only the request itself gives. Empty while a password is evaluated:
  /// its try is counted, and there is no answer yet.
  Bytes sealed;
  friend bool operator==(const StoredAnswer&, const StoredAnswer&) = default;
};

}  // namespace gate::server
