#include <algorithm>
#include <set>

#include "server/store/address.h"
#include "server/store/sqlite/columns.h"
#include "server/store/sqlite/transaction.h"

namespace gate::server {
namespace {

Error refused(const std::string& where, const std::string& what) {
  return {ErrorCode::kInvalidArgument, where + ": " + what};
}

Result<void> finished(Query& query) {
  GATE_TRY([[maybe_unused]] const std::int64_t rows, query.change());
  return {};
}

/// One word of a scope (RFC 6749 3.3).
bool is_scope_token(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
}

bool is_risk(const std::string& text) {
  return text.empty() || parse_risk(text).has_value();
}

}  // namespace

Result<void> SqliteTransaction::apply(const Provisioning& wanted) {
  std::set<std::string> seen;
  for (const Provisioning::Tenant& tenant : wanted.tenants) {
    if (!seen.insert(tenant.id).second) {
      return refused("tenant " + tenant.id, "is listed twice");
    }
    GATE_TRY_VOID(apply_tenant(tenant));
  }
  seen.clear();
  for (const Provisioning::Client& client : wanted.clients) {
    if (!seen.insert(client.tenant_id + "/" + client.client_id).second) {
      return refused("client " + client.client_id, "is listed twice");
    }
    GATE_TRY_VOID(apply_client(client));
  }
  seen.clear();
  for (const Provisioning::User& user : wanted.users) {
    if (!seen.insert(user.tenant_id + "/" + user.id).second) {
      return refused("user " + user.id, "is listed twice");
    }
    GATE_TRY_VOID(apply_user(user));
  }
  return {};
}

Result<void> SqliteTransaction::apply_tenant(const Provisioning::Tenant& tenant) {
  if (tenant.id.empty() || tenant.domain.empty()) {
    return refused("tenant " + tenant.id, "needs an id and a domain");
  }
  GATE_TRY(const std::optional<Tenant> holder, find_tenant(tenant.domain));
  if (holder && holder->id != tenant.id) {
    return refused("tenant " + tenant.id, "its domain belongs to tenant " + holder->id);
  }
  Query query(connection_,
              "INSERT INTO tenant (tenant_id, name, domain) VALUES (?,?,?) "
              "ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, "
              "domain = excluded.domain");
  query.bind(tenant.id, tenant.name, tenant.domain);
  return finished(query);
}

Result<void> SqliteTransaction::apply_client(const Provisioning::Client& client) {
  const std::string where = "client " + client.client_id;
  GATE_TRY(const std::optional<Tenant> tenant, find_tenant(client.tenant_id));
  if (!tenant || tenant->id != client.tenant_id) {
    return refused(where, "there is no tenant " + client.tenant_id);
  }
  if (client.client_id.empty() || client.name.empty()) {
    return refused(where, "needs a client id and a name");
  }
  for (const std::string& scope : client.scopes) {
    if (!is_scope_token(scope)) {
      return refused(where, "`" + scope + "` cannot be a scope (RFC 6749 3.3)");
    }
  }
  const std::string origins = write_list(client.origins);
  const std::string scopes = write_list(client.scopes);
  const std::string& audience = client.audience.empty() ? client.client_id : client.audience;
  Query query(connection_,
              "INSERT INTO client (tenant_id, client_id, name, origins, audience, "
              "trusted_signals, scopes) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
              "name = excluded.name, origins = excluded.origins, audience = excluded.audience, "
              "trusted_signals = excluded.trusted_signals, scopes = excluded.scopes");
  query.bind(client.tenant_id, client.client_id, client.name, origins, audience,
             client.trusted_signals, scopes);
  return finished(query);
}

Result<void> SqliteTransaction::apply_user(const Provisioning::User& user) {
  const std::string where = "user " + user.id;
  GATE_TRY(const std::optional<Tenant> tenant, find_tenant(user.tenant_id));
  if (!tenant || tenant->id != user.tenant_id) {
    return refused(where, "there is no tenant " + user.tenant_id);
  }
  const auto username = normalize_email(user.username);
  if (user.id.empty() || !username) {
    return refused(where, "needs an id and an e-mail address as user name");
  }
  if (!is_risk(user.sign_in_risk) || !is_risk(user.user_risk)) {
    return refused(where, "a risk is one of none, low, medium, high");
  }
  const std::string kind = user.kind.empty() ? "member" : user.kind;
  if (!parse_user_kind(kind)) {
    return refused(where, "`" + kind + "` is not a kind of user");
  }
  GATE_TRY(const std::optional<User> holder, find_user_by_name(user.tenant_id, *username));
  if (holder && holder->user_id != user.id) {
    return refused(where, "its user name belongs to user " + holder->user_id);
  }
  const std::string groups = write_list(user.groups);
  const std::string roles = write_list(user.roles);
  const std::string signal_pairs = write_pairs(user.signals);
  // Disabling a user through provisioning ends what the user holds: the epoch moves.
  Query upsert(connection_,
               "INSERT INTO user (tenant_id, user_id, username, display_name, groups_json, "
               "roles_json, kind, sign_in_risk, user_risk, signals_json, epoch, enabled) "
               "VALUES (?,?,?,?,?,?,?,?,?,?,0,?) ON CONFLICT DO UPDATE SET "
               "username = excluded.username, display_name = excluded.display_name, "
               "groups_json = excluded.groups_json, roles_json = excluded.roles_json, "
               "kind = excluded.kind, sign_in_risk = excluded.sign_in_risk, "
               "user_risk = excluded.user_risk, signals_json = excluded.signals_json, "
               "epoch = epoch + (enabled > excluded.enabled), enabled = excluded.enabled");
  upsert.bind(user.tenant_id, user.id, *username, user.display_name, groups, roles, kind,
              user.sign_in_risk, user.user_risk, signal_pairs, user.enabled);
  GATE_TRY_VOID(finished(upsert));
  Query forget(connection_, "DELETE FROM identifier WHERE tenant_id = ? AND user_id = ?");
  forget.bind(user.tenant_id, user.id);
  GATE_TRY_VOID(finished(forget));
  Query identify(connection_,
                 "INSERT INTO identifier (tenant_id, value_norm, user_id) VALUES (?,?,?)");
  identify.bind(user.tenant_id, *username, user.id);
  GATE_TRY_VOID(finished(identify));
  if (!user.password_hash.empty()) {
    GATE_TRY_VOID(set_password(user.tenant_id, user.id, user.password_hash, 0));
  }
  for (const Provisioning::Channel& channel : user.channels) {
    GATE_TRY_VOID(apply_channel(user, channel));
  }
  return {};
}

Result<void> SqliteTransaction::apply_channel(const Provisioning::User& user,
                                              const Provisioning::Channel& channel) {
  const auto address = normalize_address(channel.kind, channel.address);
  if (!address) {
    return refused("user " + user.id, channel.kind == ChannelKind::kEmail
                                          ? "a channel is not an e-mail address"
                                          : "a channel is not a phone number such as +15550100");
  }
  const std::string id = channel_id_of(user.tenant_id, user.id, channel.kind, *address);
  GATE_TRY(const Bytes sealed,
           seal(random_, key_.bytes(), channel_context(user.tenant_id, id), as_bytes(*address)));
  Query query(connection_,
              "INSERT INTO channel (tenant_id, channel_id, user_id, kind, address_sealed, "
              "verified, preferred, blocked, enrolled_at) VALUES (?,?,?,?,?,?,?,0,0) "
              "ON CONFLICT DO UPDATE SET verified = excluded.verified, "
              "preferred = excluded.preferred");
  query.bind(user.tenant_id, id, user.id, static_cast<std::int64_t>(channel.kind), sealed,
             channel.verified, channel.preferred);
  return finished(query);
}

}  // namespace gate::server
