#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <optional>
#include <string>

#include "server/store/store.h"

namespace gate::server {

/// The audit log: append-only rows, each chained to the one before by a hash over everything it
/// holds (F5). A row that was changed, removed or put in between breaks the chain at that place.
/// Rows hold no codes, passwords or tokens.

/// Chains `record` to the newest row and appends it: fills in seq, prev_hash, facts_hash and hash.
/// Part of the transaction it is called in, so a decision without its row cannot happen (T2).
[[nodiscard]] Result<void> append_audit(Transaction& transaction, AuditRecord record);

/// SHA-256 over every member but `hash`, 64 lower-case hexadecimal digits.
[[nodiscard]] std::string audit_hash(const AuditRecord& record);

struct AuditCheck {
  std::int64_t rows = 0;                      ///< looked at
  std::optional<std::int64_t> broken_at_seq;  ///< the first row that does not fit the chain
  std::string head;                           ///< hash of the last good row, to be kept elsewhere
};
/// Walks the whole chain. Reads in pages; takes about 2 us a row.
[[nodiscard]] Result<AuditCheck> verify_audit(StoreReader& store);

}  // namespace gate::server
