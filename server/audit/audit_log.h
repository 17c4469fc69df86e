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

/// The audit log (F5). Each node writes one chain of rows for each tenant and one of its own. A row
/// holds a MAC over everything in it and the MAC of the row before, under a key that the store does
/// not hold: somebody with the store in hand can neither change a row nor forge one. Now and then a
/// row also records the heads of other chains, so that a chain that was cut short shows in the
/// others. Rows hold no codes, passwords or tokens. Any number of threads.
class AuditLog {
 public:
  /// Every so many rows of a chain record the heads of others, at most `kHeadsMax` each.
  static constexpr std::int64_t kHeadsEvery = 64;
  static constexpr std::size_t kHeadsMax = 16;

  /// `node` names this process among those that share the store; not empty.
  AuditLog(std::string node, Secret key) : node_(std::move(node)), key_(std::move(key)) {}

  /// Chains `record` to the newest row of this node's chain of `record.tenant_id` and appends it.
  /// Part of the unit of work that it is called in, so that a decision without its row cannot
  /// happen (T2). Sets node, seq, facts_hash, heads, prev_hash and hash.
  [[nodiscard]] Result<void> append(UnitOfWork& work, AuditRecord record) const;

  /// Appends a row that records the heads of all chains to the node's own chain, if any moved since
  /// the last one. To be called every minute or so.
  [[nodiscard]] Result<void> record_heads(Store& store, Micros now);

  /// HMAC-SHA-256 over every member but `row` and `hash`, 64 lower-case hexadecimal digits. Rows of
  /// stores before version 3 (empty node) have a plain hash instead.
  [[nodiscard]] std::string hash_of(const AuditRecord& record) const;

  /// What is wrong with a chain.
  struct Fault {
    AuditChain chain;
    std::int64_t seq = 0;  ///< the first row that does not fit, or that should be there
    std::string what;
  };
  struct Check {
    std::int64_t rows = 0;  ///< looked at
    std::optional<Fault> fault;
    std::vector<AuditHead> heads;  ///< of every chain, to be kept elsewhere
  };
  /// Walks all chains. Reads in pages; takes about 4 us a row.
  [[nodiscard]] Result<Check> verify(Store& store) const;

 private:
  std::string node_;
  Secret key_;
  std::string recorded_;  ///< what `record_heads` wrote last
};

}  // namespace gate::server
