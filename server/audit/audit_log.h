#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/crypto/secret.h"
#include "server/store/store.h"

namespace gate::server {

/// The audit log (F5). Each node writes a chain of rows for each tenant and one chain of its own.
/// On a store where its units of work run at the same time a tenant has several: that of the lane 3
/// is named `NODE#3`. A row holds a MAC over its content and the MAC of the previous row. The key
/// is not in the store, so an attacker with the store can neither change a row nor forge one. From
/// time to time a row also records the heads of other chains; so a chain that was cut short is
/// detected by the others. Rows hold no codes, passwords or tokens. Safe from any number of
/// threads.
class AuditLog {
 public:
  /// One row in `kHeadsEvery` of a chain records the heads of other chains, at most `kHeadsMax`
  /// each.
  static constexpr std::int64_t kHeadsEvery = 64;
  static constexpr std::size_t kHeadsMax = 16;

  /// `node` names this process among those that share the store. It must not be empty.
  AuditLog(std::string node, Secret key) : node_(std::move(node)), key_(std::move(key)) {}

  /// Appends `record` to this node's chain of `record.tenant_id`. It runs in the caller's unit of
  /// work, so a decision is never stored without its row (T2). Sets node, seq, facts_hash, heads,
  /// prev_hash and hash.
  [[nodiscard]] Result<void> append(UnitOfWork& work, AuditRecord record) const;

  /// Appends a row to the node's own chain that records the heads of all chains, if any head
  /// changed since the last one. Call this about every minute.
  [[nodiscard]] Result<void> record_heads(Store& store, Micros now);

  /// HMAC-SHA-256 over every member but `row` and `hash`, as 64 lower-case hexadecimal digits. Rows
  /// written before version 3 of the store (empty node) have a plain hash instead.
  [[nodiscard]] std::string hash_of(const AuditRecord& record) const;

  /// The first error in a chain.
  struct Fault {
    AuditChain chain;
    std::int64_t seq = 0;  ///< the first row that is wrong or missing
    std::string what;
  };
  struct Check {
    std::int64_t rows = 0;  ///< verified
    std::optional<Fault> fault;
    std::vector<AuditHead> heads;  ///< of every chain; keep a copy outside of the store
  };
  /// Verifies all chains, on one snapshot. Reads in pages; takes about 4 us for each row. kCorrupt:
  /// the store does not know any more where the rows of an older version end.
  [[nodiscard]] Result<Check> verify(Store& store) const;

 private:
  [[nodiscard]] std::string chain_name(const UnitOfWork& work, const std::string& tenant_id) const;

  std::string node_;
  Secret key_;
  std::string recorded_;  ///< what `record_heads` wrote last
};

}  // namespace gate::server
