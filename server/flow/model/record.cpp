#include "server/flow/model/record.h"

namespace gate::server {

AuditRecord decision_record(const Caller& caller, const User& user, std::string_view type,
                            std::string_view subject_id, const PolicyVerdict& verdict) {
  AuditRecord record = audit_record({.at = caller.now,
                                     .type = type,
                                     .tenant_id = caller.tenant.id,
                                     .user_id = user.user_id,
                                     .client_id = caller.client.client_id,
                                     .flow_id = subject_id,
                                     .outcome = name(verdict.outcome)});
  record.policy_digest = verdict.policy_digest;
  record.facts_json = verdict.facts_json;
  record.required_text = verdict.required_text;
  for (const std::string& reason : verdict.reasons) {
    record.reasons += record.reasons.empty() ? "" : "\n";
    record.reasons += reason;
  }
  return record;
}

}  // namespace gate::server
