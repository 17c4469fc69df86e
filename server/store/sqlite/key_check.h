#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/crypto/secret.h"
#include "server/domain/signing_key.h"
#include "server/store/sqlite/connection.h"

namespace gate::server {

/// Tells whether a signing key of the store opens with the keys at hand. They are sealed under a
/// key that the store does not have.
using OpensSigningKey = std::function<bool(const SigningKeyRecord&)>;

/// kDenied when the store was written with another key than `key`: by its key check, which is
/// compared with what `key` gives.
[[nodiscard]] Result<void> compare_key_check(Connection& connection, const Secret& key);

/// The same for a file of before version 3, which has no key check: by what is sealed in it. A file
/// in which nothing is sealed belongs to every key. `opens` may be empty.
[[nodiscard]] Result<void> compare_sealed_values(Connection& connection, const Secret& key,
                                                 const OpensSigningKey& opens);

/// Writes the key check of `key`; the table `meta` is there.
[[nodiscard]] Result<void> write_key_check(Connection& connection, const Secret& key);

}  // namespace gate::server
