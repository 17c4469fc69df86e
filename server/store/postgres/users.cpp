#include "server/store/codec/columns.h"
#include "server/store/codec/documents.h"
#include "server/store/codec/sealed.h"
#include "server/store/postgres/guard.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kFindUserByName(
    "SELECT u.tenant_id, u.user_id, username, display_name, groups_json, roles_json, kind, "
    "sign_in_risk, user_risk, signals_json, epoch, methods_gen, enabled, attributes_sealed, "
    "raised_risk, password_leaked FROM identifier i "
    "JOIN users u ON u.tenant_id = i.tenant_id AND u.user_id = i.user_id "
    "WHERE i.tenant_id = $1 AND i.value_norm = $2");
const Sql kFindUser(
    "SELECT tenant_id, user_id, username, display_name, groups_json, roles_json, kind, "
    "sign_in_risk, user_risk, signals_json, epoch, methods_gen, enabled, attributes_sealed, "
    "raised_risk, password_leaked FROM users "
    "WHERE tenant_id = $1 AND user_id = $2");
const Sql kFindPassword("SELECT encoded FROM password WHERE tenant_id = $1 AND user_id = $2");
const Sql kChannelsOf(
    "SELECT channel_id, kind, address_sealed, verified, preferred, blocked, carried_reset "
    "FROM channel "
    "WHERE tenant_id = $1 AND user_id = $2 ORDER BY preferred DESC, channel_id");

const Sql kPutUser(
    "INSERT INTO users AS u (tenant_id, user_id, username, display_name, groups_json, roles_json, "
    "kind, "
    "sign_in_risk, user_risk, signals_json, epoch, methods_gen, enabled, attributes_sealed) "
    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,0,0,$11,$12) ON CONFLICT (tenant_id, user_id) DO "
    "UPDATE SET "
    "username = excluded.username, display_name = excluded.display_name, "
    "groups_json = excluded.groups_json, roles_json = excluded.roles_json, kind = excluded.kind, "
    "sign_in_risk = excluded.sign_in_risk, user_risk = excluded.user_risk, "
    "signals_json = excluded.signals_json, epoch = u.epoch + CASE WHEN u.enabled AND NOT "
    "excluded.enabled THEN 1 ELSE 0 END, "
    "methods_gen = u.methods_gen + CASE WHEN u.groups_json <> excluded.groups_json "
    "OR u.roles_json <> excluded.roles_json OR u.kind <> excluded.kind "
    "OR u.sign_in_risk <> excluded.sign_in_risk OR u.user_risk <> excluded.user_risk "
    "OR u.signals_json <> excluded.signals_json THEN 1 ELSE 0 END, "
    "enabled = excluded.enabled, attributes_sealed = excluded.attributes_sealed");
const Sql kForgetOtherNames(
    "DELETE FROM identifier "
    "WHERE tenant_id = $1 AND user_id = $2 AND value_norm <> $3");
const Sql kTakeName(
    "INSERT INTO identifier AS i (tenant_id, value_norm, user_id) VALUES ($1,$2,$3) "
    "ON CONFLICT (tenant_id, value_norm) DO UPDATE SET user_id = excluded.user_id "
    "WHERE i.user_id = excluded.user_id");
const Sql kPutPassword(
    "INSERT INTO password AS p (tenant_id, user_id, encoded, changed_at) VALUES ($1,$2,$3,$4) "
    "ON CONFLICT (tenant_id, user_id) DO UPDATE SET encoded = excluded.encoded, "
    "changed_at = excluded.changed_at WHERE p.encoded <> excluded.encoded");
const Sql kRehashPassword(
    "UPDATE password SET encoded = $8, changed_at = $9 WHERE tenant_id = $1 AND user_id = $2 "
    "AND EXISTS (SELECT 1 FROM users u WHERE " GATE_PG_SUBJECT_GUARD ")");
const Sql kPutChannel(
    "INSERT INTO channel AS c (tenant_id, user_id, channel_id, kind, address_sealed, verified, "
    "preferred, blocked, enrolled_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT "
    "(tenant_id, user_id, channel_id) DO UPDATE SET verified = excluded.verified, preferred = "
    "excluded.preferred "
    "WHERE c.verified <> excluded.verified OR c.preferred <> excluded.preferred");
const Sql kEnrolChannel(
    "INSERT INTO channel AS c (tenant_id, user_id, channel_id, kind, address_sealed, verified, "
    "preferred, blocked, enrolled_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT "
    "(tenant_id, user_id, channel_id) DO UPDATE SET verified = excluded.verified, enrolled_at = "
    "excluded.enrolled_at");
const Sql kBlockChannel(
    "UPDATE channel SET blocked = $4 "
    "WHERE tenant_id = $1 AND user_id = $2 AND channel_id = $3 AND blocked <> $4");
const Sql kSetRaisedRisk(
    "UPDATE users SET raised_risk = $3, methods_gen = methods_gen + 1 "
    "WHERE tenant_id = $1 AND user_id = $2 AND raised_risk <> $3");
const Sql kMarkLeaked(
    "UPDATE users SET password_leaked = TRUE, methods_gen = methods_gen + 1 "
    "WHERE tenant_id = $1 AND user_id = $2 AND NOT password_leaked");
const Sql kForgetLeak(
    "UPDATE users SET password_leaked = FALSE, methods_gen = methods_gen + 1 "
    "WHERE tenant_id = $1 AND user_id = $2");
const Sql kMoveMethods(
    "UPDATE users SET methods_gen = methods_gen + 1 WHERE tenant_id = $1 AND user_id = $2");
const Sql kMoveMethodsIfUnchanged(
    "UPDATE users AS u SET methods_gen = methods_gen + 1 WHERE " GATE_PG_SUBJECT_GUARD);
const Sql kChangePassword(
    "UPDATE users AS u SET methods_gen = methods_gen + 1, epoch = epoch + 1, password_leaked = "
    "FALSE "
    "WHERE " GATE_PG_SUBJECT_GUARD);
const Sql kMarkReset(
    "UPDATE channel SET carried_reset = (channel_id = $3) WHERE tenant_id = $1 AND user_id = $2");
const Sql kEvict(
    "UPDATE users AS u SET enabled = FALSE, epoch = epoch + 1 WHERE " GATE_PG_SUBJECT_GUARD);
const Sql kRaiseEpoch("UPDATE users SET epoch = epoch + 1 WHERE tenant_id = $1 AND user_id = $2");

Result<std::optional<User>> one_user(Query& query, const Secret& key) {
  std::optional<User> found;
  if (query.next()) {
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
    user.methods_gen = query.integer(11);
    user.enabled = query.integer(12) != 0;
    if (const Bytes sealed = query.blob(13); !sealed.empty()) {
      GATE_TRY(const std::string document,
               open_text(key, user_context(user.tenant_id, user.user_id), sealed));
      GATE_TRY_VOID(read_user_document(document, user));
    }
    user.raised_risk = query.text(14);
    user.password_leaked = query.integer(15) != 0;
    found = std::move(user);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

void bind_channel(Query& query, std::string_view tenant_id, std::string_view user_id,
                  const Channel& channel, const Bytes& address, Micros now) {
  query.bind(tenant_id, user_id, channel.channel_id, static_cast<std::int64_t>(channel.kind),
             address, channel.verified, channel.preferred, channel.blocked, now);
}

}  // namespace

Result<std::optional<User>> PostgresUnitOfWork::find_user_by_name(std::string_view tenant_id,
                                                                  std::string_view username) {
  Query query(connection_, kFindUserByName);
  query.bind(tenant_id, username);
  return one_user(query, setting_.key);
}

Result<std::optional<User>> PostgresUnitOfWork::find_user(std::string_view tenant_id,
                                                          std::string_view user_id) {
  // A unit of work that reads it decides by it, or writes it back.
  if (mode_ == Mode::kWrite) {
    GATE_TRY_VOID(lock_user(tenant_id, user_id));
  }
  Query query(connection_, kFindUser);
  query.bind(tenant_id, user_id);
  return one_user(query, setting_.key);
}

Result<std::optional<std::string>> PostgresUnitOfWork::find_password(std::string_view tenant_id,
                                                                     std::string_view user_id) {
  // A unit of work that reads it decides by it.
  if (mode_ == Mode::kWrite) {
    GATE_TRY_VOID(lock_user(tenant_id, user_id));
  }
  Query query(connection_, kFindPassword);
  query.bind(tenant_id, user_id);
  std::optional<std::string> found;
  if (query.next()) {
    found = query.text(0);
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<std::vector<Channel>> PostgresUnitOfWork::channels_of(std::string_view tenant_id,
                                                             std::string_view user_id) {
  Query query(connection_, kChannelsOf);
  query.bind(tenant_id, user_id);
  std::vector<Channel> channels;
  while (query.next()) {
    Channel channel;
    channel.channel_id = query.text(0);
    channel.kind = static_cast<ChannelKind>(query.integer(1));
    GATE_TRY(
        channel.address,
        open_text(setting_.key, channel_context(tenant_id, channel.channel_id), query.blob(2)));
    channel.verified = query.integer(3) != 0;
    channel.preferred = query.integer(4) != 0;
    channel.blocked = query.integer(5) != 0;
    channel.carried_reset = query.integer(6) != 0;
    channels.push_back(std::move(channel));
  }
  GATE_TRY_VOID(query.done());
  return channels;
}

Result<void> PostgresUnitOfWork::put_user(const User& user) {
  const std::string groups = write_list(user.groups);
  const std::string roles = write_list(user.roles);
  const std::string signal_pairs = write_pairs(user.signals);
  Bytes sealed;
  if (const std::string document = write_user_document(user); !document.empty()) {
    GATE_TRY(sealed, seal_text(user_context(user.tenant_id, user.user_id), document));
  }
  Query put(connection_, kPutUser);
  put.bind(user.tenant_id, user.user_id, user.username, user.display_name, groups, roles, user.kind,
           user.sign_in_risk, user.user_risk, signal_pairs, user.enabled, sealed);
  GATE_TRY_VOID(put.finish());
  Query forget(connection_, kForgetOtherNames);
  forget.bind(user.tenant_id, user.user_id, user.username);
  GATE_TRY_VOID(forget.finish());
  Query name(connection_, kTakeName);
  name.bind(user.tenant_id, user.username, user.user_id);
  return name.change_or("the user name belongs to another user");
}

Result<void> PostgresUnitOfWork::put_password(std::string_view tenant_id, std::string_view user_id,
                                              std::string_view encoded, Micros now) {
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kPutPassword);
  query.bind(tenant_id, user_id, encoded, now);
  GATE_TRY(const std::int64_t rows, query.change());
  if (rows == 0) {
    return {};
  }
  GATE_TRY_VOID(mark_reset_channel(tenant_id, user_id, ""));
  Query forget(connection_, kForgetLeak);
  forget.bind(tenant_id, user_id);
  return forget.finish();
}

Result<void> PostgresUnitOfWork::change_password(const SubjectGuard& guard,
                                                 std::string_view encoded,
                                                 std::string_view over_channel, Micros now) {
  // Compared and raised in one statement, as in enrol_channel.
  GATE_TRY_VOID(lock_subject(guard));
  Query move(connection_, kChangePassword);
  bind_guard(move, guard);
  GATE_TRY_VOID(move.change_or(kSubjectChanged));
  Query put(connection_, kPutPassword);
  put.bind(guard.tenant_id, guard.user_id, encoded, now);
  GATE_TRY_VOID(put.finish());
  return mark_reset_channel(guard.tenant_id, guard.user_id, over_channel);
}

Result<void> PostgresUnitOfWork::mark_reset_channel(std::string_view tenant_id,
                                                    std::string_view user_id,
                                                    std::string_view channel_id) {
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kMarkReset);
  query.bind(tenant_id, user_id, channel_id);
  return query.finish();
}

Result<void> PostgresUnitOfWork::evict(const SubjectGuard& holder) {
  GATE_TRY_VOID(lock_subject(holder));
  Query end(connection_, kEvict);
  bind_guard(end, holder);
  GATE_TRY_VOID(end.change_or(kSubjectChanged));
  Query forget(connection_, kForgetOtherNames);
  forget.bind(holder.tenant_id, holder.user_id, "");
  return forget.finish();
}

Result<void> PostgresUnitOfWork::rehash_password(const SubjectGuard& guard,
                                                 std::string_view encoded, Micros now) {
  GATE_TRY_VOID(lock_subject(guard));
  Query query(connection_, kRehashPassword);
  bind_guard(query, guard, encoded, now);
  return query.change_or(kSubjectChanged);
}

Result<void> PostgresUnitOfWork::put_channel(std::string_view tenant_id, std::string_view user_id,
                                             const Channel& channel, Micros now) {
  GATE_TRY(const Bytes address,
           seal_text(channel_context(tenant_id, channel.channel_id), channel.address));
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kPutChannel);
  bind_channel(query, tenant_id, user_id, channel, address, now);
  GATE_TRY(const std::int64_t rows, query.change());
  return rows == 0 ? Result<void>() : move_methods(tenant_id, user_id);
}

Result<void> PostgresUnitOfWork::enrol_channel(const SubjectGuard& guard, const Channel& channel,
                                               Micros now) {
  // Compared and raised in one statement: of two concurrent ones with the same guard, the second
  // fails.
  GATE_TRY_VOID(lock_subject(guard));
  Query move(connection_, kMoveMethodsIfUnchanged);
  bind_guard(move, guard);
  GATE_TRY_VOID(move.change_or(kSubjectChanged));
  GATE_TRY(const Bytes address,
           seal_text(channel_context(guard.tenant_id, channel.channel_id), channel.address));
  Query enrol(connection_, kEnrolChannel);
  bind_channel(enrol, guard.tenant_id, guard.user_id, channel, address, now);
  return enrol.finish();
}

Result<void> PostgresUnitOfWork::set_channel_blocked(std::string_view tenant_id,
                                                     std::string_view user_id,
                                                     std::string_view channel_id, bool blocked) {
  GATE_TRY_VOID(lock_user(tenant_id, user_id));
  Query query(connection_, kBlockChannel);
  query.bind(tenant_id, user_id, channel_id, blocked);
  GATE_TRY(const std::int64_t rows, query.change());
  return rows == 0 ? Result<void>() : move_methods(tenant_id, user_id);
}

Result<void> PostgresUnitOfWork::set_raised_risk(std::string_view tenant_id,
                                                 std::string_view user_id, std::string_view risk) {
  Query query(connection_, kSetRaisedRisk);
  query.bind(tenant_id, user_id, risk);
  return query.finish();
}

Result<void> PostgresUnitOfWork::mark_password_leaked(std::string_view tenant_id,
                                                      std::string_view user_id) {
  Query query(connection_, kMarkLeaked);
  query.bind(tenant_id, user_id);
  return query.finish();
}

Result<void> PostgresUnitOfWork::move_methods(std::string_view tenant_id,
                                              std::string_view user_id) {
  Query query(connection_, kMoveMethods);
  query.bind(tenant_id, user_id);
  return query.finish();
}

Result<void> PostgresUnitOfWork::raise_epoch(std::string_view tenant_id, std::string_view user_id) {
  Query query(connection_, kRaiseEpoch);
  query.bind(tenant_id, user_id);
  return query.finish();
}

}  // namespace gate::server::postgres
