#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/ports/random.h"
#include "server/store/sessions.h"

namespace gate::server {

/// Refresh tokens (E3): 256 random bits, known to the store by their SHA-256. Every use rotates.
/// The same token again within the grace gets the same successor, whose copy is sealed under a key
/// made of the presented token, so that the store alone can open none. Later it is theft: the
/// family ends.
inline constexpr Micros kRefreshGrace = 10 * kMicrosPerSecond;

/// A new refresh token and what the store gets of it.
struct FreshFamily {
  std::string token;  ///< for the client; the caller wipes it
  NewFamily family;
};
[[nodiscard]] Result<FreshFamily> make_family(Random& random, Micros ends_at);

enum class RefreshVerdict : std::uint8_t {
  kUsable,   ///< fresh, or repeated within the grace
  kUnknown,  ///< never issued, or to another client
  kEnded,    ///< the family was revoked or reached its end
  kReused,   ///< spent before: the caller has to end the family
};

struct OpenedRefresh {
  RefreshVerdict verdict = RefreshVerdict::kUnknown;
  RefreshRecord record;  ///< when not kUnknown
};

/// Looks at a presented token; changes nothing.
[[nodiscard]] Result<OpenedRefresh> open_refresh(SessionReads& reads, std::string_view tenant_id,
                                                 std::string_view client_id, std::string_view token,
                                                 Micros now);

/// The step from a kUsable token to its successor.
struct RefreshStep {
  std::string next;                  ///< the successor; the caller wipes it
  Bytes token_hash;                  ///< of the presented token
  std::optional<Rotation> rotation;  ///< absent: the successor was made before (the grace)
};
[[nodiscard]] Result<RefreshStep> next_refresh(Random& random, const OpenedRefresh& opened,
                                               std::string_view token);

/// Writes the step; kConflict when the token was spent, or its session revoked, since it was looked
/// at.
[[nodiscard]] Result<void> write_refresh(SessionWrites& writes, std::string_view tenant_id,
                                         const RefreshStep& step, Micros now);

}  // namespace gate::server
