#pragma once

#include <array>
#include <cstdint>

#include "server/crypto/secret.h"

namespace gate::server {

using Sha1Digest = std::array<std::uint8_t, 20>;

/// SHA-1 of the bytes. Only for lookups in sets that others published under SHA-1, never for
/// anything that has to be secure.
[[nodiscard]] Sha1Digest sha1(ByteSpan bytes);

}  // namespace gate::server
