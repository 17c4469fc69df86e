#pragma once

#include <gate/result.hpp>
#include <gate/vocabulary.hpp>
#include <string_view>

#include "server/audit/audit_log.h"
#include "server/domain/user.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// Sets what administration says of the risk of a user, and writes an audit row. Decisions of the
/// user that are under way are made again.
[[nodiscard]] Result<void> set_user_risk(UnitOfWork& work, const AuditLog& audit, const User& user,
                                         Risk risk, Micros now);

/// The password of the user was found among leaked ones: the risk of the user is `high` until the
/// password is replaced. Writes an audit row unless that was known.
[[nodiscard]] Result<void> report_leaked_password(UnitOfWork& work, const AuditLog& audit,
                                                  std::string_view tenant_id,
                                                  std::string_view user_id, Micros now);

}  // namespace gate::server
