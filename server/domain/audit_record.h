#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

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

/// What the writer of a row says. The audit log adds chain and hashes.
struct AuditEntry {
  Micros at = 0;
  std::string_view type;
  std::string_view tenant_id;
  std::string_view user_id{};    ///< empty: no user, or an unknown name
  std::string_view client_id{};  ///< empty: an operator
  std::string_view flow_id{};    ///< the flow or the session that it is about
  std::string_view outcome{};
  std::string reasons{};  ///< one a line
};

[[nodiscard]] inline AuditRecord audit_record(AuditEntry entry) {
  AuditRecord record;
  record.at = entry.at;
  record.type = entry.type;
  record.tenant_id = entry.tenant_id;
  record.user_id = entry.user_id;
  record.client_id = entry.client_id;
  record.flow_id = entry.flow_id;
  record.outcome = entry.outcome;
  record.reasons = std::move(entry.reasons);
  return record;
}

}  // namespace gate::server
