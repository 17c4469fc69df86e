#pragma once

#include <cstdint>
#include <iterator>

namespace gate::server::postgres {

/// The tables of version 1. They never change; later versions add to them. All keys begin with
/// tenant_id, so that the layout can be sharded. Times are microseconds UTC. Columns ending in
/// _sealed hold AES-256-GCM under the store key. Texts that are compared by their order have the
/// order of their bytes (COLLATE "C"), as in the other stores.
///
/// One challenge of a flow is live at any time (A7); here an index says so, because two units of
/// work may open one at the same time.
inline constexpr const char* kSchemaOne = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
CREATE TABLE tenant (
  tenant_id TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL UNIQUE,
  attributes_json TEXT NOT NULL, sign_up BIGINT NOT NULL);
CREATE TABLE client (
  tenant_id TEXT NOT NULL REFERENCES tenant, client_id TEXT NOT NULL, name TEXT NOT NULL,
  origins TEXT NOT NULL, trusted_signals BOOLEAN NOT NULL, scopes TEXT NOT NULL,
  PRIMARY KEY (tenant_id, client_id));
CREATE TABLE resource (
  tenant_id TEXT NOT NULL REFERENCES tenant, audience TEXT NOT NULL, name TEXT NOT NULL,
  scopes TEXT NOT NULL, contexts TEXT NOT NULL,
  PRIMARY KEY (tenant_id, audience));
CREATE TABLE users (
  tenant_id TEXT NOT NULL REFERENCES tenant, user_id TEXT NOT NULL, username TEXT NOT NULL,
  display_name TEXT NOT NULL, groups_json TEXT NOT NULL, roles_json TEXT NOT NULL,
  kind TEXT NOT NULL, sign_in_risk TEXT NOT NULL, user_risk TEXT NOT NULL,
  signals_json TEXT NOT NULL, epoch BIGINT NOT NULL, methods_gen BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL, attributes_sealed BYTEA NOT NULL,
  raised_risk TEXT NOT NULL DEFAULT '', password_leaked BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, user_id));
CREATE TABLE identifier (
  tenant_id TEXT NOT NULL, value_norm TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, value_norm),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users);
CREATE INDEX identifier_by_user ON identifier (tenant_id, user_id);
CREATE TABLE password (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, encoded TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users);
CREATE TABLE channel (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, channel_id TEXT COLLATE "C" NOT NULL,
  kind BIGINT NOT NULL, address_sealed BYTEA NOT NULL, verified BOOLEAN NOT NULL,
  preferred BOOLEAN NOT NULL, blocked BOOLEAN NOT NULL, enrolled_at BIGINT NOT NULL,
  carried_reset BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, user_id, channel_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users);
CREATE TABLE known_device (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, key_hash BYTEA NOT NULL,
  device_id TEXT COLLATE "C" NOT NULL, user_epoch BIGINT NOT NULL, epoch BIGINT NOT NULL,
  first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, key_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users);
CREATE TABLE sign_in (
  tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, at BIGINT NOT NULL, country TEXT NOT NULL,
  latitude BIGINT, longitude BIGINT, device_known BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, user_id, at),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users);
CREATE INDEX sign_in_by_time ON sign_in (at);
CREATE TABLE flow (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, kind BIGINT NOT NULL, client_id TEXT NOT NULL,
  user_id TEXT, user_epoch BIGINT, account_key TEXT NOT NULL,
  gen BIGINT NOT NULL, phase TEXT NOT NULL, live BOOLEAN NOT NULL,
  flow_ends_at BIGINT NOT NULL, token_ends_at BIGINT NOT NULL, first_factor TEXT NOT NULL,
  offered BIGINT NOT NULL, capabilities BIGINT NOT NULL, challenge_id TEXT NOT NULL,
  challenge_channel_id TEXT NOT NULL, pending_kind BIGINT NOT NULL, private_sealed BYTEA NOT NULL,
  completed TEXT NOT NULL, auth_context TEXT NOT NULL, policy_digest TEXT NOT NULL,
  wrong_total BIGINT NOT NULL, failures_before BIGINT NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (tenant_id, flow_id));
CREATE INDEX flow_by_end ON flow (flow_ends_at);
CREATE TABLE flow_answer (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, gen BIGINT NOT NULL, request_tag BYTEA NOT NULL,
  at BIGINT NOT NULL, sid TEXT NOT NULL, answer_sealed BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, flow_id));
CREATE INDEX flow_answer_by_age ON flow_answer (at);
CREATE TABLE challenge (
  tenant_id TEXT NOT NULL, flow_id TEXT NOT NULL, challenge_id TEXT NOT NULL,
  channel_id TEXT NOT NULL, mac BYTEA NOT NULL, attempts BIGINT NOT NULL,
  attempts_max BIGINT NOT NULL, state TEXT NOT NULL, expires_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, flow_id, challenge_id));
CREATE UNIQUE INDEX challenge_live ON challenge (tenant_id, flow_id) WHERE state = 'live';
CREATE INDEX challenge_by_end ON challenge (expires_at);
CREATE TABLE throttle (
  tenant_id TEXT NOT NULL, key TEXT COLLATE "C" NOT NULL, shard BIGINT NOT NULL,
  window_start BIGINT NOT NULL, count BIGINT NOT NULL, consecutive BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, key, shard));
CREATE INDEX throttle_at_rest ON throttle (window_start) WHERE consecutive = 0;
CREATE INDEX throttle_in_a_row ON throttle (window_start) WHERE consecutive > 0;
CREATE TABLE outbox (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id TEXT NOT NULL,
  flow_id TEXT NOT NULL, challenge_id TEXT NOT NULL, kind BIGINT NOT NULL,
  payload_sealed BYTEA NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL);
CREATE UNIQUE INDEX outbox_by_challenge ON outbox (tenant_id, flow_id, challenge_id);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_ended ON outbox (next_at) WHERE state NOT IN ('queued', 'sending');
CREATE TABLE session (
  tenant_id TEXT NOT NULL, sid TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL,
  user_epoch BIGINT NOT NULL, device_id TEXT NOT NULL, device_epoch BIGINT NOT NULL,
  auth_time BIGINT NOT NULL, ends_at BIGINT NOT NULL, completed TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (tenant_id, sid));
CREATE INDEX session_by_end ON session (ends_at);
CREATE TABLE rt_family (
  tenant_id TEXT NOT NULL, family_id TEXT NOT NULL, sid TEXT NOT NULL,
  ends_at BIGINT NOT NULL, revoked BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, family_id));
CREATE INDEX rt_family_by_end ON rt_family (ends_at);
CREATE TABLE refresh (
  tenant_id TEXT NOT NULL, token_hash BYTEA NOT NULL, family_id TEXT NOT NULL,
  used_at BIGINT, successor_sealed BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, token_hash));
CREATE INDEX refresh_by_family ON refresh (tenant_id, family_id);
CREATE TABLE signing_key (
  kid TEXT COLLATE "C" PRIMARY KEY, state BIGINT NOT NULL, created_at BIGINT NOT NULL,
  retire_at BIGINT NOT NULL, private_sealed BYTEA NOT NULL);
CREATE TABLE audit_chain (
  node TEXT NOT NULL, tenant_id TEXT NOT NULL, PRIMARY KEY (node, tenant_id));
CREATE TABLE audit (
  row_number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, node TEXT COLLATE "C" NOT NULL,
  tenant_id TEXT COLLATE "C" NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,
  type TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL, flow_id TEXT NOT NULL,
  policy_digest TEXT NOT NULL, facts_hash TEXT NOT NULL, facts_json TEXT NOT NULL,
  outcome TEXT NOT NULL, required_text TEXT NOT NULL, reasons TEXT NOT NULL, heads TEXT NOT NULL,
  prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE UNIQUE INDEX audit_by_chain ON audit (node, tenant_id, seq DESC);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
)sql";

/// The migration from each version to the next; the first makes version 1 in an empty schema.
inline constexpr const char* kSchemaSteps[] = {kSchemaOne};
/// The newest version (table schema_version). A store of a later version is refused.
inline constexpr std::int64_t kSchemaVersion = std::size(kSchemaSteps);

}  // namespace gate::server::postgres
