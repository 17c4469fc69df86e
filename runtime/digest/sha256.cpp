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

std::string to_hex(const Sha256& digest) {
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string sha256_hex(std::string_view data) {
  return to_hex(sha256(data));
}

struct Sha256Hasher::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  GATE_CHECK(state_->context != nullptr &&
                 EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1,
             "SHA-256 is not available");
}
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::add(std::string_view data) {
  GATE_CHECK(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) == 1,
             "SHA-256 is not available");
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest{};
  unsigned size = 0;
  GATE_CHECK(
      EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1 && size == digest.size(),
      "SHA-256 is not available");
  return digest;
}

}  // namespace gate
