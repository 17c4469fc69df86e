#include "server/store/codec/columns.h"
#include "server/store/postgres/guard.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kFindRefresh(
    "SELECT f.family_id, s.sid, s.user_id, s.client_id, s.user_epoch, s.device_id, s.device_epoch, "
    "s.auth_time, s.ends_at, s.completed, s.scope, f.ends_at, r.used_at, r.successor_sealed, "
    "f.revoked FROM refresh r "
    "JOIN rt_family f ON f.tenant_id = r.tenant_id AND f.family_id = r.family_id "
    "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
    "WHERE r.tenant_id = $1 AND r.token_hash = $2");
const Sql kCreateSession(
    "INSERT INTO session (tenant_id, user_id, sid, client_id, user_epoch, device_id, device_epoch, "
    "auth_time, ends_at, completed, scope) "
    "SELECT u.tenant_id, u.user_id, $8, $9, $10, $11, $12, $13, $14, $15, $16 "
    "FROM users u WHERE " GATE_PG_SUBJECT_GUARD);
const Sql kCreateFamily(
    "INSERT INTO rt_family (tenant_id, family_id, sid, ends_at, revoked) VALUES "
    "($1,$2,$3,$4,FALSE)");
const Sql kAddRefresh(
    "INSERT INTO refresh (tenant_id, token_hash, family_id, used_at, successor_sealed) "
    "VALUES ($1,$2,$3,NULL,'')");
// What the guard of a refresh compares: the family, and the user with its devices.
const Sql kLockRefresh(
    "SELECT 1 FROM refresh r "
    "JOIN rt_family f ON f.tenant_id = r.tenant_id AND f.family_id = r.family_id "
    "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
    "JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id "
    "WHERE r.tenant_id = $1 AND r.token_hash = $2 FOR NO KEY UPDATE OF f, u");
const Sql kUseRefresh(
    "UPDATE refresh SET used_at = $3, successor_sealed = $4 "
    "WHERE tenant_id = $1 AND token_hash = $2 AND used_at IS NULL AND EXISTS "
    "(SELECT 1 FROM rt_family f "
    "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
    "JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id "
    "WHERE f.tenant_id = $1 AND f.family_id = refresh.family_id AND NOT f.revoked "
    "AND f.ends_at > $3 AND u.methods_gen = $5 AND " GATE_PG_SESSION_GUARD ") RETURNING family_id");
const Sql kConfirmRefresh(
    "SELECT 1 FROM refresh r "
    "JOIN rt_family f ON f.tenant_id = r.tenant_id AND f.family_id = r.family_id "
    "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
    "JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id "
    "WHERE r.tenant_id = $1 AND r.token_hash = $2 AND NOT f.revoked AND f.ends_at > $3 "
    "AND u.methods_gen = $4 AND " GATE_PG_SESSION_GUARD);
const Sql kSessionStands(
    "SELECT 1 FROM session s "
    "JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id "
    "WHERE s.tenant_id = $1 AND s.sid = $2 AND " GATE_PG_SESSION_GUARD);
const Sql kFamilyStands(
    "SELECT 1 FROM rt_family f "
    "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
    "JOIN users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id "
    "WHERE f.tenant_id = $1 AND f.family_id = $2 AND NOT f.revoked AND f.ends_at > $3 "
    "AND " GATE_PG_SESSION_GUARD);
const Sql kRevokeFamily(
    "UPDATE rt_family SET revoked = TRUE WHERE tenant_id = $1 AND family_id = $2");

Result<void> lock_refresh(Connection& connection, std::string_view tenant_id, ByteSpan token_hash) {
  Query query(connection, kLockRefresh);
  query.bind(tenant_id, token_hash);
  return query.finish();
}

Error refresh_ended() {
  return {ErrorCode::kConflict, "the refresh token was used, or what it rests on has ended"};
}

}  // namespace

Result<std::optional<RefreshRecord>> PostgresUnitOfWork::find_refresh(std::string_view tenant_id,
                                                                      ByteSpan token_hash) {
  Query query(connection_, kFindRefresh);
  query.bind(tenant_id, token_hash);
  std::optional<RefreshRecord> found;
  if (query.next()) {
    RefreshRecord record;
    record.family_id = query.text(0);
    SessionRecord& session = record.session;
    session.tenant_id = tenant_id;
    session.sid = query.text(1);
    session.user_id = query.text(2);
    session.client_id = query.text(3);
    session.user_epoch = query.integer(4);
    session.device_id = query.text(5);
    session.device_epoch = query.integer(6);
    session.auth_time = query.integer(7);
    session.ends_at = query.integer(8);
    GATE_TRY(session.completed, read_factors(query.text(9)));
    session.scope = query.text(10);
    record.family_ends_at = query.integer(11);
    if (!query.is_null(12)) {
      record.used_at = query.integer(12);
    }
    record.successor_sealed = query.blob(13);
    record.revoked = query.integer(14) != 0;
    found = std::move(record);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<bool> PostgresUnitOfWork::session_stands(std::string_view tenant_id, std::string_view sid) {
  Query query(connection_, kSessionStands);
  query.bind(tenant_id, sid);
  const bool stands = query.next();
  GATE_TRY_VOID(query.done());
  return stands;
}

Result<bool> PostgresUnitOfWork::family_stands(std::string_view tenant_id,
                                               std::string_view family_id, Micros now) {
  Query query(connection_, kFamilyStands);
  query.bind(tenant_id, family_id, now);
  const bool stands = query.next();
  GATE_TRY_VOID(query.done());
  return stands;
}

Result<void> PostgresUnitOfWork::create_session(const SessionRecord& session,
                                                const std::optional<NewFamily>& family,
                                                const SubjectGuard& guard) {
  const std::string completed = write_factors(session.completed);
  GATE_TRY_VOID(lock_subject(guard));
  Query create(connection_, kCreateSession);
  bind_guard(create, guard, session.sid, session.client_id, session.user_epoch, session.device_id,
             session.device_epoch, session.auth_time, session.ends_at, completed, session.scope);
  GATE_TRY_VOID(create.change_or(kSubjectChanged));
  if (!family) {
    return {};
  }
  Query begin(connection_, kCreateFamily);
  begin.bind(session.tenant_id, family->family_id, session.sid, family->ends_at);
  GATE_TRY_VOID(begin.finish());
  Query token(connection_, kAddRefresh);
  token.bind(session.tenant_id, family->token_hash, family->family_id);
  return token.finish();
}

Result<void> PostgresUnitOfWork::rotate_refresh(std::string_view tenant_id,
                                                const Rotation& rotation, std::int64_t methods_gen,
                                                Micros now) {
  GATE_TRY_VOID(lock_refresh(connection_, tenant_id, rotation.token_hash));
  std::optional<std::string> family_id;
  {
    Query use(connection_, kUseRefresh);
    use.bind(tenant_id, rotation.token_hash, now, rotation.successor_sealed, methods_gen);
    while (use.next()) {
      family_id = use.text(0);
    }
    GATE_TRY_VOID(use.done());
  }
  if (!family_id) {
    return refresh_ended();
  }
  Query next(connection_, kAddRefresh);
  next.bind(tenant_id, rotation.next_hash, *family_id);
  return next.finish();
}

Result<void> PostgresUnitOfWork::confirm_refresh(std::string_view tenant_id, ByteSpan token_hash,
                                                 std::int64_t methods_gen, Micros now) {
  GATE_TRY_VOID(lock_refresh(connection_, tenant_id, token_hash));
  Query query(connection_, kConfirmRefresh);
  query.bind(tenant_id, token_hash, now, methods_gen);
  const bool holds = query.next();
  GATE_TRY_VOID(query.done());
  return holds ? Result<void>() : refresh_ended();
}

Result<void> PostgresUnitOfWork::revoke_family(std::string_view tenant_id,
                                               std::string_view family_id) {
  Query query(connection_, kRevokeFamily);
  query.bind(tenant_id, family_id);
  return query.finish();
}

}  // namespace gate::server::postgres
