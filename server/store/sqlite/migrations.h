#pragma once

#include <gate/result.hpp>

#include "server/store/sqlite/key_check.h"

namespace gate::server {

/// Brings the file to the newest version, from nothing or from any version before, in one
/// transaction: it is at a version or at the next, never between. kConflict: a later version of
/// gated wrote it. kDenied: it was written with another key, and is not changed.
[[nodiscard]] Result<void> migrate(Connection& connection, const Secret& key,
                                   const OpensSigningKey& opens);

}  // namespace gate::server
