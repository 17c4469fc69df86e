// The locks by which units of work that are about one thing follow each other (unit_of_work.h).

#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

// NO KEY: rows that refer to the user can be added meanwhile. Not SHARE: two units of work that
// hold it and both go on to change the row would wait for each other.
const Sql kLockUser("SELECT 1 FROM users WHERE tenant_id = $1 AND user_id = $2 FOR NO KEY UPDATE");
const Sql kLockFlow("SELECT 1 FROM flow WHERE tenant_id = $1 AND flow_id = $2 FOR NO KEY UPDATE");
const Sql kLockFamily(
    "SELECT 1 FROM rt_family WHERE tenant_id = $1 AND family_id = $2 FOR NO KEY UPDATE");
const Sql kLockChain(
    "SELECT 1 FROM audit_chain WHERE node = $1 AND tenant_id = $2 FOR NO KEY UPDATE");
const Sql kAddChain(
    "INSERT INTO audit_chain (node, tenant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");

std::string name_of(std::string_view tenant_id, std::string_view id) {
  return std::string(tenant_id).append("/").append(id);
}

/// True if the row is there.
Result<bool> lock_row(Connection& connection, const Sql& sql, std::string_view first,
                      std::string_view second) {
  Query query(connection, sql);
  query.bind(first, second);
  GATE_TRY(const std::int64_t rows, query.change());
  return rows > 0;
}

}  // namespace

/// What a guard compares. The session of a family never changes.
Result<void> PostgresUnitOfWork::lock_subject(const SubjectGuard& guard) {
  std::string name = name_of(guard.tenant_id, guard.family_id);
  if (!guard.family_id.empty() && family_ != name) {
    GATE_TRY(const bool there,
             lock_row(connection_, kLockFamily, guard.tenant_id, guard.family_id));
    if (there) {
      family_ = std::move(name);
    }
  }
  return lock_user(guard.tenant_id, guard.user_id);
}

Result<void> PostgresUnitOfWork::lock_user(std::string_view tenant_id, std::string_view user_id) {
  std::string name = name_of(tenant_id, user_id);
  if (user_ == name) {
    return {};
  }
  GATE_TRY(const bool there, lock_row(connection_, kLockUser, tenant_id, user_id));
  if (there) {
    user_ = std::move(name);
  }
  return {};
}

Result<void> PostgresUnitOfWork::lock_flow(std::string_view tenant_id, std::string_view flow_id) {
  std::string name = name_of(tenant_id, flow_id);
  if (flow_ == name) {
    return {};
  }
  GATE_TRY(const bool there, lock_row(connection_, kLockFlow, tenant_id, flow_id));
  if (there) {
    flow_ = std::move(name);
  }
  return {};
}

Result<void> PostgresUnitOfWork::lock_chain(const AuditChain& chain) {
  std::string name = name_of(chain.node, chain.tenant_id);
  if (chain_ == name) {
    return {};
  }
  GATE_TRY(bool there, lock_row(connection_, kLockChain, chain.node, chain.tenant_id));
  if (!there) {
    Query add(connection_, kAddChain);
    add.bind(chain.node, chain.tenant_id);
    GATE_TRY_VOID(add.finish());
    GATE_TRY(there, lock_row(connection_, kLockChain, chain.node, chain.tenant_id));
  }
  if (there) {
    chain_ = std::move(name);
  }
  return {};
}

}  // namespace gate::server::postgres
