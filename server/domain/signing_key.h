#pragma once

#include <cstdint>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/clock.h"

namespace gate::server {

enum class KeyState : std::uint8_t { kPending, kActive, kRetired, kRemoved };

struct SigningKeyRecord {
  std::string kid;
  KeyState state = KeyState::kPending;
  Micros created_at = 0;
  Micros retire_at = 0;
  Bytes private_sealed;
};

}  // namespace gate::server
