#include "server/factor/password.h"

#include <array>
#include <charconv>

#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

Digest peppered(const Secret& pepper, std::string_view password) {
  return hmac_sha256(pepper.bytes(), {as_bytes("password"), as_bytes(password)});
}

Result<std::string> encode(const Secret& pepper, const PasswordCost& cost, ByteSpan salt,
                           std::string_view password) {
  Digest key = peppered(pepper, password);
  Result<std::string> encoded = argon2id_encode(cost, salt, key);
  wipe(key.data(), key.size());
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
  // A hash that no password matches: its input is not a peppered password.
  const std::array<std::uint8_t, kArgon2SaltBytes> salt{};
  auto encoded = encode(pepper_, cost_, salt, std::string_view("\0unknown", 8));
  if (encoded) {
    unknown_ = std::move(encoded).value();
  }
}

Result<std::string> PasswordHasher::hash(std::string_view password) const {
  GATE_TRY(std::string normal, normal_password(password));
  auto encoded = [&]() -> Result<std::string> {
    GATE_TRY(const Bytes salt, random_bytes(random_, kArgon2SaltBytes));
    return encode(pepper_, cost_, salt, normal);
  }();
  wipe(normal);
  return encoded;
}

bool PasswordHasher::verify(std::string_view encoded, std::string_view password) const {
  // What cannot be a password is wrong, and takes as long as any other wrong password.
  auto normal = normal_password(password);
  Digest key = peppered(pepper_, normal ? *normal : password.substr(0, kPasswordBytesMax));
  const bool matches = argon2id_matches(std::string(encoded), key);
  wipe(key.data(), key.size());
  if (normal) {
    wipe(*normal);
  }
  return matches && normal.has_value();
}

void PasswordHasher::verify_unknown(std::string_view password) const {
  static_cast<void>(verify(unknown_, password));
}

bool PasswordHasher::is_outdated(std::string_view encoded) const {
  return !encoded.starts_with("$argon2id$") || parameter(encoded, "$m=") < cost_.memory_kib ||
         parameter(encoded, ",t=") < cost_.passes;
}

}  // namespace gate::server
