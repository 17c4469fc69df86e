#include "server/audit/audit_log.h"

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

constexpr std::size_t kPageRows = 1000;

}  // namespace

std::string audit_hash(const AuditRecord& record) {
  // Every field with its length in front, so that no text can be moved from one into the next.
  std::string all = "gatehouse audit row v1";
  const auto add = [&all](std::string_view field) {
    all += ';';
    all += std::to_string(field.size());
    all += ':';
    all += field;
  };
  add(std::to_string(record.seq));
  add(std::to_string(record.at));
  add(record.type);
  add(record.tenant_id);
  add(record.user_id);
  add(record.client_id);
  add(record.flow_id);
  add(record.policy_digest);
  add(record.facts_hash);
  add(record.facts_json);
  add(record.outcome);
  add(record.required_text);
  add(record.reasons);
  add(record.prev_hash);
  return hex(sha256(as_bytes(all)));
}

Result<void> append_audit(Transaction& transaction, AuditRecord record) {
  GATE_TRY(const std::optional<AuditRecord> head, transaction.audit_head());
  record.seq = head ? head->seq + 1 : 1;
  record.prev_hash = head ? head->hash : std::string();
  record.facts_hash = hex(sha256(as_bytes(record.facts_json)));
  record.hash = audit_hash(record);
  return transaction.append_audit(record);
}

Result<AuditCheck> verify_audit(StoreReader& store) {
  AuditCheck check;
  while (true) {
    GATE_TRY(const std::vector<AuditRecord> page, store.read_audit(check.rows, kPageRows));
    for (const AuditRecord& row : page) {
      const bool fits = row.seq == check.rows + 1 && row.prev_hash == check.head &&
                        row.facts_hash == hex(sha256(as_bytes(row.facts_json))) &&
                        row.hash == audit_hash(row);
      if (!fits) {
        check.broken_at_seq = check.rows + 1;
        return check;
      }
      ++check.rows;
      check.head = row.hash;
    }
    if (page.size() < kPageRows) {
      return check;
    }
  }
}

}  // namespace gate::server
