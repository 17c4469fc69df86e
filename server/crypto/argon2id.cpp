#include "server/crypto/argon2id.h"

#include <argon2.h>

namespace gate::server {
namespace {

constexpr std::uint32_t kHashBytes = 32;

}  // namespace

Result<std::string> argon2id_encode(const PasswordCost& cost, ByteSpan salt, ByteSpan key) {
  GATE_CHECK(salt.size() == kArgon2SaltBytes, "an argon2 salt has 16 bytes");
  std::string encoded(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kArgon2SaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  const int failed =
      argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, key.data(), key.size(),
                            salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (failed != ARGON2_OK) {
    return Error{ErrorCode::kUnavailable,
                 std::string("argon2id failed: ") + argon2_error_message(failed)};
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool argon2id_matches(const std::string& encoded, ByteSpan key) {
  return argon2id_verify(encoded.c_str(), key.data(), key.size()) == ARGON2_OK;
}

}  // namespace gate::server
