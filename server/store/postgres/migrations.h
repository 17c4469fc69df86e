#pragma once

#include <gate/result.hpp>

#include "server/crypto/secret.h"
#include "server/store/postgres/connection.h"

namespace gate::server::postgres {

/// Migrates the schema that the connection writes to, from nothing or from any earlier version, in
/// one transaction: an interrupted migration leaves the old version. Two nodes that start at the
/// same time both succeed. kConflict: a later version of gated wrote the store. kDenied: it was
/// written with another key, and is not changed.
[[nodiscard]] Result<void> migrate(Connection& connection, const Secret& key);

/// Checks the key as `migrate` does and changes nothing. kConflict: there is no store, or one of
/// another version.
[[nodiscard]] Result<void> check_newest(Connection& connection, const Secret& key);

/// True if the schema holds a store, of any version.
[[nodiscard]] Result<bool> has_tables(Connection& connection);

}  // namespace gate::server::postgres
