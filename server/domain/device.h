#pragma once

#include <cstdint>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/clock.h"

namespace gate::server {

/// A device on which a user has completed a sign-in (B8). It proves itself by a secret of its own;
/// only a keyed hash of the secret is stored.
struct KnownDevice {
  std::string tenant_id;
  std::string user_id;
  Bytes key_hash;
  std::string device_id;  ///< its tries are counted under this id; new each time it becomes known
  std::int64_t user_epoch = 0;
  std::int64_t epoch = 0;  ///< raised to end the sessions of this device alone
  Micros seen_at = 0;      ///< its last complete sign-in
};

}  // namespace gate::server
