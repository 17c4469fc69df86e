#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/ports/random.h"
#include "server/store/sessions.h"

namespace gate::server {

/// Refresh tokens (E3): 256 random bits, stored as their SHA-256. Every use rotates the token. A
/// second use within the grace period gets the same successor; its stored copy is sealed under a
/// key derived from the presented token, so that the store alone cannot open it. A later use counts
/// as theft and ends the family.
inline constexpr Micros kRefreshGrace = 10 * kMicrosPerSecond;

/// A new refresh token and its stored form.
struct FreshFamily {
  std::string token;  ///< for the client; the caller wipes it
  NewFamily family;
};
[[nodiscard]] Result<FreshFamily> make_family(Random& random, Micros ends_at);

enum class RefreshVerdict : std::uint8_t {
  kUsable,   ///< unused, or repeated within the grace period
  kUnknown,  ///< never issued, or to another client
  kEnded,    ///< the family was revoked or reached its end
  kReused,   ///< used before: the caller must end the family
};

struct OpenedRefresh {
  RefreshVerdict verdict = RefreshVerdict::kUnknown;
  RefreshRecord record;  ///< when not kUnknown
};

/// Looks up a presented token; changes nothing.
[[nodiscard]] Result<OpenedRefresh> open_refresh(SessionReads& reads, std::string_view tenant_id,
                                                 std::string_view client_id, std::string_view token,
                                                 Micros now);

/// The step from a kUsable token to its successor.
struct RefreshStep {
  std::string next;                  ///< the successor; the caller wipes it
  Bytes token_hash;                  ///< of the presented token
  std::optional<Rotation> rotation;  ///< absent: the successor exists already (grace period)
};
[[nodiscard]] Result<RefreshStep> next_refresh(Random& random, const OpenedRefresh& opened,
                                               std::string_view token);

/// Writes the step. kConflict when the token was used, or its session revoked, since it was looked
/// up, or when the user has not `methods_gen` any more.
[[nodiscard]] Result<void> write_refresh(SessionWrites& writes, std::string_view tenant_id,
                                         const RefreshStep& step, std::int64_t methods_gen,
                                         Micros now);

}  // namespace gate::server
