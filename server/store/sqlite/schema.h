#pragma once

#include <cstdint>
#include <iterator>

namespace gate::server {

/// The tables of version 1. They never change; later versions add to them. All keys begin with
/// tenant_id, so that the layout can be sharded. Times are microseconds UTC. Columns ending in
/// _sealed hold AES-256-GCM under the store key.
inline constexpr const char* kSchemaOne = R"sql(
CREATE TABLE tenant (
  tenant_id TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE client (
  tenant_id TEXT NOT NULL REFERENCES tenant, client_id TEXT NOT NULL, name TEXT NOT NULL,
  origins TEXT NOT NULL, audience TEXT NOT NULL, trusted_signals INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, client_id)) WITHOUT ROWID;
CREATE TABLE user (
  tenant_id TEXT NOT NULL REFERENCES tenant, user_id TEXT NOT NULL, username TEXT NOT NULL,
  display_name TEXT NOT NULL, groups_json TEXT NOT NULL, roles_json TEXT NOT NULL,
  kind TEXT NOT NULL, sign_in_risk TEXT NOT NULL, user_risk TEXT NOT NULL,
  signals_json TEXT NOT NULL, epoch INTEGER NOT NULL, enabled INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id)) WITHOUT ROWID;
CREATE TABLE identifier (
  tenant_id TEXT NOT NULL, value_norm TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, value_norm),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
CREATE TABLE password (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, encoded TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
CREATE TABLE channel (
  tenant_id TEXT NOT NULL, channel_id TEXT NOT NULL, user_id TEXT NOT NULL,
  kind INTEGER NOT NULL, address_sealed BLOB NOT NULL, verified INTEGER NOT NULL,
  preferred INTEGER NOT NULL, blocked INTEGER NOT NULL, enrolled_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, channel_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
CREATE INDEX channel_by_user ON channel (tenant_id, user_id);
CREATE TABLE flow (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, client_id TEXT NOT NULL,
  user_id TEXT NOT NULL, account_key TEXT NOT NULL, user_epoch INTEGER NOT NULL,
  gen INTEGER NOT NULL, phase TEXT NOT NULL, live INTEGER NOT NULL,
  flow_ends_at INTEGER NOT NULL, token_ends_at INTEGER NOT NULL, first_factor TEXT NOT NULL,
  offered INTEGER NOT NULL, capabilities INTEGER NOT NULL, challenge_id TEXT NOT NULL,
  challenge_channel_id TEXT NOT NULL, pending_kind INTEGER NOT NULL, private_sealed BLOB NOT NULL,
  completed TEXT NOT NULL, auth_context TEXT NOT NULL, policy_digest TEXT NOT NULL,
  wrong_total INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, flow_id)) WITHOUT ROWID;
CREATE INDEX flow_by_end ON flow (flow_ends_at);
CREATE TABLE challenge (
  tenant_id TEXT NOT NULL, challenge_id TEXT NOT NULL, flow_id TEXT NOT NULL,
  channel_id TEXT NOT NULL, mac BLOB NOT NULL, attempts INTEGER NOT NULL,
  attempts_max INTEGER NOT NULL, state TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, challenge_id)) WITHOUT ROWID;
CREATE INDEX challenge_by_flow ON challenge (tenant_id, flow_id);
CREATE INDEX challenge_by_end ON challenge (expires_at);
CREATE TABLE throttle (
  tenant_id TEXT NOT NULL, key TEXT NOT NULL, window_start INTEGER NOT NULL,
  count INTEGER NOT NULL, consecutive INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key)) WITHOUT ROWID;
CREATE INDEX throttle_by_window ON throttle (window_start) WHERE consecutive = 0;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, challenge_id TEXT NOT NULL,
  kind INTEGER NOT NULL, payload_sealed BLOB NOT NULL, state TEXT NOT NULL,
  tries INTEGER NOT NULL, next_at INTEGER NOT NULL);
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE UNIQUE INDEX outbox_by_challenge ON outbox (tenant_id, challenge_id);
CREATE TABLE session (
  tenant_id TEXT NOT NULL, sid TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL,
  user_epoch INTEGER NOT NULL, auth_time INTEGER NOT NULL, ends_at INTEGER NOT NULL,
  completed TEXT NOT NULL, scope TEXT NOT NULL,
  PRIMARY KEY (tenant_id, sid)) WITHOUT ROWID;
CREATE INDEX session_by_end ON session (ends_at);
CREATE TABLE rt_family (
  tenant_id TEXT NOT NULL, family_id TEXT NOT NULL, sid TEXT NOT NULL,
  ends_at INTEGER NOT NULL, revoked INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, family_id)) WITHOUT ROWID;
CREATE INDEX rt_family_by_end ON rt_family (ends_at);
CREATE TABLE refresh (
  tenant_id TEXT NOT NULL, token_hash BLOB NOT NULL, family_id TEXT NOT NULL,
  used_at INTEGER, successor_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, token_hash)) WITHOUT ROWID;
CREATE INDEX refresh_by_family ON refresh (tenant_id, family_id);
CREATE TABLE signing_key (
  kid TEXT PRIMARY KEY, state INTEGER NOT NULL, created_at INTEGER NOT NULL,
  retire_at INTEGER NOT NULL, private_sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL, client_id TEXT NOT NULL, flow_id TEXT NOT NULL,
  policy_digest TEXT NOT NULL, facts_hash TEXT NOT NULL, facts_json TEXT NOT NULL,
  outcome TEXT NOT NULL, required_text TEXT NOT NULL, reasons TEXT NOT NULL,
  prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)sql";

/// What version 2 adds: the devices of B8.
inline constexpr const char* kSchemaTwo = R"sql(
CREATE TABLE known_device (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, key_hash BLOB NOT NULL, device_id TEXT NOT NULL,
  user_epoch INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, key_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
)sql";

/// What version 3 adds.
///  - `meta`: facts about the file itself. `key_check` is a MAC by which a wrong key is refused
///    before anything is written (S24).
///  - The scopes that are configured for a client (S10).
///  - What guards compare (T6): methods_gen of a user, epoch of a device, the device of a session.
///  - A key or index for every lookup, so that SQLite has only one plan (S23): channels by user,
///    challenges and messages by flow, user names by user, waiting and finished messages (S37),
///    counters by the time at which they may be swept.
///  - In a flow without a subject user_id is NULL, not empty.
///  - One audit chain for each node and tenant. Older rows keep their hashes, as the chain of the
///    node with the empty name.
inline constexpr const char* kSchemaThree = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
ALTER TABLE client ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE user ADD COLUMN methods_gen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE known_device ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN device_id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN device_epoch INTEGER NOT NULL DEFAULT 0;
CREATE INDEX identifier_by_user ON identifier (tenant_id, user_id);

CREATE TABLE new_channel (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, channel_id TEXT NOT NULL,
  kind INTEGER NOT NULL, address_sealed BLOB NOT NULL, verified INTEGER NOT NULL,
  preferred INTEGER NOT NULL, blocked INTEGER NOT NULL, enrolled_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, channel_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
INSERT INTO new_channel SELECT tenant_id, user_id, channel_id, kind, address_sealed, verified,
  preferred, blocked, enrolled_at FROM channel;
DROP TABLE channel;
ALTER TABLE new_channel RENAME TO channel;

CREATE TABLE new_flow (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, kind INTEGER NOT NULL, client_id TEXT NOT NULL,
  user_id TEXT, user_epoch INTEGER, account_key TEXT NOT NULL,
  gen INTEGER NOT NULL, phase TEXT NOT NULL, live INTEGER NOT NULL,
  flow_ends_at INTEGER NOT NULL, token_ends_at INTEGER NOT NULL, first_factor TEXT NOT NULL,
  offered INTEGER NOT NULL, capabilities INTEGER NOT NULL, challenge_id TEXT NOT NULL,
  challenge_channel_id TEXT NOT NULL, pending_kind INTEGER NOT NULL, private_sealed BLOB NOT NULL,
  completed TEXT NOT NULL, auth_context TEXT NOT NULL, policy_digest TEXT NOT NULL,
  wrong_total INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, flow_id)) WITHOUT ROWID;
INSERT INTO new_flow SELECT tenant_id, flow_id, 0, client_id, NULLIF(user_id, ''),
  CASE WHEN user_id <> '' THEN user_epoch END, account_key, gen, phase, live, flow_ends_at,
  token_ends_at, first_factor, offered, capabilities, challenge_id, challenge_channel_id,
  pending_kind, private_sealed, completed, auth_context, policy_digest, wrong_total FROM flow;
DROP TABLE flow;
ALTER TABLE new_flow RENAME TO flow;
CREATE INDEX flow_by_end ON flow (flow_ends_at);

ALTER TABLE outbox ADD COLUMN flow_id TEXT NOT NULL DEFAULT '';
UPDATE outbox SET flow_id = COALESCE((SELECT c.flow_id FROM challenge c
  WHERE c.tenant_id = outbox.tenant_id AND c.challenge_id = outbox.challenge_id), '');
DROP INDEX outbox_due;
DROP INDEX outbox_by_challenge;
CREATE UNIQUE INDEX outbox_by_challenge ON outbox (tenant_id, flow_id, challenge_id);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_ended ON outbox (next_at) WHERE state NOT IN ('queued', 'sending');

CREATE TABLE new_challenge (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, challenge_id TEXT NOT NULL,
  channel_id TEXT NOT NULL, mac BLOB NOT NULL, attempts INTEGER NOT NULL,
  attempts_max INTEGER NOT NULL, state TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, flow_id, challenge_id)) WITHOUT ROWID;
INSERT INTO new_challenge SELECT tenant_id, flow_id, challenge_id, channel_id, mac, attempts,
  attempts_max, state, expires_at FROM challenge;
DROP TABLE challenge;
ALTER TABLE new_challenge RENAME TO challenge;
CREATE INDEX challenge_by_end ON challenge (expires_at);

CREATE TABLE new_throttle (
  tenant_id TEXT NOT NULL, key TEXT NOT NULL, shard INTEGER NOT NULL,
  window_start INTEGER NOT NULL, count INTEGER NOT NULL, consecutive INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key, shard)) WITHOUT ROWID;
INSERT INTO new_throttle SELECT tenant_id, key, 0, window_start, count, consecutive, until
  FROM throttle;
DROP TABLE throttle;
ALTER TABLE new_throttle RENAME TO throttle;
CREATE INDEX throttle_at_rest ON throttle (window_start) WHERE consecutive = 0;
CREATE INDEX throttle_in_a_row ON throttle (window_start) WHERE consecutive > 0;

CREATE TABLE new_audit (
  row_number INTEGER PRIMARY KEY, node TEXT NOT NULL, tenant_id TEXT NOT NULL,
  seq INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, user_id TEXT NOT NULL,
  client_id TEXT NOT NULL, flow_id TEXT NOT NULL, policy_digest TEXT NOT NULL,
  facts_hash TEXT NOT NULL, facts_json TEXT NOT NULL, outcome TEXT NOT NULL,
  required_text TEXT NOT NULL, reasons TEXT NOT NULL, heads TEXT NOT NULL,
  prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
INSERT INTO new_audit SELECT seq, '', tenant_id, seq, at, type, user_id, client_id, flow_id,
  policy_digest, facts_hash, facts_json, outcome, required_text, reasons, '', prev_hash, hash
  FROM audit ORDER BY seq;
DROP TABLE audit;
ALTER TABLE new_audit RENAME TO audit;
CREATE UNIQUE INDEX audit_by_chain ON audit (node, tenant_id, seq DESC);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)sql";

/// What version 4 adds.
///  - The attributes that a tenant collects at sign-up (JSON), and those of a user. The latter say
///    where people live, so that they are sealed; an empty value stands for none.
///  - Whether a tenant is open for sign-up.
///  - The channel over which a password was reset (D4).
///  - In `meta`, where the audit rows of older versions end (older_audit.h).
///  - The risk of a user by administration and by leaked passwords.
///  - The last complete sign-ins of each user, and the failures before a flow, for the risk rules.
///  - The resources of a tenant (S5). A client had an audience and scopes of its own: they become a
///    resource that has the name of the client, so that policies on that name still apply to it.
///    Where clients shared an audience, it has the name of the first.
///  - What a client may ask for is written `<audience>/<scope>`.
///  - The answer to the newest request of a flow (T4), one row a flow, swept after some seconds.
///    `answer_sealed` is under a key that only the request gives, not under the store key.
///  - When a code was queued, for the spacing of codes within a flow (B5).
inline constexpr const char* kSchemaFour = R"sql(
ALTER TABLE tenant ADD COLUMN attributes_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE user ADD COLUMN attributes_sealed BLOB NOT NULL DEFAULT x'';
ALTER TABLE tenant ADD COLUMN sign_up INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN carried_reset INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN raised_risk TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN password_leaked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE flow ADD COLUMN failures_before INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sign_in (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, at INTEGER NOT NULL, country TEXT NOT NULL,
  latitude INTEGER, longitude INTEGER, device_known INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, at),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user) WITHOUT ROWID;
CREATE INDEX sign_in_by_time ON sign_in (at);
CREATE TABLE resource (
  tenant_id TEXT NOT NULL REFERENCES tenant, audience TEXT NOT NULL, name TEXT NOT NULL,
  scopes TEXT NOT NULL, contexts TEXT NOT NULL,
  PRIMARY KEY (tenant_id, audience)) WITHOUT ROWID;
INSERT INTO resource SELECT c.tenant_id, c.audience, min(c.name),
  (SELECT json_group_array(value) FROM (SELECT DISTINCT s.value FROM client d, json_each(d.scopes) s
    WHERE d.tenant_id = c.tenant_id AND d.audience = c.audience ORDER BY s.value)), '[]'
  FROM client c WHERE c.scopes <> '[]' GROUP BY c.tenant_id, c.audience;
UPDATE client SET scopes = (SELECT json_group_array(client.audience || '/' || s.value)
  FROM json_each(client.scopes) s);
ALTER TABLE client DROP COLUMN audience;
CREATE TABLE flow_answer (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, gen INTEGER NOT NULL, request_tag BLOB NOT NULL,
  at INTEGER NOT NULL, sid TEXT NOT NULL, answer_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, flow_id)) WITHOUT ROWID;
CREATE INDEX flow_answer_by_age ON flow_answer (at);
ALTER TABLE challenge ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;
)sql";

/// What version 5 adds: of a step-up, the session and the refresh family that it rests on (JSON).
inline constexpr const char* kSchemaFive = R"sql(
ALTER TABLE flow ADD COLUMN origin TEXT NOT NULL DEFAULT '';
)sql";

/// The migration from each version to the next; the first makes version 1 from an empty file.
inline constexpr const char* kSchemaSteps[] = {kSchemaOne, kSchemaTwo, kSchemaThree, kSchemaFour,
                                               kSchemaFive};
/// The newest version (PRAGMA user_version). A file of a later version is refused.
inline constexpr std::int64_t kSchemaVersion = std::size(kSchemaSteps);
/// The first version in which a file has a key check.
inline constexpr std::int64_t kKeyCheckSince = 3;
/// The first version that knows where the audit rows of older ones end.
inline constexpr std::int64_t kOlderAuditEndSince = 4;

}  // namespace gate::server
