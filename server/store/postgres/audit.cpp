#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kReadAudit(
    "SELECT row_number, node, tenant_id, seq, at, type, user_id, client_id, flow_id, "
    "policy_digest, facts_hash, facts_json, outcome, required_text, reasons, heads, prev_hash, "
    "hash FROM audit WHERE row_number > $1 ORDER BY row_number LIMIT $2");
// The index audit_by_chain has the newest row of a chain first. So heads need no table of their
// own, which could differ from the rows.
const Sql kHead(
    "SELECT node, tenant_id, seq, hash FROM audit "
    "WHERE node = $1 AND tenant_id = $2 ORDER BY seq DESC LIMIT 1");
const Sql kNextHead(
    "SELECT node, tenant_id, seq, hash FROM audit "
    "WHERE (node, tenant_id) > ($1, $2) ORDER BY node, tenant_id, seq DESC LIMIT 1");
const Sql kAppendAudit(
    "INSERT INTO audit (node, tenant_id, seq, at, type, user_id, client_id, flow_id, "
    "policy_digest, facts_hash, facts_json, outcome, required_text, reasons, heads, prev_hash, "
    "hash) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 "
    "WHERE $3 = 1 + COALESCE((SELECT seq FROM audit "
    "WHERE node = $1 AND tenant_id = $2 ORDER BY seq DESC LIMIT 1), 0) "
    "ON CONFLICT (node, tenant_id, seq) DO NOTHING");

AuditRecord record_of(const Query& query) {
  AuditRecord record;
  record.row = query.integer(0);
  record.node = query.text(1);
  record.tenant_id = query.text(2);
  record.seq = query.integer(3);
  record.at = query.integer(4);
  record.type = query.text(5);
  record.user_id = query.text(6);
  record.client_id = query.text(7);
  record.flow_id = query.text(8);
  record.policy_digest = query.text(9);
  record.facts_hash = query.text(10);
  record.facts_json = query.text(11);
  record.outcome = query.text(12);
  record.required_text = query.text(13);
  record.reasons = query.text(14);
  record.heads = query.text(15);
  record.prev_hash = query.text(16);
  record.hash = query.text(17);
  return record;
}

Result<std::optional<AuditHead>> one_head(Connection& connection, const Sql& sql,
                                          const AuditChain& chain) {
  Query query(connection, sql);
  query.bind(chain.node, chain.tenant_id);
  std::optional<AuditHead> head;
  if (query.next()) {
    head = AuditHead{{query.text(0), query.text(1)}, query.integer(2), query.text(3)};
  }
  GATE_TRY_VOID(query.done());
  return head;
}

}  // namespace

Result<std::vector<AuditRecord>> PostgresUnitOfWork::read_audit(std::int64_t after,
                                                                std::size_t limit) {
  Query query(connection_, kReadAudit);
  query.bind(after, static_cast<std::int64_t>(limit));
  std::vector<AuditRecord> records;
  while (query.next()) {
    records.push_back(record_of(query));
  }
  GATE_TRY_VOID(query.done());
  return records;
}

Result<std::optional<AuditHead>> PostgresUnitOfWork::audit_head(const AuditChain& chain) {
  // A unit of work reads the head to append to it. The next one about this chain waits.
  if (mode_ == Mode::kWrite) {
    GATE_TRY_VOID(lock_chain(chain));
  }
  return one_head(connection_, kHead, chain);
}

Result<std::vector<AuditHead>> PostgresUnitOfWork::audit_heads(const AuditChain& after,
                                                               std::size_t limit) {
  // One index step leads from a chain to the next, so the cost does not depend on the length of a
  // chain.
  std::vector<AuditHead> heads;
  while (heads.size() < limit) {
    GATE_TRY(std::optional<AuditHead> head,
             one_head(connection_, kNextHead, heads.empty() ? after : heads.back().chain));
    if (!head) {
      break;
    }
    heads.push_back(std::move(*head));
  }
  return heads;
}

Result<AuditHead> PostgresUnitOfWork::older_audit_end() {
  // No version of this store had rows without a key, so that any such row was put in.
  return AuditHead{};
}

Result<void> PostgresUnitOfWork::append_audit(const AuditRecord& record) {
  Query query(connection_, kAppendAudit);
  query.bind(record.node, record.tenant_id, record.seq, record.at, record.type, record.user_id,
             record.client_id, record.flow_id, record.policy_digest, record.facts_hash,
             record.facts_json, record.outcome, record.required_text, record.reasons, record.heads,
             record.prev_hash, record.hash);
  return query.change_or("another audit row was first");
}

}  // namespace gate::server::postgres
