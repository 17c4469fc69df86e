#include "server/factor/password.h"

#include <argon2.h>

#include <array>
#include <charconv>

#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

Digest peppered(const Secret& pepper, std::string_view password) {
  return hmac_sha256(pepper.bytes(), {as_bytes("password"), as_bytes(password)});
}

Result<std::string> encode(const Secret& pepper, const PasswordCost& cost, ByteSpan salt,
                           std::string_view password) {
  Digest key = peppered(pepper, password);
  const std::size_t size = argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kSaltBytes,
                                             kHashBytes, Argon2_id);
  std::string encoded(size, '\0');
  const int failed =
      argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, key.data(), key.size(),
                            salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  wipe(key.data(), key.size());
  if (failed != ARGON2_OK) {
    return Error{ErrorCode::kUnavailable,
                 std::string("argon2id failed: ") + argon2_error_message(failed)};
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

/// The number after `name=` in `$argon2id$v=19$m=19456,t=2,p=1$...`, or 0.
std::uint32_t parameter(std::string_view encoded, std::string_view name) {
  const std::size_t at = encoded.find(name);
  std::uint32_t value = 0;
  if (at != std::string_view::npos) {
    const std::string_view digits = encoded.substr(at + name.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
  }
  return value;
}

}  // namespace

PasswordHasher::PasswordHasher(Secret pepper, Random& random, PasswordCost cost)
    : pepper_(std::move(pepper)), random_(random), cost_(cost) {
  // A hash that no password meets: its salt is fixed, its key is not a peppered password.
  const std::array<std::uint8_t, kSaltBytes> salt{};
  auto encoded = encode(pepper_, cost_, salt, std::string_view("\0nobody", 7));
  if (encoded) {
    nobody_ = std::move(encoded).value();
  }
}

Result<std::string> PasswordHasher::hash(std::string_view password) const {
  if (password.size() > kPasswordBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "a password has at most 1024 bytes"};
  }
  GATE_TRY(const Bytes salt, random_bytes(random_, kSaltBytes));
  return encode(pepper_, cost_, salt, password);
}

bool PasswordHasher::verify(std::string_view encoded, std::string_view password) const {
  // Too long is wrong, but takes as long as any other wrong password.
  const bool fits = password.size() <= kPasswordBytesMax;
  Digest key = peppered(pepper_, fits ? password : password.substr(0, kPasswordBytesMax));
  const int outcome = argon2id_verify(std::string(encoded).c_str(), key.data(), key.size());
  wipe(key.data(), key.size());
  return outcome == ARGON2_OK && fits;
}

void PasswordHasher::verify_nobody(std::string_view password) const {
  static_cast<void>(verify(nobody_, password));
}

bool PasswordHasher::is_outdated(std::string_view encoded) const {
  return !encoded.starts_with("$argon2id$") || parameter(encoded, "$m=") < cost_.memory_kib ||
         parameter(encoded, ",t=") < cost_.passes;
}

}  // namespace gate::server
