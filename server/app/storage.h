#pragma once

#include <gate/result.hpp>
#include <memory>

#include "server/audit/audit_log.h"
#include "server/config/config.h"
#include "server/crypto/service_secrets.h"
#include "server/ports/random.h"
#include "server/store/store.h"

namespace gate::server {

class Logger;

/// The keys and the store that a configuration names.
struct Storage {
  ServiceSecrets secrets;
  std::unique_ptr<Store> store;
  std::unique_ptr<AuditLog> audit;
};

/// What to do with a store of an older version that holds passwords and nothing that shows which
/// key they were made with (S24).
enum class UncheckedKey : std::uint8_t {
  kRefuse,  ///< kConflict, and the store is not changed
  kTake,    ///< the store belongs to this key from then on; the log says so
};

/// Creates the data folder (mode 0700) if it is missing, reads the master key and opens the store.
/// A store that was written with another key is refused before anything is changed. A missing
/// master key is generated only in development, and only when there is no store yet. In production
/// the error names the command that generates one. `random` must outlive the store.
Result<Storage> open_storage(const Config& config, Random& random, Logger& log,
                             UncheckedKey unchecked = UncheckedKey::kRefuse);

/// kConflict when the configuration's store exists: it was written with another key, and a new key
/// would not open it.
Result<void> may_make_master_key(const Config& config);

/// The tenants of the store that is there, for a look before a start. Nothing is made or changed.
/// Absent: there is no store, or one that another version of gated wrote.
Result<std::optional<std::vector<Tenant>>> stored_tenants(const Config& config, Random& random);

}  // namespace gate::server
