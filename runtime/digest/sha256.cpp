#include "runtime/digest/sha256.h"

#include <openssl/evp.h>

#include <gate/export.hpp>

namespace gate {

Sha256 sha256(std::string_view data) {
  Sha256 digest{};
  unsigned size = 0;
  const int ok = EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr);
  GATE_CHECK(ok == 1 && size == digest.size(), "SHA-256 is not available");
  return digest;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string sha256_hex(std::string_view data) {
  const Sha256 digest = sha256(data);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace gate
