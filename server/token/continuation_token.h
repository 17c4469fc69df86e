#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"
#include "server/domain/flow_record.h"

namespace gate::server {

/// Continuation tokens: flow id (128 random bits), generation, and an HMAC-SHA-256 over both, the
/// tenant and the client (T3, C5). A forged token, or a token of another client or tenant, is
/// refused here without reading the store. A used one is refused by the compare-and-set of the
/// generation. Immutable, safe from any number of threads.
class ContinuationTokens {
 public:
  explicit ContinuationTokens(Secret key) : key_(std::move(key)) {}

  [[nodiscard]] std::string make(std::string_view tenant_id, std::string_view client_id,
                                 const FlowPlace& place) const;
  /// The content of the token; nothing unless it was issued to this tenant and client.
  [[nodiscard]] std::optional<FlowPlace> open(std::string_view tenant_id,
                                              std::string_view client_id,
                                              std::string_view token) const;

 private:
  Secret key_;
};

}  // namespace gate::server
