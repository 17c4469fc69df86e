#pragma once

#include <string_view>

#include "server/decision/decider.h"
#include "server/domain/audit_record.h"
#include "server/domain/client_hints.h"
#include "server/domain/user.h"

namespace gate::server {

/// Makes the audit row of a decision. `subject_id`: the flow or the session that was decided.
[[nodiscard]] AuditRecord decision_record(const Caller& caller, const User& user,
                                          std::string_view type, std::string_view subject_id,
                                          const PolicyVerdict& verdict);

}  // namespace gate::server
