#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/channel.h"
#include "server/domain/user.h"
#include "server/ports/clock.h"

namespace gate::server {

class UserReads {
 public:
  virtual ~UserReads() = default;
  /// `username` is normalised by `normalize_email`.
  [[nodiscard]] virtual Result<std::optional<User>> find_user_by_name(
      std::string_view tenant_id, std::string_view username) = 0;
  [[nodiscard]] virtual Result<std::optional<User>> find_user(std::string_view tenant_id,
                                                              std::string_view user_id) = 0;
  /// The argon2 string; absent when the user has no password.
  [[nodiscard]] virtual Result<std::optional<std::string>> find_password(
      std::string_view tenant_id, std::string_view user_id) = 0;
  /// Preferred first, then by id.
  [[nodiscard]] virtual Result<std::vector<Channel>> channels_of(std::string_view tenant_id,
                                                                 std::string_view user_id) = 0;
};

class UserWrites {
 public:
  virtual ~UserWrites() = default;
  /// Adds or replaces everything but `epoch`, `methods_gen`, `raised_risk` and `password_leaked`,
  /// which start empty and are kept. Raises `methods_gen` when groups, roles, kind, risks or
  /// signals change, so that decisions under way are made again. A user who is disabled gets a new
  /// epoch (F1). kConflict: another user has the name.
  [[nodiscard]] virtual Result<void> put_user(const User& user) = 0;
  /// Adds or replaces the password. When it changes, raises `methods_gen`, clears the
  /// `carried_reset` of all channels and resets `password_leaked`.
  [[nodiscard]] virtual Result<void> put_password(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view encoded, Micros now) = 0;
  /// Replaces the password by another one, raises the user's epoch and `methods_gen`, and remembers
  /// the channel that proved the user (D4), if `guard` holds; else kConflict. An empty channel id:
  /// none.
  [[nodiscard]] virtual Result<void> change_password(const SubjectGuard& guard,
                                                     std::string_view encoded,
                                                     std::string_view over_channel, Micros now) = 0;
  /// Sets `carried_reset` of this channel of the user, and clears that of all others. An empty id
  /// clears all.
  [[nodiscard]] virtual Result<void> mark_reset_channel(std::string_view tenant_id,
                                                        std::string_view user_id,
                                                        std::string_view channel_id) = 0;
  /// Takes all user names from the holder, disables the holder and ends everything that it holds,
  /// if the guard holds; else kConflict. For an account whose
  /// unverified mailbox was proven by another person.
  [[nodiscard]] virtual Result<void> evict(const SubjectGuard& holder) = 0;
  /// Replaces the hash of the same password by one of a higher cost, if `guard` holds; else
  /// kConflict. `methods_gen` stays, because the password is the same.
  [[nodiscard]] virtual Result<void> rehash_password(const SubjectGuard& guard,
                                                     std::string_view encoded, Micros now) = 0;
  /// Adds the channel; if the user has it already, updates `verified` and `preferred`. A block
  /// stays. Raises `methods_gen` when anything changed.
  [[nodiscard]] virtual Result<void> put_channel(std::string_view tenant_id,
                                                 std::string_view user_id, const Channel& channel,
                                                 Micros now) = 0;
  /// Enrols the channel if `guard` holds; else kConflict. As `put_channel`, but an existing channel
  /// keeps `preferred`. Of two concurrent enrolments of one user, one fails.
  [[nodiscard]] virtual Result<void> enrol_channel(const SubjectGuard& guard,
                                                   const Channel& channel, Micros now) = 0;
  /// Raises `methods_gen` of the channel's user when anything changed.
  [[nodiscard]] virtual Result<void> set_channel_blocked(std::string_view tenant_id,
                                                         std::string_view user_id,
                                                         std::string_view channel_id,
                                                         bool blocked) = 0;
  /// Sets what administration says of the user's risk. Raises `methods_gen` when it changes, so
  /// that decisions under way are made again.
  [[nodiscard]] virtual Result<void> set_raised_risk(std::string_view tenant_id,
                                                     std::string_view user_id,
                                                     std::string_view risk) = 0;
  /// The password of the user is among leaked ones. Raises `methods_gen` unless that was known.
  [[nodiscard]] virtual Result<void> mark_password_leaked(std::string_view tenant_id,
                                                          std::string_view user_id) = 0;
  /// Ends everything that the user holds: flows, sessions and refresh tokens compare epochs.
  [[nodiscard]] virtual Result<void> raise_epoch(std::string_view tenant_id,
                                                 std::string_view user_id) = 0;
};

}  // namespace gate::server
