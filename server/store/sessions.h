#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string_view>

#include "server/domain/session.h"
#include "server/domain/user.h"

namespace gate::server {

class SessionReads {
 public:
  virtual ~SessionReads() = default;
  [[nodiscard]] virtual Result<std::optional<RefreshRecord>> find_refresh(
      std::string_view tenant_id, ByteSpan token_hash) = 0;
  /// True if the session is there and still has the epochs of its user and device (T6).
  [[nodiscard]] virtual Result<bool> session_stands(std::string_view tenant_id,
                                                    std::string_view sid) = 0;
  /// True if the family is there, was not revoked, has not ended, and its session still has the
  /// epochs of its user and device (T6).
  [[nodiscard]] virtual Result<bool> family_stands(std::string_view tenant_id,
                                                   std::string_view family_id, Micros now) = 0;
};

/// The first refresh token of a session.
struct NewFamily {
  std::string family_id;
  Bytes token_hash;
  Micros ends_at = 0;
};

/// The step from a refresh token to its successor.
struct Rotation {
  Bytes token_hash;
  Bytes next_hash;
  Bytes successor_sealed;
};

class SessionWrites {
 public:
  virtual ~SessionWrites() = default;
  /// Adds the session, and its family if there is one, if `guard` holds; else kConflict (T6).
  [[nodiscard]] virtual Result<void> create_session(const SessionRecord& session,
                                                    const std::optional<NewFamily>& family,
                                                    const SubjectGuard& guard) = 0;
  /// Uses up the token and adds its successor. kConflict unless the token was unused, its family is
  /// live, the session still has the epochs of its user and device, and the user still has
  /// `methods_gen`, with which the renewal was decided (E3, T6).
  [[nodiscard]] virtual Result<void> rotate_refresh(std::string_view tenant_id,
                                                    const Rotation& rotation,
                                                    std::int64_t methods_gen, Micros now) = 0;
  /// The guard of a repeated use within the grace period: kConflict unless the family of the token
  /// is live, the session still has the epochs of its user and device, and the user `methods_gen`.
  [[nodiscard]] virtual Result<void> confirm_refresh(std::string_view tenant_id,
                                                     ByteSpan token_hash, std::int64_t methods_gen,
                                                     Micros now) = 0;
  [[nodiscard]] virtual Result<void> revoke_family(std::string_view tenant_id,
                                                   std::string_view family_id) = 0;
};

}  // namespace gate::server
