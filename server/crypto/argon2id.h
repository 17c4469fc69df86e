#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>

#include "server/crypto/secret.h"

namespace gate::server {

inline constexpr std::size_t kArgon2SaltBytes = 16;

/// Cost of argon2id. The defaults are the minimum that D3 allows: about 40 ms for each hash.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};

/// Hashes `key` to the encoded string (`$argon2id$v=19$m=...`). Blocks for the duration of the hash
/// and allocates its memory. kUnavailable when the memory cannot be allocated.
[[nodiscard]] Result<std::string> argon2id_encode(const PasswordCost& cost, ByteSpan salt,
                                                  ByteSpan key);

/// True if `encoded` is the hash of `key`. Compares in constant time, at the cost that `encoded`
/// names.
[[nodiscard]] bool argon2id_matches(const std::string& encoded, ByteSpan key);

}  // namespace gate::server
