#pragma once

#include <cstdint>
#include <string>

#include "server/ports/clock.h"

namespace gate::server {

/// One chain of audit rows. Every node writes one for each tenant, and one of its own (`tenant_id`
/// empty). The single chain of a store before version 3 has an empty node.
struct AuditChain {
  std::string node;
  std::string tenant_id;
  friend auto operator<=>(const AuditChain&, const AuditChain&) = default;
};

/// The newest row of a chain.
struct AuditHead {
  AuditChain chain;
  std::int64_t seq = 0;
  std::string hash;
};

/// One row of an audit chain (F5). `hash` covers every other member but `row`.
struct AuditRecord {
  std::int64_t row = 0;  ///< set by the store: the order in which rows are read; may have gaps
  std::string node;
  std::string tenant_id;
  std::int64_t seq = 0;  ///< of its chain, from 1 without gaps
  Micros at = 0;
  std::string type;
  std::string user_id;
  std::string client_id;
  std::string flow_id;
  std::string policy_digest;
  std::string facts_hash;
  std::string facts_json;
  std::string outcome;
  std::string required_text;
  std::string reasons;
  std::string heads;  ///< in some rows: heads of other chains, by which a cut chain is detected
  std::string prev_hash;
  std::string hash;
};

}  // namespace gate::server
