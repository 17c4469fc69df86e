#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/crypto/secret.h"
#include "server/domain/signing_key.h"
#include "server/store/sqlite/connection.h"

namespace gate::server {

/// Tests whether a signing key of the store opens with the configured keys. Signing keys are sealed
/// under a key that the store does not have.
using OpensSigningKey = std::function<bool(const SigningKeyRecord&)>;

/// kDenied when the store was written with another key than `key`. Compares the stored key check
/// with the one of `key`.
[[nodiscard]] Result<void> compare_key_check(Connection& connection, const Secret& key);

/// The result of a comparison that found no wrong key.
enum class KeyEvidence : std::uint8_t {
  kRightKey,
  kNone,           ///< the file holds nothing that depends on the key
  kPasswordsOnly,  ///< it holds passwords, which show a wrong key only when a user signs in
};

/// The same for a file before version 3, which has no key check: tests whether its sealed values
/// open. A file without sealed values accepts every key. `opens` may be empty.
[[nodiscard]] Result<KeyEvidence> compare_sealed_values(Connection& connection, const Secret& key,
                                                        const OpensSigningKey& opens);

/// Writes the key check of `key`. The table `meta` must exist.
[[nodiscard]] Result<void> write_key_check(Connection& connection, const Secret& key);

}  // namespace gate::server
