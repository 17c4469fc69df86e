#include "server/crypto/openssl_random.h"

#include <openssl/rand.h>

#include <array>
#include <limits>

#include "server/crypto/encoding.h"

namespace gate::server {

Result<void> OpensslRandom::fill(std::span<std::byte> out) {
  if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) {
    return Error{ErrorCode::kUnavailable, "the random number generator did not answer"};
  }
  return {};
}

Result<Bytes> random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  GATE_TRY_VOID(random.fill(std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

Result<std::string> random_guid(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  GATE_TRY_VOID(random.fill(std::as_writable_bytes(std::span(bytes))));
  return guid(bytes);
}

}  // namespace gate::server
