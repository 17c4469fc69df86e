#include "server/store/sqlite/columns.h"
#include "server/store/sqlite/transaction.h"

namespace gate::server {
namespace {

// Rows that ended this long ago are of no use to anybody: not for an answer, not for a limit.
constexpr Micros kSweepAfter = kMicrosPerHour;
// The longest window that a rule may have.
constexpr Micros kThrottleSweepAfter = 2 * kMicrosPerDay;
constexpr std::int64_t kSweepRows = 8;

}  // namespace

Result<Bytes> SqliteTransaction::seal_addresses(const FlowRecord& flow) {
  const std::string plain = write_list({flow.pending_address, flow.label_address});
  return seal(random_, key_.bytes(), flow_context(flow.tenant_id, flow.flow_id), as_bytes(plain));
}

Result<void> SqliteTransaction::sweep(Micros now) {
  // Each statement takes a few rows by an index on their end, so that the cost of a sign-in stays
  // the same however much has gathered; on average more goes than comes.
  static constexpr const char* kSweeps[] = {
      "DELETE FROM flow WHERE (tenant_id, flow_id) IN "
      "(SELECT tenant_id, flow_id FROM flow WHERE flow_ends_at < ? LIMIT ?)",
      "DELETE FROM challenge WHERE (tenant_id, challenge_id) IN "
      "(SELECT tenant_id, challenge_id FROM challenge WHERE expires_at < ? LIMIT ?)",
      "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE state IN "
      "('sent', 'failed', 'unknown', 'dropped') AND next_at < ? LIMIT ?)",
      "DELETE FROM refresh WHERE (tenant_id, token_hash) IN "
      "(SELECT r.tenant_id, r.token_hash FROM rt_family f JOIN refresh r "
      "ON r.tenant_id = f.tenant_id AND r.family_id = f.family_id WHERE f.ends_at < ? LIMIT ?)",
      "DELETE FROM rt_family WHERE (tenant_id, family_id) IN "
      "(SELECT tenant_id, family_id FROM rt_family f WHERE ends_at < ? AND NOT EXISTS "
      "(SELECT 1 FROM refresh r WHERE r.tenant_id = f.tenant_id AND r.family_id = f.family_id) "
      "LIMIT ?)",
      "DELETE FROM session WHERE (tenant_id, sid) IN "
      "(SELECT tenant_id, sid FROM session WHERE ends_at < ? LIMIT ?)"};
  for (const char* sql : kSweeps) {
    Query query(connection_, sql);
    query.bind(now - kSweepAfter, kSweepRows);
    GATE_TRY([[maybe_unused]] const std::int64_t swept, query.change());
  }
  // Counters that are at rest: no failures in a row, no delay, window long over.
  Query counters(connection_,
                 "DELETE FROM throttle WHERE (tenant_id, key) IN (SELECT tenant_id, key FROM "
                 "throttle WHERE window_start < ?1 AND until < ?1 AND consecutive = 0 LIMIT ?2)");
  counters.bind(now - kThrottleSweepAfter, kSweepRows);
  GATE_TRY([[maybe_unused]] const std::int64_t swept, counters.change());
  return {};
}

Result<void> SqliteTransaction::create_flow(const FlowRecord& flow, Micros now) {
  GATE_TRY_VOID(sweep(now));
  GATE_TRY(const Bytes addresses, seal_addresses(flow));
  const std::string completed = write_factors(flow.completed);
  Query query(connection_,
              "INSERT INTO flow (tenant_id, flow_id, client_id, user_id, account_key, user_epoch, "
              "gen, phase, live, flow_ends_at, token_ends_at, first_factor, offered, capabilities, "
              "challenge_id, challenge_channel_id, pending_kind, private_sealed, completed, "
              "auth_context, policy_digest, wrong_total) "
              "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  query.bind(flow.tenant_id, flow.flow_id, flow.client_id, flow.user_id, flow.account_key,
             flow.user_epoch, flow.gen, name(flow.state.phase), is_live(flow.state.phase),
             flow.state.flow_ends_at, flow.state.token_ends_at, name(flow.first_factor),
             std::int64_t{flow.offered.bits()}, std::int64_t{flow.capabilities}, flow.challenge_id,
             flow.challenge_channel_id, static_cast<std::int64_t>(flow.pending_kind), addresses,
             completed, flow.auth_context, flow.policy_digest, flow.wrong_total);
  GATE_TRY([[maybe_unused]] const std::int64_t rows, query.change());
  return {};
}

Result<bool> SqliteTransaction::advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                                             FlowPhase expected_phase) {
  GATE_TRY(const Bytes addresses, seal_addresses(next));
  const std::string completed = write_factors(next.completed);
  Query query(connection_,
              "UPDATE flow SET gen = gen + 1, phase = ?, live = ?, token_ends_at = ?, "
              "first_factor = ?, offered = ?, challenge_id = ?, challenge_channel_id = ?, "
              "pending_kind = ?, private_sealed = ?, completed = ?, auth_context = ?, "
              "policy_digest = ? "
              "WHERE tenant_id = ? AND flow_id = ? AND gen = ? AND phase = ?");
  query.bind(name(next.state.phase), is_live(next.state.phase), next.state.token_ends_at,
             name(next.first_factor), std::int64_t{next.offered.bits()}, next.challenge_id,
             next.challenge_channel_id, static_cast<std::int64_t>(next.pending_kind), addresses,
             completed, next.auth_context, next.policy_digest, next.tenant_id, next.flow_id,
             expected_gen, name(expected_phase));
  GATE_TRY(const std::int64_t rows, query.change());
  return rows == 1;
}

Result<std::optional<std::int64_t>> SqliteTransaction::count_wrong(std::string_view tenant_id,
                                                                   std::string_view flow_id,
                                                                   std::int64_t max) {
  Query query(connection_,
              "UPDATE flow SET wrong_total = wrong_total + 1, "
              "phase = CASE WHEN wrong_total + 1 >= ?1 THEN ?4 ELSE phase END, "
              "live = CASE WHEN wrong_total + 1 >= ?1 THEN 0 ELSE live END "
              "WHERE tenant_id = ?2 AND flow_id = ?3 AND live = 1 RETURNING wrong_total");
  query.bind(max, tenant_id, flow_id, name(FlowPhase::kExpired));
  std::optional<std::int64_t> total;
  while (query.next()) {
    total = query.integer(0);
  }
  GATE_TRY_VOID(query.done());
  return total;
}

Result<void> SqliteTransaction::open_challenge(const ChallengeRecord& challenge,
                                               const OutboxMessage* message, Micros now) {
  Query drop(connection_,
             "UPDATE outbox SET state = 'dropped', payload_sealed = x'' WHERE state = 'queued' AND "
             "(tenant_id, challenge_id) IN (SELECT tenant_id, challenge_id FROM challenge "
             "WHERE tenant_id = ? AND flow_id = ?)");
  drop.bind(challenge.tenant_id, challenge.flow_id);
  GATE_TRY([[maybe_unused]] const std::int64_t dropped, drop.change());
  Query kill(connection_,
             "UPDATE challenge SET state = 'dead' "
             "WHERE tenant_id = ? AND flow_id = ? AND state = 'live'");
  kill.bind(challenge.tenant_id, challenge.flow_id);
  GATE_TRY([[maybe_unused]] const std::int64_t killed, kill.change());
  Query insert(connection_,
               "INSERT INTO challenge (tenant_id, challenge_id, flow_id, channel_id, mac, "
               "attempts, attempts_max, state, expires_at) VALUES (?,?,?,?,?,0,?,'live',?)");
  insert.bind(challenge.tenant_id, challenge.challenge_id, challenge.flow_id, challenge.channel_id,
              challenge.mac, challenge.attempts_max, challenge.expires_at);
  GATE_TRY([[maybe_unused]] const std::int64_t inserted, insert.change());
  if (message == nullptr) {
    return {};
  }
  std::string plain = write_list({message->to, message->code, message->body, message->message_id});
  auto sealed = seal(random_, key_.bytes(),
                     outbox_context(challenge.tenant_id, challenge.challenge_id), as_bytes(plain));
  wipe(plain);
  if (!sealed) {
    return std::move(sealed).error();
  }
  Query queue(connection_,
              "INSERT INTO outbox (tenant_id, challenge_id, kind, payload_sealed, state, tries, "
              "next_at) VALUES (?,?,?,?,?,0,?)");
  queue.bind(challenge.tenant_id, challenge.challenge_id, static_cast<std::int64_t>(message->kind),
             *sealed, message->deliver ? "queued" : "dropped", now);
  GATE_TRY([[maybe_unused]] const std::int64_t queued, queue.change());
  return {};
}

Result<CodeTrial> SqliteTransaction::try_code(std::string_view tenant_id,
                                              std::string_view challenge_id,
                                              std::string_view flow_id, ByteSpan mac, Micros now) {
  // The comparison of MACs happens in SQL: whoever guesses codes cannot steer a keyed MAC, so how
  // far it gets tells nothing (auth-server T1). The server compares nothing else of a code.
  Query query(connection_,
              "UPDATE challenge SET attempts = attempts + 1, state = CASE "
              "WHEN mac = ?1 THEN 'used' WHEN attempts + 1 >= attempts_max THEN 'dead' "
              "ELSE state END "
              "WHERE tenant_id = ?2 AND challenge_id = ?3 AND flow_id = ?4 AND state = 'live' "
              "AND attempts < attempts_max AND expires_at > ?5 RETURNING state, attempts");
  query.bind(mac, tenant_id, challenge_id, flow_id, now);
  CodeTrial trial;
  while (query.next()) {
    trial.verdict = query.text(0) == "used" ? CodeVerdict::kAccepted : CodeVerdict::kWrong;
    trial.attempts = query.integer(1);
  }
  GATE_TRY_VOID(query.done());
  return trial;
}

}  // namespace gate::server
