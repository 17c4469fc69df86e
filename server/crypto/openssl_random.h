#pragma once

#include "server/crypto/secret.h"
#include "server/ports/random.h"

namespace gate::server {

/// OpenSSL's CSPRNG (RAND_bytes). The only generator that production code uses.
class OpensslRandom final : public Random {
 public:
  [[nodiscard]] Result<void> fill(std::span<std::byte> out) override;
};

/// `size` random bytes.
[[nodiscard]] Result<Bytes> random_bytes(Random& random, std::size_t size);

/// A random GUID, the form of every id the server makes (122 random bits).
[[nodiscard]] Result<std::string> random_guid(Random& random);

}  // namespace gate::server
