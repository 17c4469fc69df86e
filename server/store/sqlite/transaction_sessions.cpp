#include "server/store/sqlite/columns.h"
#include "server/store/sqlite/transaction.h"

namespace gate::server {
namespace {

/// For statements whose number of rows carries no meaning.
Result<void> finished(Query& query) {
  GATE_TRY([[maybe_unused]] const std::int64_t rows, query.change());
  return {};
}

}  // namespace

Result<void> SqliteTransaction::add_channel(std::string_view tenant_id, std::string_view user_id,
                                            const Channel& channel, Micros now) {
  GATE_TRY(const Bytes address,
           seal(random_, key_.bytes(), channel_context(tenant_id, channel.channel_id),
                as_bytes(channel.address)));
  Query query(connection_,
              "INSERT INTO channel (tenant_id, channel_id, user_id, kind, address_sealed, "
              "verified, preferred, blocked, enrolled_at) VALUES (?,?,?,?,?,?,?,?,?) "
              "ON CONFLICT DO UPDATE SET verified = excluded.verified, "
              "enrolled_at = excluded.enrolled_at");
  query.bind(tenant_id, channel.channel_id, user_id, static_cast<std::int64_t>(channel.kind),
             address, channel.verified, channel.preferred, channel.blocked, now);
  return finished(query);
}

Result<void> SqliteTransaction::set_channel_blocked(std::string_view tenant_id,
                                                    std::string_view channel_id, bool blocked) {
  Query query(connection_, "UPDATE channel SET blocked = ? WHERE tenant_id = ? AND channel_id = ?");
  query.bind(blocked, tenant_id, channel_id);
  return finished(query);
}

Result<void> SqliteTransaction::set_password(std::string_view tenant_id, std::string_view user_id,
                                             std::string_view encoded, Micros now) {
  Query query(connection_,
              "INSERT INTO password (tenant_id, user_id, encoded, changed_at) VALUES (?,?,?,?) "
              "ON CONFLICT DO UPDATE SET encoded = excluded.encoded, "
              "changed_at = excluded.changed_at");
  query.bind(tenant_id, user_id, encoded, now);
  return finished(query);
}

Result<void> SqliteTransaction::raise_epoch(std::string_view tenant_id, std::string_view user_id) {
  Query query(connection_, "UPDATE user SET epoch = epoch + 1 WHERE tenant_id = ? AND user_id = ?");
  query.bind(tenant_id, user_id);
  return finished(query);
}

Result<void> SqliteTransaction::create_session(const SessionRecord& session,
                                               std::string_view family_id, ByteSpan token_hash,
                                               Micros family_ends_at) {
  const std::string completed = write_factors(session.completed);
  Query insert(connection_,
               "INSERT INTO session (tenant_id, sid, user_id, client_id, user_epoch, auth_time, "
               "ends_at, completed, scope) VALUES (?,?,?,?,?,?,?,?,?)");
  insert.bind(session.tenant_id, session.sid, session.user_id, session.client_id,
              session.user_epoch, session.auth_time, session.ends_at, completed, session.scope);
  GATE_TRY_VOID(finished(insert));
  if (family_id.empty()) {
    return {};
  }
  Query family(connection_,
               "INSERT INTO rt_family (tenant_id, family_id, sid, ends_at, revoked) "
               "VALUES (?,?,?,?,0)");
  family.bind(session.tenant_id, family_id, session.sid, family_ends_at);
  GATE_TRY_VOID(finished(family));
  Query token(connection_,
              "INSERT INTO refresh (tenant_id, token_hash, family_id, used_at, successor_sealed) "
              "VALUES (?,?,?,NULL,x'')");
  token.bind(session.tenant_id, token_hash, family_id);
  return finished(token);
}

Result<bool> SqliteTransaction::rotate_refresh(std::string_view tenant_id, ByteSpan token_hash,
                                               ByteSpan next_hash, ByteSpan successor_sealed,
                                               Micros now) {
  Query use(connection_,
            "UPDATE refresh SET used_at = ?1, successor_sealed = ?2 "
            "WHERE tenant_id = ?3 AND token_hash = ?4 AND used_at IS NULL AND EXISTS "
            "(SELECT 1 FROM rt_family f WHERE f.tenant_id = ?3 AND "
            "f.family_id = refresh.family_id AND f.revoked = 0 AND f.ends_at > ?1) "
            "RETURNING family_id");
  use.bind(now, successor_sealed, tenant_id, token_hash);
  std::optional<std::string> family_id;
  while (use.next()) {
    family_id = use.text(0);
  }
  GATE_TRY_VOID(use.done());
  if (!family_id) {
    return false;
  }
  GATE_TRY_VOID(sweep(now));
  Query next(connection_,
             "INSERT INTO refresh (tenant_id, token_hash, family_id, used_at, successor_sealed) "
             "VALUES (?,?,?,NULL,x'')");
  next.bind(tenant_id, next_hash, *family_id);
  GATE_TRY_VOID(finished(next));
  return true;
}

Result<void> SqliteTransaction::revoke_family(std::string_view tenant_id,
                                              std::string_view family_id) {
  Query query(connection_,
              "UPDATE rt_family SET revoked = 1 WHERE tenant_id = ? AND family_id = ?");
  query.bind(tenant_id, family_id);
  return finished(query);
}

Result<void> SqliteTransaction::put_signing_key(const SigningKeyRecord& key) {
  Query query(connection_,
              "INSERT INTO signing_key (kid, state, created_at, retire_at, private_sealed) "
              "VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET state = excluded.state, "
              "retire_at = excluded.retire_at, private_sealed = excluded.private_sealed");
  query.bind(key.kid, static_cast<std::int64_t>(key.state), key.created_at, key.retire_at,
             key.private_sealed);
  return finished(query);
}

Result<void> SqliteTransaction::append_audit(const AuditRecord& record) {
  Query query(connection_,
              "INSERT INTO audit (seq, at, type, tenant_id, user_id, client_id, flow_id, "
              "policy_digest, facts_hash, facts_json, outcome, required_text, reasons, prev_hash, "
              "hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  query.bind(record.seq, record.at, record.type, record.tenant_id, record.user_id, record.client_id,
             record.flow_id, record.policy_digest, record.facts_hash, record.facts_json,
             record.outcome, record.required_text, record.reasons, record.prev_hash, record.hash);
  return finished(query);
}

}  // namespace gate::server
