#pragma once

#include <gate/result.hpp>
#include <vector>

#include "server/domain/signing_key.h"

namespace gate::server {

class KeyReads {
 public:
  virtual ~KeyReads() = default;
  [[nodiscard]] virtual Result<std::vector<SigningKeyRecord>> signing_keys() = 0;
};

class KeyWrites {
 public:
  virtual ~KeyWrites() = default;
  /// Adds the key, or replaces its state, its end and its sealed private half.
  [[nodiscard]] virtual Result<void> put_signing_key(const SigningKeyRecord& key) = 0;
};

}  // namespace gate::server
