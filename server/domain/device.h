#pragma once

#include <cstdint>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/clock.h"

namespace gate::server {

/// A device that a user has signed in from completely (B8). It proves itself by a secret of its
/// own, of which a keyed hash is all that is stored.
struct KnownDevice {
  std::string tenant_id;
  std::string user_id;
  Bytes key_hash;
  std::string device_id;  ///< what its tries are counted on; new each time that it becomes known
  std::int64_t user_epoch = 0;
  std::int64_t epoch = 0;  ///< moves when the sessions of this device alone have to die
  Micros seen_at = 0;      ///< its last complete sign-in
};

}  // namespace gate::server
