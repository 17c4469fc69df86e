#pragma once

#include <gate/result.hpp>
#include <string_view>

#include "server/crypto/secret.h"
#include "server/ports/random.h"

namespace gate::server {

inline constexpr std::size_t kAeadKeyBytes = 32;

/// AES-256-GCM: nonce (12 bytes, random) || ciphertext || tag (16). `context` is authenticated but
/// not stored; opening with another context fails, so a sealed value cannot be moved to another
/// row. Random nonces are safe to about 2^32 seals under one key, far beyond what one server writes
/// between two rolls of its keys.
[[nodiscard]] Result<Bytes> seal(Random& random, ByteSpan key, std::string_view context,
                                 ByteSpan plain);

/// The plain text, or kCorrupt when the key, the context or a single bit differs.
[[nodiscard]] Result<Secret> open_sealed(ByteSpan key, std::string_view context, ByteSpan sealed);

}  // namespace gate::server
