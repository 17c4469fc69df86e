#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/ports/random.h"
#include "server/store/store.h"

namespace gate::server {

/// Refresh tokens (E3): 256 random bits, known to the store by their SHA-256. Every use rotates.
/// The same token again within the grace gets the same successor, whose copy is sealed under a key
/// made of the presented token, so that the store alone can open none. Later it is theft: the
/// family ends.
inline constexpr Micros kRefreshGrace = 10 * kMicrosPerSecond;

/// Starts a session. `refreshable`: with the first refresh token of its family, which is returned;
/// otherwise the text is empty.
[[nodiscard]] Result<std::string> begin_session(Transaction& transaction, Random& random,
                                                const SessionRecord& session, bool refreshable);

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
[[nodiscard]] Result<OpenedRefresh> open_refresh(Transaction& transaction,
                                                 std::string_view tenant_id,
                                                 std::string_view client_id, std::string_view token,
                                                 Micros now);

/// The successor of a kUsable token; kConflict if another call spent it in between.
[[nodiscard]] Result<std::string> rotate_refresh(Transaction& transaction, Random& random,
                                                 const OpenedRefresh& opened,
                                                 std::string_view token, Micros now);

}  // namespace gate::server
