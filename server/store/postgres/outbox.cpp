#include <algorithm>

#include "server/store/codec/columns.h"
#include "server/store/codec/sealed.h"
#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

// Claims a bounded number of due messages, the longest due first. An SMS whose lease ran out may
// have been sent and becomes unknown (T5). A message of a used, replaced or expired code is
// dropped. A notice belongs to no flow and has no code.
//
// Two workers that claim at the same time lock the rows in one order. The second waits, finds them
// claimed, and takes those behind them.
//
// $1 now $2 how many $3 end of the lease $4 the kind SMS $5 how often a notice is tried
const Sql kClaim(
    "WITH due AS (SELECT o.seq, CASE WHEN o.state = 'sending' AND o.kind = $4 THEN 'unknown' "
    "WHEN (o.flow_id = '' AND o.tries < $5) "
    "OR EXISTS (SELECT 1 FROM challenge c WHERE c.tenant_id = o.tenant_id "
    "AND c.flow_id = o.flow_id AND c.challenge_id = o.challenge_id AND c.state = 'live' "
    "AND c.expires_at > $1) THEN 'sending' ELSE 'dropped' END AS fate "
    "FROM outbox o WHERE o.state IN ('queued', 'sending') "
    "AND o.next_at <= $1 ORDER BY o.next_at, o.seq LIMIT $2 FOR UPDATE OF o) "
    "UPDATE outbox AS m SET state = due.fate, "
    "tries = m.tries + CASE due.fate WHEN 'sending' THEN 1 ELSE 0 END, "
    "next_at = CASE due.fate WHEN 'sending' THEN $3 ELSE m.next_at END, "
    "payload_sealed = CASE due.fate WHEN 'sending' THEN m.payload_sealed ELSE '' END "
    "FROM due WHERE m.seq = due.seq "
    "RETURNING m.seq, m.tenant_id, m.challenge_id, m.kind, m.payload_sealed, m.tries, m.state");
// Mail may arrive twice, with one Message-ID. An SMS that may have been sent is never sent again
// (T5).
const Sql kRequeue(
    "UPDATE outbox SET state = 'queued', next_at = $1 "
    "WHERE seq = $2 AND state = 'sending' AND ($3 OR kind = $4)");
const Sql kFinish(
    "UPDATE outbox SET state = $1, payload_sealed = '' WHERE seq = $2 AND state = 'sending'");

Result<OutboxMessage> message_of(const Query& query, const Secret& key) {
  OutboxMessage message;
  message.seq = query.integer(0);
  message.tenant_id = query.text(1);
  message.challenge_id = query.text(2);
  message.kind = static_cast<ChannelKind>(query.integer(3));
  message.tries = query.integer(5);
  GATE_TRY(std::string plain,
           open_text(key, outbox_context(message.tenant_id, message.challenge_id), query.blob(4)));
  auto parsed = read_list(plain);
  wipe(plain);
  GATE_TRY(std::vector<std::string> parts, std::move(parsed));
  constexpr std::size_t kParts = 5;
  if (parts.size() != kParts) {
    return Error{ErrorCode::kCorrupt, "a queued message is damaged"};
  }
  message.to = std::move(parts[0]);
  message.code = parts[1];  // a short text that is moved leaves its bytes behind
  wipe(parts[1]);
  message.body = std::move(parts[2]);
  message.message_id = std::move(parts[3]);
  message.subject = std::move(parts[4]);
  return message;
}

}  // namespace

Result<std::vector<OutboxMessage>> PostgresUnitOfWork::claim_outbox(Micros now, std::size_t limit) {
  std::vector<OutboxMessage> messages;
  messages.reserve(limit);  // growing would leave copies of codes behind
  bool more = true;
  while (more && messages.size() < limit) {
    // A dropped message does not count towards `limit`; each is dropped once.
    more = false;
    Query claim(connection_, kClaim);
    claim.bind(now, static_cast<std::int64_t>(limit - messages.size()), now + kOutboxLease,
               static_cast<std::int64_t>(ChannelKind::kSms), kNoticeTriesMax);
    while (claim.next()) {
      if (claim.text(6) != "sending") {
        more = true;
        continue;
      }
      GATE_TRY(OutboxMessage message, message_of(claim, setting_.key));
      messages.push_back(std::move(message));
    }
    GATE_TRY_VOID(claim.done());
  }
  std::sort(messages.begin(), messages.end(),
            [](const OutboxMessage& a, const OutboxMessage& b) { return a.seq < b.seq; });
  return messages;
}

Result<void> PostgresUnitOfWork::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                               Micros retry_at) {
  if (outcome == DeliveryOutcome::kRetry || outcome == DeliveryOutcome::kUnknown) {
    Query again(connection_, kRequeue);
    again.bind(retry_at, seq, outcome == DeliveryOutcome::kRetry,
               static_cast<std::int64_t>(ChannelKind::kEmail));
    GATE_TRY(const std::int64_t requeued, again.change());
    if (requeued == 1) {
      return {};
    }
  }
  const char* state = outcome == DeliveryOutcome::kSent     ? "sent"
                      : outcome == DeliveryOutcome::kFailed ? "failed"
                                                            : "unknown";
  Query finish(connection_, kFinish);
  finish.bind(state, seq);
  return finish.finish();
}

}  // namespace gate::server::postgres
