#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/attribute.h"

namespace gate::server {

struct User {
  std::string tenant_id;
  std::string user_id;
  std::string username;
  std::string display_name;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::string kind;
  std::string sign_in_risk;
  std::string user_risk;
  std::string raised_risk;       ///< set by administration; provisioning does not change it
  bool password_leaked = false;  ///< found among leaked passwords, and not replaced since
  std::vector<std::pair<std::string, std::string>> signals;
  AttributeValues attributes;  ///< of the tenant's schema, but for `displayName`
  std::string language;        ///< of messages, as a language tag; empty: not known
  /// What may begin a sign-in, of password and code by e-mail. Absent: the password if there is
  /// one, else the code. Empty: the user must use the web.
  std::optional<MethodSet> first_factors{};
  std::int64_t epoch = 0;  ///< raised to end all flows, sessions and tokens of the user (T6)
  /// Raised by every change of the user's password and channels (added, verified, blocked).
  /// Statements that depend on them compare it.
  std::int64_t methods_gen = 0;
  bool enabled = true;
};

/// The guard of a statement that issues, rotates, enrols or changes. The store compares it in the
/// WHERE clause of that statement (T1, T6), so that a revocation between reading and writing is
/// never missed. The user must exist and be enabled.
struct SubjectGuard {
  std::string tenant_id;
  std::string user_id;
  std::int64_t epoch = 0;
  std::int64_t methods_gen = 0;
  /// The known device, if there is one. The guard fails when the device is known and its epoch has
  /// changed.
  std::string device_id;
  std::int64_t device_epoch = 0;
  /// Of a step-up: the refresh family that it rests on. The guard fails when the family was revoked
  /// or the epochs of its session have changed. The end of a family never moves, so it is compared
  /// when the flow is read. Empty: none.
  std::string family_id{};
};

}  // namespace gate::server
