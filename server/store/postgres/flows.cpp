#include "server/crypto/aead.h"
#include "server/store/codec/columns.h"
#include "server/store/codec/sealed.h"
#include "server/store/postgres/guard.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kFindFlow(
    "SELECT tenant_id, flow_id, kind, client_id, user_id, user_epoch, account_key, gen, phase, "
    "flow_ends_at, token_ends_at, first_factor, offered, capabilities, challenge_id, "
    "challenge_channel_id, pending_kind, private_sealed, completed, auth_context, policy_digest, "
    "wrong_total, failures_before, origin FROM flow WHERE tenant_id = $1 AND flow_id = $2");
const Sql kCreateFlow(
    "INSERT INTO flow (tenant_id, flow_id, kind, client_id, user_id, user_epoch, account_key, gen, "
    "phase, live, flow_ends_at, token_ends_at, first_factor, offered, capabilities, challenge_id, "
    "challenge_channel_id, pending_kind, private_sealed, completed, auth_context, policy_digest, "
    "wrong_total, failures_before, origin) "
    "VALUES "
    "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25)");
// $8 whether there is a guard; then the key, the expected values, and the new values.
const Sql kAdvanceFlow(
    "UPDATE flow SET gen = gen + 1, phase = $13, live = $14, token_ends_at = $15, "
    "first_factor = $16, offered = $17, capabilities = $18, challenge_id = $19, "
    "challenge_channel_id = $20, pending_kind = $21, private_sealed = $22, completed = $23, "
    "auth_context = $24, policy_digest = $25, "
    "user_id = COALESCE(user_id, $26), user_epoch = CASE WHEN user_id IS NULL OR user_id = $26 "
    "THEN $27 ELSE user_epoch END, failures_before = $28 "
    "WHERE tenant_id = $9 AND flow_id = $10 AND gen = $11 AND phase = $12 "
    "AND (NOT $8 OR EXISTS (SELECT 1 FROM users u WHERE " GATE_PG_SUBJECT_GUARD "))");
const Sql kCountWrong(
    "UPDATE flow SET wrong_total = wrong_total + 1, "
    "phase = CASE WHEN wrong_total + 1 >= $1 THEN $4 ELSE phase END, "
    "live = CASE WHEN wrong_total + 1 >= $1 THEN $6 ELSE live END "
    "WHERE tenant_id = $2 AND flow_id = $3 AND live AND gen = $5 RETURNING wrong_total");

// The key of a challenge begins with its flow, so the challenges of a flow are found by key.
const Sql kKillChallenges(
    "UPDATE challenge SET state = 'dead' WHERE tenant_id = $1 AND flow_id = $2 AND state = 'live' "
    "RETURNING challenge_id");
const Sql kDropMessage(
    "UPDATE outbox SET state = 'dropped', payload_sealed = '' "
    "WHERE tenant_id = $1 AND flow_id = $2 AND challenge_id = $3 AND state = 'queued'");
const Sql kOpenChallenge(
    "INSERT INTO challenge (tenant_id, flow_id, challenge_id, channel_id, mac, attempts, "
    "attempts_max, state, expires_at, sent_at) VALUES ($1,$2,$3,$4,$5,0,$6,'live',$7,$8)");
const Sql kLastCodeAt(
    "SELECT COALESCE(MAX(sent_at), 0) FROM challenge "
    "WHERE tenant_id = $1 AND flow_id = $2 AND channel_id = $3");
const Sql kQueueMessage(
    "INSERT INTO outbox (tenant_id, flow_id, challenge_id, kind, payload_sealed, state, tries, "
    "next_at) VALUES ($1,$2,$3,$4,$5,$6,0,$7)");
// SQL compares the MACs. A guesser cannot control a keyed MAC, so the duration of the comparison
// reveals nothing (T1). The server compares codes in no other place.
const Sql kTryCode(
    "UPDATE challenge SET attempts = attempts + 1, state = CASE WHEN mac = $4 THEN 'used' "
    "WHEN attempts + 1 >= attempts_max THEN 'dead' ELSE state END "
    "WHERE tenant_id = $1 AND flow_id = $2 AND challenge_id = $3 AND state = 'live' "
    "AND attempts < attempts_max AND expires_at > $5 RETURNING state, attempts");

/// The parts of private_sealed.
constexpr std::size_t kPrivateParts = 2;
constexpr std::size_t kDraftParts = 3;
constexpr const char* kFlowMoved = "the flow is not where it was, or what it rests on has changed";

Result<FlowRecord> record_of(const Query& query, const Secret& key) {
  FlowRecord flow;
  flow.tenant_id = query.text(0);
  flow.flow_id = query.text(1);
  flow.kind = static_cast<FlowKind>(query.integer(2));
  flow.client_id = query.text(3);
  if (!query.is_null(4)) {
    flow.subject = FlowSubject{query.text(4), query.integer(5)};
  }
  flow.account_key = query.text(6);
  flow.gen = query.integer(7);
  const auto phase = parse_flow_phase(query.text(8));
  const auto first_factor = parse_method(query.text(11));
  if (!phase || !first_factor) {
    return Error{ErrorCode::kCorrupt, "a stored flow has an unknown phase or factor"};
  }
  flow.state = {*phase, query.integer(9), query.integer(10)};
  flow.first_factor = *first_factor;
  flow.offered = MethodSet(static_cast<std::uint32_t>(query.integer(12)));
  flow.capabilities = static_cast<std::uint32_t>(query.integer(13));
  flow.challenge_id = query.text(14);
  flow.challenge_channel_id = query.text(15);
  flow.pending_kind = static_cast<ChannelKind>(query.integer(16));
  GATE_TRY(const std::string addresses,
           open_text(key, flow_context(flow.tenant_id, flow.flow_id), query.blob(17)));
  GATE_TRY(std::vector<std::string> parts, read_list(addresses));
  if (parts.size() != kPrivateParts && parts.size() != kPrivateParts + kDraftParts) {
    return Error{ErrorCode::kCorrupt, "a stored flow has damaged addresses"};
  }
  flow.pending_address = std::move(parts[0]);
  flow.label_address = std::move(parts[1]);
  if (parts.size() > kPrivateParts) {
    flow.draft = AccountDraft{std::move(parts[2]), std::move(parts[3]), {}};
    GATE_TRY(flow.draft->attributes, read_pairs(parts[4]));
  }
  GATE_TRY(flow.completed, read_factors(query.text(18)));
  flow.auth_context = query.text(19);
  flow.policy_digest = query.text(20);
  flow.wrong_total = query.integer(21);
  flow.failures_before = query.integer(22);
  GATE_TRY(flow.origin, read_origin(query.text(23)));
  return flow;
}

/// What is sealed: the addresses and, in a sign-up, the draft of the account.
std::string private_of(const FlowRecord& flow) {
  std::vector<std::string> parts = {flow.pending_address, flow.label_address};
  if (flow.draft) {
    parts.insert(parts.end(), {flow.draft->user_id, flow.draft->password_hash,
                               write_pairs(flow.draft->attributes)});
  }
  return write_list(parts);
}

void bind_subject(Query& query, const FlowRecord& flow) {
  if (flow.subject) {
    query.bind(flow.subject->user_id, flow.subject->epoch);
  } else {
    query.bind(nullptr, nullptr);
  }
}

}  // namespace

Result<Bytes> PostgresUnitOfWork::seal_text(const std::string& context, std::string_view plain) {
  return seal(setting_.random, setting_.key.bytes(), context, as_bytes(plain));
}

Result<std::optional<FlowRecord>> PostgresUnitOfWork::find_flow(std::string_view tenant_id,
                                                                std::string_view flow_id) {
  Query query(connection_, kFindFlow);
  query.bind(tenant_id, flow_id);
  std::optional<FlowRecord> found;
  if (query.next()) {
    GATE_TRY(found, record_of(query, setting_.key));
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<Micros> PostgresUnitOfWork::last_code_at(std::string_view tenant_id,
                                                std::string_view flow_id,
                                                std::string_view channel_id) {
  Query query(connection_, kLastCodeAt);
  query.bind(tenant_id, flow_id, channel_id);
  const Micros at = query.next() ? query.integer(0) : 0;
  GATE_TRY_VOID(query.done());
  return at;
}

Result<void> PostgresUnitOfWork::create_flow(const FlowRecord& flow) {
  GATE_TRY(const Bytes private_part,
           seal_text(flow_context(flow.tenant_id, flow.flow_id), private_of(flow)));
  const std::string completed = write_factors(flow.completed);
  const std::string origin = write_origin(flow.origin);
  Query query(connection_, kCreateFlow);
  query.bind(flow.tenant_id, flow.flow_id, static_cast<std::int64_t>(flow.kind), flow.client_id);
  bind_subject(query, flow);
  query.bind(flow.account_key, flow.gen, name(flow.state.phase), is_live(flow.state.phase),
             flow.state.flow_ends_at, flow.state.token_ends_at, name(flow.first_factor),
             std::int64_t{flow.offered.bits()}, std::int64_t{flow.capabilities}, flow.challenge_id,
             flow.challenge_channel_id, static_cast<std::int64_t>(flow.pending_kind), private_part,
             completed, flow.auth_context, flow.policy_digest, flow.wrong_total,
             flow.failures_before, origin);
  return query.finish();
}

Result<void> PostgresUnitOfWork::advance_flow(const FlowRecord& next, std::int64_t expected_gen,
                                              FlowPhase expected_phase,
                                              const std::optional<SubjectGuard>& guard) {
  GATE_TRY(const Bytes private_part,
           seal_text(flow_context(next.tenant_id, next.flow_id), private_of(next)));
  const std::string completed = write_factors(next.completed);
  const SubjectGuard none;
  if (guard) {
    GATE_TRY_VOID(lock_flow(next.tenant_id, next.flow_id));
    GATE_TRY_VOID(lock_subject(*guard));
  }
  Query query(connection_, kAdvanceFlow);
  bind_guard(query, guard ? *guard : none, guard.has_value(), next.tenant_id, next.flow_id,
             expected_gen, name(expected_phase), name(next.state.phase), is_live(next.state.phase),
             next.state.token_ends_at, name(next.first_factor), std::int64_t{next.offered.bits()},
             std::int64_t{next.capabilities}, next.challenge_id, next.challenge_channel_id,
             static_cast<std::int64_t>(next.pending_kind), private_part, completed,
             next.auth_context, next.policy_digest);
  bind_subject(query, next);
  query.bind(next.failures_before);
  return query.change_or(kFlowMoved);
}

Result<std::optional<std::int64_t>> PostgresUnitOfWork::count_wrong(std::string_view tenant_id,
                                                                    std::string_view flow_id,
                                                                    std::int64_t expected_gen,
                                                                    std::int64_t max,
                                                                    FlowPhase over) {
  Query query(connection_, kCountWrong);
  query.bind(max, tenant_id, flow_id, name(over), expected_gen, is_live(over));
  std::optional<std::int64_t> total;
  while (query.next()) {
    total = query.integer(0);
  }
  GATE_TRY_VOID(query.done());
  return total;
}

Result<void> PostgresUnitOfWork::open_challenge(const ChallengeRecord& challenge,
                                                const OutboxMessage& message, Micros now) {
  GATE_TRY_VOID(lock_flow(challenge.tenant_id, challenge.flow_id));
  std::vector<std::string> killed;
  {
    Query kill(connection_, kKillChallenges);
    kill.bind(challenge.tenant_id, challenge.flow_id);
    while (kill.next()) {
      killed.push_back(kill.text(0));
    }
    GATE_TRY_VOID(kill.done());
  }
  for (const std::string& id : killed) {
    Query drop(connection_, kDropMessage);
    drop.bind(challenge.tenant_id, challenge.flow_id, id);
    GATE_TRY_VOID(drop.finish());
  }
  Query open(connection_, kOpenChallenge);
  open.bind(challenge.tenant_id, challenge.flow_id, challenge.challenge_id, challenge.channel_id,
            challenge.mac, challenge.attempts_max, challenge.expires_at, now);
  GATE_TRY_VOID(open.finish());
  return queue_message(challenge, message, now);
}

Result<void> PostgresUnitOfWork::queue_message(const ChallengeRecord& challenge,
                                               const OutboxMessage& message, Micros now) {
  std::string plain =
      write_list({message.to, message.code, message.body, message.message_id, message.subject});
  const auto sealed = seal_text(outbox_context(challenge.tenant_id, challenge.challenge_id), plain);
  wipe(plain);
  GATE_TRY(const Bytes payload, sealed);
  Query queue(connection_, kQueueMessage);
  queue.bind(challenge.tenant_id, challenge.flow_id, challenge.challenge_id,
             static_cast<std::int64_t>(message.kind), payload,
             message.deliver ? "queued" : "dropped", now);
  return queue.finish();
}

Result<void> PostgresUnitOfWork::queue_notice(const OutboxMessage& notice, Micros now) {
  ChallengeRecord none;
  none.tenant_id = notice.tenant_id;
  none.challenge_id = notice.challenge_id;
  return queue_message(none, notice, now);
}

Result<CodeTrial> PostgresUnitOfWork::try_code(std::string_view tenant_id,
                                               std::string_view challenge_id,
                                               std::string_view flow_id, ByteSpan mac, Micros now) {
  // The flow before its challenge, as where a code is sent.
  GATE_TRY_VOID(lock_flow(tenant_id, flow_id));
  Query query(connection_, kTryCode);
  query.bind(tenant_id, flow_id, challenge_id, mac, now);
  CodeTrial trial;
  while (query.next()) {
    trial.verdict = query.text(0) == "used" ? CodeVerdict::kAccepted : CodeVerdict::kWrong;
    trial.attempts = query.integer(1);
  }
  GATE_TRY_VOID(query.done());
  return trial;
}

}  // namespace gate::server::postgres
