#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/store/sqlite/key_check.h"

namespace gate::server {

/// Migrates the file to the newest version, from an empty file or any earlier version, in one
/// SQLite transaction: an interrupted migration leaves the old version. kConflict: a later version
/// of gated wrote the file. kDenied: it was written with another key, and is not changed. Calls
/// `on_unchecked_key`, if there is one, when passwords of the file depend on a key that could not
/// be compared with `key`; its error leaves the file as it is.
[[nodiscard]] Result<void> migrate(Connection& connection, const Secret& key,
                                   const OpensSigningKey& opens,
                                   const std::function<Result<void>()>& on_unchecked_key);

/// True if the file has the newest schema. Changes nothing.
[[nodiscard]] Result<bool> has_newest_schema(Connection& connection);

}  // namespace gate::server
