#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <span>

namespace gate::server {

/// The source of all unpredictable bytes: codes, tokens, ids, keys, nonces (A2). The production
/// implementation is `OpensslRandom` in server/crypto. Implementations are safe from any number of
/// threads.
struct Random {
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;
  /// Fills all of `out`, or fails. After an Error the caller answers 500 and never uses a weaker
  /// source.
  [[nodiscard]] virtual Result<void> fill(std::span<std::byte> out) = 0;
};

}  // namespace gate::server
