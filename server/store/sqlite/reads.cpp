#include "server/store/sqlite/reads.h"

#include <algorithm>

#include "server/store/sqlite/columns.h"

namespace gate::server {
namespace {

Result<std::string> open_text(const Secret& key, const std::string& context, ByteSpan sealed) {
  GATE_TRY(const Secret plain, open_sealed(key.bytes(), context, sealed));
  return std::string(plain.bytes().begin(), plain.bytes().end());
}

Result<User> read_user(const Query& query) {
  User user;
  user.tenant_id = query.text(0);
  user.user_id = query.text(1);
  user.username = query.text(2);
  user.display_name = query.text(3);
  GATE_TRY(user.groups, read_list(query.text(4)));
  GATE_TRY(user.roles, read_list(query.text(5)));
  user.kind = query.text(6);
  user.sign_in_risk = query.text(7);
  user.user_risk = query.text(8);
  GATE_TRY(user.signals, read_pairs(query.text(9)));
  user.epoch = query.integer(10);
  user.enabled = query.integer(11) != 0;
  return user;
}

Result<std::optional<User>> one_user(Query& query) {
  std::optional<User> found;
  if (query.next()) {
    GATE_TRY(found, read_user(query));
  }
  GATE_TRY_VOID(query.done());
  return found;
}

AuditRecord read_audit_row(const Query& query) {
  AuditRecord row;
  row.seq = query.integer(0);
  row.at = query.integer(1);
  row.type = query.text(2);
  row.tenant_id = query.text(3);
  row.user_id = query.text(4);
  row.client_id = query.text(5);
  row.flow_id = query.text(6);
  row.policy_digest = query.text(7);
  row.facts_hash = query.text(8);
  row.facts_json = query.text(9);
  row.outcome = query.text(10);
  row.required_text = query.text(11);
  row.reasons = query.text(12);
  row.prev_hash = query.text(13);
  row.hash = query.text(14);
  return row;
}

Result<FlowRecord> read_flow(const Query& query, const Secret& key) {
  FlowRecord flow;
  flow.tenant_id = query.text(0);
  flow.flow_id = query.text(1);
  flow.client_id = query.text(2);
  flow.user_id = query.text(3);
  flow.account_key = query.text(4);
  flow.user_epoch = query.integer(5);
  flow.gen = query.integer(6);
  const auto phase = parse_flow_phase(query.text(7));
  const auto first_factor = parse_method(query.text(10));
  if (!phase || !first_factor) {
    return Error{ErrorCode::kCorrupt, "a stored flow has an unknown phase or factor"};
  }
  flow.state = {*phase, query.integer(8), query.integer(9)};
  flow.first_factor = *first_factor;
  flow.offered = MethodSet(static_cast<std::uint32_t>(query.integer(11)));
  flow.capabilities = static_cast<std::uint32_t>(query.integer(12));
  flow.challenge_id = query.text(13);
  flow.challenge_channel_id = query.text(14);
  flow.pending_kind = static_cast<ChannelKind>(query.integer(15));
  GATE_TRY(const std::string addresses,
           open_text(key, flow_context(flow.tenant_id, flow.flow_id), query.blob(16)));
  GATE_TRY(std::vector<std::string> parts, read_list(addresses));
  if (parts.size() != 2) {
    return Error{ErrorCode::kCorrupt, "a stored flow has damaged addresses"};
  }
  flow.pending_address = std::move(parts[0]);
  flow.label_address = std::move(parts[1]);
  GATE_TRY(flow.completed, read_factors(query.text(17)));
  flow.auth_context = query.text(18);
  flow.policy_digest = query.text(19);
  flow.wrong_total = query.integer(20);
  return flow;
}

}  // namespace

std::string channel_context(std::string_view tenant_id, std::string_view channel_id) {
  return std::string("channel/").append(tenant_id).append("/").append(channel_id);
}
std::string flow_context(std::string_view tenant_id, std::string_view flow_id) {
  return std::string("flow/").append(tenant_id).append("/").append(flow_id);
}
std::string outbox_context(std::string_view tenant_id, std::string_view challenge_id) {
  return std::string("outbox/").append(tenant_id).append("/").append(challenge_id);
}

template <typename Base>
Result<std::optional<Tenant>> SqliteReads<Base>::find_tenant(std::string_view segment) {
  Query query(connection_,
              "SELECT tenant_id, name, domain FROM tenant WHERE tenant_id = ?1 OR domain = ?1");
  query.bind(segment);
  std::optional<Tenant> found;
  if (query.next()) {
    found = Tenant{query.text(0), query.text(1), query.text(2)};
  }
  GATE_TRY_VOID(query.done());
  return found;
}

template <typename Base>
Result<std::optional<Client>> SqliteReads<Base>::find_client(std::string_view tenant_id,
                                                             std::string_view client_id) {
  Query query(
      connection_,
      "SELECT tenant_id, client_id, name, origins, audience, trusted_signals, scopes FROM client "
      "WHERE tenant_id = ? AND client_id = ?");
  query.bind(tenant_id, client_id);
  std::optional<Client> found;
  if (query.next()) {
    Client client;
    client.tenant_id = query.text(0);
    client.client_id = query.text(1);
    client.name = query.text(2);
    GATE_TRY(client.origins, read_list(query.text(3)));
    client.audience = query.text(4);
    client.trusted_signals = query.integer(5) != 0;
    GATE_TRY(client.scopes, read_list(query.text(6)));
    found = std::move(client);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

template <typename Base>
Result<bool> SqliteReads<Base>::origin_is_listed(std::string_view tenant_id,
                                                 std::string_view origin) {
  Query query(connection_, "SELECT origins FROM client WHERE tenant_id = ?");
  query.bind(tenant_id);
  bool listed = false;
  while (!listed && query.next()) {
    GATE_TRY(const std::vector<std::string> origins, read_list(query.text(0)));
    listed = std::find(origins.begin(), origins.end(), origin) != origins.end();
  }
  GATE_TRY_VOID(query.done());
  return listed;
}

template <typename Base>
Result<std::optional<User>> SqliteReads<Base>::find_user_by_name(std::string_view tenant_id,
                                                                 std::string_view username) {
  Query query(connection_,
              "SELECT u.tenant_id, u.user_id, username, display_name, groups_json, roles_json, "
              "kind, sign_in_risk, user_risk, signals_json, epoch, enabled FROM identifier i "
              "JOIN user u ON u.tenant_id = i.tenant_id AND u.user_id = i.user_id "
              "WHERE i.tenant_id = ? AND i.value_norm = ?");
  query.bind(tenant_id, username);
  return one_user(query);
}

template <typename Base>
Result<std::optional<User>> SqliteReads<Base>::find_user(std::string_view tenant_id,
                                                         std::string_view user_id) {
  Query query(connection_,
              "SELECT tenant_id, user_id, username, display_name, groups_json, roles_json, kind, "
              "sign_in_risk, user_risk, signals_json, epoch, enabled FROM user "
              "WHERE tenant_id = ? AND user_id = ?");
  query.bind(tenant_id, user_id);
  return one_user(query);
}

template <typename Base>
Result<std::optional<std::string>> SqliteReads<Base>::find_password(std::string_view tenant_id,
                                                                    std::string_view user_id) {
  Query query(connection_, "SELECT encoded FROM password WHERE tenant_id = ? AND user_id = ?");
  query.bind(tenant_id, user_id);
  std::optional<std::string> found;
  if (query.next()) {
    found = query.text(0);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

template <typename Base>
Result<std::vector<Channel>> SqliteReads<Base>::channels_of(std::string_view tenant_id,
                                                            std::string_view user_id) {
  Query query(connection_,
              "SELECT channel_id, kind, address_sealed, verified, preferred, blocked FROM channel "
              "WHERE tenant_id = ? AND user_id = ? ORDER BY preferred DESC, channel_id");
  query.bind(tenant_id, user_id);
  std::vector<Channel> channels;
  while (query.next()) {
    Channel channel;
    channel.channel_id = query.text(0);
    channel.kind = static_cast<ChannelKind>(query.integer(1));
    GATE_TRY(channel.address,
             open_text(key_, channel_context(tenant_id, channel.channel_id), query.blob(2)));
    channel.verified = query.integer(3) != 0;
    channel.preferred = query.integer(4) != 0;
    channel.blocked = query.integer(5) != 0;
    channels.push_back(std::move(channel));
  }
  GATE_TRY_VOID(query.done());
  return channels;
}

template <typename Base>
Result<std::optional<FlowRecord>> SqliteReads<Base>::find_flow(std::string_view tenant_id,
                                                               std::string_view flow_id) {
  Query query(connection_,
              "SELECT tenant_id, flow_id, client_id, user_id, account_key, user_epoch, gen, phase, "
              "flow_ends_at, token_ends_at, first_factor, offered, capabilities, challenge_id, "
              "challenge_channel_id, pending_kind, private_sealed, completed, auth_context, "
              "policy_digest, wrong_total FROM flow WHERE tenant_id = ? AND flow_id = ?");
  query.bind(tenant_id, flow_id);
  std::optional<FlowRecord> found;
  if (query.next()) {
    GATE_TRY(found, read_flow(query, key_));
  }
  GATE_TRY_VOID(query.done());
  return found;
}

template <typename Base>
Result<std::optional<RefreshRecord>> SqliteReads<Base>::find_refresh(std::string_view tenant_id,
                                                                     ByteSpan token_hash) {
  Query query(connection_,
              "SELECT f.family_id, s.sid, s.user_id, s.client_id, s.user_epoch, s.auth_time, "
              "s.ends_at, s.completed, s.scope, f.ends_at, r.used_at, r.successor_sealed, "
              "f.revoked FROM refresh r "
              "JOIN rt_family f ON f.tenant_id = r.tenant_id AND f.family_id = r.family_id "
              "JOIN session s ON s.tenant_id = f.tenant_id AND s.sid = f.sid "
              "WHERE r.tenant_id = ? AND r.token_hash = ?");
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
    session.auth_time = query.integer(5);
    session.ends_at = query.integer(6);
    GATE_TRY(session.completed, read_factors(query.text(7)));
    session.scope = query.text(8);
    record.family_ends_at = query.integer(9);
    if (!query.is_null(10)) {
      record.used_at = query.integer(10);
    }
    record.successor_sealed = query.blob(11);
    record.revoked = query.integer(12) != 0;
    found = std::move(record);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

template <typename Base>
Result<std::optional<std::string>> SqliteReads<Base>::find_known_device(std::string_view tenant_id,
                                                                        std::string_view user_id,
                                                                        ByteSpan key_hash,
                                                                        std::int64_t user_epoch,
                                                                        Micros seen_since) {
  Query query(connection_,
              "SELECT device_id FROM known_device WHERE tenant_id = ? AND user_id = ? "
              "AND key_hash = ? AND user_epoch = ? AND last_seen >= ?");
  query.bind(tenant_id, user_id, key_hash, user_epoch, seen_since);
  std::optional<std::string> device_id;
  if (query.next()) {
    device_id = query.text(0);
  }
  GATE_TRY_VOID(query.done());
  return device_id;
}

template <typename Base>
Result<std::vector<SigningKeyRecord>> SqliteReads<Base>::signing_keys() {
  Query query(connection_,
              "SELECT kid, state, created_at, retire_at, private_sealed FROM signing_key "
              "ORDER BY created_at, kid");
  std::vector<SigningKeyRecord> keys;
  while (query.next()) {
    keys.push_back({query.text(0), static_cast<KeyState>(query.integer(1)), query.integer(2),
                    query.integer(3), query.blob(4)});
  }
  GATE_TRY_VOID(query.done());
  return keys;
}

template <typename Base>
Result<std::vector<AuditRecord>> SqliteReads<Base>::read_audit(std::int64_t after,
                                                               std::size_t limit) {
  Query query(connection_,
              "SELECT seq, at, type, tenant_id, user_id, client_id, flow_id, policy_digest, "
              "facts_hash, facts_json, outcome, required_text, reasons, prev_hash, hash "
              "FROM audit WHERE seq > ? ORDER BY seq LIMIT ?");
  query.bind(after, static_cast<std::int64_t>(limit));
  std::vector<AuditRecord> rows;
  while (query.next()) {
    rows.push_back(read_audit_row(query));
  }
  GATE_TRY_VOID(query.done());
  return rows;
}

template <typename Base>
Result<std::optional<AuditRecord>> SqliteReads<Base>::audit_head() {
  Query query(connection_,
              "SELECT seq, at, type, tenant_id, user_id, client_id, flow_id, policy_digest, "
              "facts_hash, facts_json, outcome, required_text, reasons, prev_hash, hash "
              "FROM audit ORDER BY seq DESC LIMIT 1");
  std::optional<AuditRecord> head;
  if (query.next()) {
    head = read_audit_row(query);
  }
  GATE_TRY_VOID(query.done());
  return head;
}

template class SqliteReads<StoreReader>;
template class SqliteReads<Transaction>;

}  // namespace gate::server
