#pragma once

#include <gate/result.hpp>

#include "server/crypto/secret.h"

namespace gate::server {

/// The server's keys, all derived from one master key of 32 bytes. The operator keeps the master
/// key outside of the store, in a file of mode 0600. Without it the store cannot be read; if it
/// leaks, the store is exposed. Move-only; wiped on destruction.
struct ServiceSecrets {
  static constexpr std::size_t kMasterBytes = 32;

  Secret password_pepper;   ///< HMAC key in front of argon2 (D3)
  Secret code_pepper;       ///< HMAC key of code MACs (A6)
  Secret continuation_key;  ///< MAC of continuation tokens (T3)
  Secret account_key;  ///< HMAC key of counter names, so that no user name is stored in them (C6)
  Secret store_key;    ///< seals addresses and unsent messages at rest
  Secret key_encryption_key;  ///< seals private signing keys (E7)
  Secret request_key;         ///< marks of requests, by which a repeated one is recognised (T4)
  Secret audit_key;           ///< MAC of audit rows (F5)

  /// kInvalidArgument unless `master` has 32 bytes.
  [[nodiscard]] static Result<ServiceSecrets> derive(const Secret& master);
};

}  // namespace gate::server
