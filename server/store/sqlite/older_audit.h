#pragma once

#include <gate/result.hpp>

#include "server/crypto/secret.h"
#include "server/domain/audit_record.h"
#include "server/store/sqlite/connection.h"

namespace gate::server {

/// Rows of the audit log from before version 3 carry a plain hash, which needs no key. So the
/// migration writes where they end into `meta`, with a MAC by a key that is derived from `key`.
/// After that no such row can be added, changed or removed without the key (F5, S32).
[[nodiscard]] Result<void> write_older_audit_end(Connection& connection, const Secret& key);

/// What the migration wrote. kCorrupt if it is gone, or was not written with `key`.
[[nodiscard]] Result<AuditHead> read_older_audit_end(Connection& connection, const Secret& key);

}  // namespace gate::server
