#include "server/crypto/sha1.h"

#include <openssl/evp.h>

#include <gate/export.hpp>

namespace gate::server {

Sha1Digest sha1(ByteSpan bytes) {
  Sha1Digest digest{};
  unsigned int size = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
  GATE_CHECK(ok == 1 && size == digest.size(), "SHA-1 is missing from the crypto library");
  return digest;
}

}  // namespace gate::server
