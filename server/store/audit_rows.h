#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <optional>
#include <vector>

#include "server/domain/audit_record.h"

namespace gate::server {

class AuditReads {
 public:
  virtual ~AuditReads() = default;
  /// Up to `limit` rows of all chains with `row` > `after`, in the order of `row`.
  [[nodiscard]] virtual Result<std::vector<AuditRecord>> read_audit(std::int64_t after,
                                                                    std::size_t limit) = 0;
  /// The newest row of the chain; the next row is chained to it.
  [[nodiscard]] virtual Result<std::optional<AuditHead>> audit_head(const AuditChain& chain) = 0;
  /// The heads of up to `limit` chains after `after`, ordered by (node, tenant).
  [[nodiscard]] virtual Result<std::vector<AuditHead>> audit_heads(const AuditChain& after,
                                                                   std::size_t limit) = 0;
  /// The last row of the chain that an older version of the store wrote (its node is empty), as it
  /// was when the store was migrated; seq 0: there was none. kCorrupt if the record of it is gone
  /// or does not carry the MAC of the store's key.
  [[nodiscard]] virtual Result<AuditHead> older_audit_end() = 0;
};

class AuditWrites {
 public:
  virtual ~AuditWrites() = default;
  /// Which of the chains of a node and tenant this unit of work appends to, 0 first. Those that run
  /// at the same time on one store have different ones, so that they do not wait for each other.
  [[nodiscard]] virtual std::size_t audit_lane() const { return 0; }
  /// Appends the row to its chain with the seq of the head + 1; kConflict if another row was
  /// appended first. The store sets `row`.
  [[nodiscard]] virtual Result<void> append_audit(const AuditRecord& record) = 0;
};

}  // namespace gate::server
