#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/crypto/secret.h"
#include "server/domain/factor.h"
#include "server/ports/clock.h"

namespace gate::server {

struct SessionRecord {
  std::string tenant_id;
  std::string sid;
  std::string user_id;
  std::string client_id;
  std::int64_t user_epoch = 0;
  std::string device_id;  ///< the known device that it began on; empty: none
  std::int64_t device_epoch = 0;
  Micros auth_time = 0;
  Micros ends_at = 0;
  std::vector<CompletedFactor> completed;
  std::string scope;
};

struct RefreshRecord {
  std::string family_id;
  SessionRecord session;
  Micros family_ends_at = 0;
  std::optional<Micros> used_at;
  Bytes successor_sealed;
  bool revoked = false;
};

}  // namespace gate::server
