#include "server/crypto/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <gate/export.hpp>
#include <limits>

namespace gate::server {

Digest sha256(ByteSpan bytes) {
  Digest digest{};
  unsigned int size = 0;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  GATE_CHECK(ok == 1 && size == digest.size(), "SHA-256 is missing from the crypto library");
  return digest;
}

Digest hmac_sha256_raw(ByteSpan key, ByteSpan message) {
  GATE_CHECK(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
             "an HMAC key of more than 2 GiB");
  Digest digest{};
  unsigned int size = 0;
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   message.data(), message.size(), digest.data(), &size);
  GATE_CHECK(made != nullptr && size == digest.size(),
             "HMAC-SHA-256 is missing from the crypto library");
  return digest;
}

Digest hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  Bytes message;
  std::size_t total = 0;
  for (const ByteSpan part : parts) {
    total += part.size() + sizeof(std::uint64_t);
  }
  message.reserve(total);
  for (const ByteSpan part : parts) {
    const std::uint64_t size = part.size();
    for (int shift = 56; shift >= 0; shift -= 8) {
      message.push_back(static_cast<std::uint8_t>(size >> shift));
    }
    message.insert(message.end(), part.begin(), part.end());
  }
  const Digest digest = hmac_sha256_raw(key, message);
  wipe(message.data(), message.size());
  return digest;
}

Secret derive_key(ByteSpan key, std::string_view purpose) {
  Digest digest = hmac_sha256(key, {as_bytes("gatehouse derived key"), as_bytes(purpose)});
  Secret derived{ByteSpan(digest)};
  wipe(digest.data(), digest.size());
  return derived;
}

bool equal_constant_time(ByteSpan a, ByteSpan b) {
  if (a.size() != b.size()) {
    return false;
  }
  // A statement of its own: with `&&` a compiler that optimises little branches on the result.
  const int difference = CRYPTO_memcmp(a.data(), b.data(), a.size());
  return difference == 0;
}

}  // namespace gate::server
