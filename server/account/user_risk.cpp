#include "server/account/user_risk.h"

namespace gate::server {
namespace {

AuditRecord row(const User& user, std::string reasons, Micros now) {
  return audit_record({.at = now,
                       .type = "user_risk",
                       .tenant_id = user.tenant_id,
                       .user_id = user.user_id,
                       .reasons = std::move(reasons)});
}

std::string shown(const std::string& risk) {
  return risk.empty() ? "none" : risk;
}

}  // namespace

Result<void> set_user_risk(UnitOfWork& work, const AuditLog& audit, const User& user, Risk risk,
                           Micros now) {
  const std::string level = risk == Risk::kNone ? std::string() : std::string(name(risk));
  GATE_TRY_VOID(work.set_raised_risk(user.tenant_id, user.user_id, level));
  return audit.append(work, row(user,
                                "an operator set the risk of the user to " + shown(level) +
                                    "; it was " + shown(user.raised_risk),
                                now));
}

Result<void> report_leaked_password(UnitOfWork& work, const AuditLog& audit,
                                    std::string_view tenant_id, std::string_view user_id,
                                    Micros now) {
  GATE_TRY(const std::optional<User> user, work.find_user(tenant_id, user_id));
  if (!user || user->password_leaked) {
    return {};
  }
  GATE_TRY_VOID(work.mark_password_leaked(tenant_id, user_id));
  return audit.append(work, row(*user, "the password of the user is among leaked ones", now));
}

}  // namespace gate::server
