#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"

namespace gate::server {

/// What a continuation token names: a flow and how many tokens it has given out before.
struct ContinuationClaim {
  std::string flow_id;  ///< 32 lower-case hex digits
  std::int64_t gen = 0;
};

/// Continuation tokens: flow id (128 random bits), generation and an HMAC-SHA-256 over both, the
/// tenant and the client (T3, C5). A forged one, or one of another client or tenant, dies here
/// without a read of the store; a spent one dies at the compare-and-set of the generation.
/// Immutable, safe from any number of threads.
class ContinuationTokens {
 public:
  explicit ContinuationTokens(Secret key) : key_(std::move(key)) {}

  [[nodiscard]] std::string make(std::string_view tenant_id, std::string_view client_id,
                                 const ContinuationClaim& claim) const;
  /// Nothing unless this very tenant and client were given this very token.
  [[nodiscard]] std::optional<ContinuationClaim> open(std::string_view tenant_id,
                                                      std::string_view client_id,
                                                      std::string_view token) const;

 private:
  Secret key_;
};

}  // namespace gate::server
