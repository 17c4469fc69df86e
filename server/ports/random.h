#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <span>

namespace gate::server {

/// Where every unpredictable byte comes from: codes, tokens, ids, keys, nonces (A2). The real one
/// is `OpensslRandom` in server/crypto. Implementations are safe from any number of threads.
struct Random {
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;
  /// Fills all of `out` or fails. A caller that gets an Error answers 500 and never falls back to
  /// anything weaker.
  [[nodiscard]] virtual Result<void> fill(std::span<std::byte> out) = 0;
};

}  // namespace gate::server
