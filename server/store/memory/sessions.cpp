#include "server/store/memory/unit_of_work.h"

namespace gate::server {

Result<void> MemoryUnitOfWork::create_session(const SessionRecord& session,
                                              const std::optional<NewFamily>& family,
                                              const SubjectGuard& guard) {
  if (!holds(guard)) {
    return conflict("the user, the user's methods, the device or its session have changed");
  }
  const Key key = key_of(session.tenant_id, session.sid);
  if (state_.sessions.contains(key)) {
    return conflict("there is such a session already");
  }
  state_.sessions.put(key, session);
  if (family) {
    const Key family_key = key_of(session.tenant_id, family->family_id);
    const Key token = key_of(session.tenant_id, text_of(family->token_hash));
    if (state_.families.contains(family_key) || state_.refresh.contains(token)) {
      return conflict("there is such a family already");
    }
    state_.families.put(family_key, FamilyRow{session.sid, family->ends_at, false});
    state_.refresh.put(token, RefreshRow{family->family_id, std::nullopt, {}});
  }
  return {};
}

const User* MemoryUnitOfWork::user_of_family(std::string_view tenant_id,
                                             std::string_view family_id) const {
  const FamilyRow* family = state_.families.find(key_of(tenant_id, family_id));
  const SessionRecord* session = family == nullptr || family->revoked
                                     ? nullptr
                                     : state_.sessions.find(key_of(tenant_id, family->sid));
  const User* user =
      session == nullptr ? nullptr : state_.users.find(key_of(tenant_id, session->user_id));
  const bool stands =
      user != nullptr && user->enabled && user->epoch == session->user_epoch &&
      device_stands(tenant_id, session->user_id, session->device_id, session->device_epoch);
  return stands ? user : nullptr;
}

bool MemoryUnitOfWork::refresh_lives(std::string_view tenant_id, ByteSpan token_hash,
                                     std::int64_t methods_gen, Micros now) const {
  const RefreshRow* token = state_.refresh.find(key_of(tenant_id, text_of(token_hash)));
  const User* user = token == nullptr ? nullptr : user_of_family(tenant_id, token->family_id);
  return user != nullptr && user->methods_gen == methods_gen &&
         state_.families.find(key_of(tenant_id, token->family_id))->ends_at > now;
}

Result<void> MemoryUnitOfWork::rotate_refresh(std::string_view tenant_id, const Rotation& rotation,
                                              std::int64_t methods_gen, Micros now) {
  const Key key = key_of(tenant_id, text_of(rotation.token_hash));
  const Key next = key_of(tenant_id, text_of(rotation.next_hash));
  if (!refresh_lives(tenant_id, rotation.token_hash, methods_gen, now) ||
      state_.refresh.find(key)->used_at || state_.refresh.contains(next)) {
    return conflict("the refresh token is used up, or its session has ended");
  }
  const std::string family_id = state_.refresh.find(key)->family_id;
  state_.refresh.put(key, RefreshRow{family_id, now, rotation.successor_sealed});
  state_.refresh.put(next, RefreshRow{family_id, std::nullopt, {}});
  return {};
}

Result<void> MemoryUnitOfWork::confirm_refresh(std::string_view tenant_id, ByteSpan token_hash,
                                               std::int64_t methods_gen, Micros now) {
  return refresh_lives(tenant_id, token_hash, methods_gen, now)
             ? Result<void>()
             : Result<void>(conflict("the session of the refresh token has ended"));
}

Result<void> MemoryUnitOfWork::revoke_family(std::string_view tenant_id,
                                             std::string_view family_id) {
  state_.families.update(key_of(tenant_id, family_id), [](FamilyRow& row) { row.revoked = true; });
  return {};
}

Result<void> MemoryUnitOfWork::put_signing_key(const SigningKeyRecord& key) {
  SigningKeyRecord row = key;
  if (const SigningKeyRecord* old = state_.signing_keys.find(key.kid); old != nullptr) {
    row.created_at = old->created_at;
  }
  state_.signing_keys.put(key.kid, std::move(row));
  return {};
}

Result<void> MemoryUnitOfWork::append_audit(const AuditRecord& record) {
  const AuditChain chain{record.node, record.tenant_id};
  const AuditHead* head = state_.audit_heads.find(chain);
  if (record.seq != (head == nullptr ? 1 : head->seq + 1)) {
    return conflict("the audit chain has another head");
  }
  AuditRecord row = record;
  row.row = ++state_.last_audit_row;
  state_.audit_heads.put(chain, AuditHead{chain, row.seq, row.hash});
  state_.audit.put(row.row, std::move(row));
  return {};
}

}  // namespace gate::server
