#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
  std::vector<std::pair<std::string, std::string>> signals;
  std::int64_t epoch = 0;  ///< moves when everything the user holds has to die (T6)
  /// Moves with every change of the user's password and channels: added, verified, blocked. A
  /// statement that rests on them compares it.
  std::int64_t methods_gen = 0;
  bool enabled = true;
};

/// What a statement that issues, rotates, enrols or changes rests on. The store holds it against
/// its rows in the WHERE of that very statement (T1, T6), so that nothing can be revoked between a
/// look and a write. The user has to exist and to be enabled.
struct SubjectGuard {
  std::string tenant_id;
  std::string user_id;
  std::int64_t epoch = 0;
  std::int64_t methods_gen = 0;
  /// The recognised device, if there is one: refused when it is known and its epoch has moved.
  std::string device_id;
  std::int64_t device_epoch = 0;
};

}  // namespace gate::server
