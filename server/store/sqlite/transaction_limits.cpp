#include <algorithm>

#include "server/store/sqlite/columns.h"
#include "server/store/sqlite/transaction.h"

namespace gate::server {
namespace {

/// When a refused use may be tried again, judged by what the row said.
Micros retry_time(Micros window_start, std::int64_t count, std::int64_t consecutive, Micros until,
                  const ThrottleRule& rule, Micros now) {
  if (consecutive >= rule.stop_at) {
    return now + kMicrosPerDay;  // only success elsewhere or an operator lifts a hard stop
  }
  Micros at = std::max(until, now);
  if (count >= rule.max_in_window) {
    at = std::max(at, window_start + rule.window);
  }
  return at;
}

}  // namespace

Result<ThrottleVerdict> SqliteTransaction::throttle_take(std::string_view tenant_id,
                                                         std::string_view key,
                                                         const ThrottleRule& rule, Micros now) {
  Query fresh(connection_,
              "INSERT INTO throttle (tenant_id, key, window_start, count, consecutive, until) "
              "VALUES (?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING");
  fresh.bind(tenant_id, key, now);
  GATE_TRY([[maybe_unused]] const std::int64_t inserted, fresh.change());
  // `until` moves only where there is something to wait for: requests are counted in another order
  // than they came in, and one that came first must not be taken for one that came too early.
  // ?1 now ?2 window ?3 max ?4 spacing ?5 delay_from ?6 delay_first ?7 delay_max ?8 stop_at
  // ?11 whether the rule looks at failures in a row: rows where it does are never swept
  Query take(connection_,
             "UPDATE throttle SET "
             "window_start = CASE WHEN ?1 - window_start >= ?2 THEN ?1 ELSE window_start END, "
             "count = CASE WHEN ?1 - window_start >= ?2 THEN 1 ELSE count + 1 END, "
             "consecutive = consecutive + ?11, "
             "until = CASE WHEN ?4 > 0 OR consecutive + 1 >= ?5 THEN "
             "?1 + MAX(?4, CASE WHEN consecutive + 1 >= ?5 THEN "
             "MIN(?7, ?6 * (1 << MIN(consecutive + 1 - ?5, 20))) ELSE 0 END) ELSE until END "
             "WHERE tenant_id = ?9 AND key = ?10 AND until <= ?1 "
             "AND (count < ?3 OR ?1 - window_start >= ?2) AND consecutive < ?8");
  take.bind(now, rule.window, rule.max_in_window, rule.spacing, rule.delay_from, rule.delay_first,
            rule.delay_max, rule.stop_at, tenant_id, key,
            std::min(rule.delay_from, rule.stop_at) < ThrottleRule::kNoLimit);
  GATE_TRY(const std::int64_t taken, take.change());
  if (taken == 1) {
    return ThrottleVerdict{true, 0};
  }
  // Refused already; this only tells when to come back.
  Query row(connection_,
            "SELECT window_start, count, consecutive, until FROM throttle "
            "WHERE tenant_id = ? AND key = ?");
  row.bind(tenant_id, key);
  ThrottleVerdict refused{false, now};
  if (row.next()) {
    refused.retry_at =
        retry_time(row.integer(0), row.integer(1), row.integer(2), row.integer(3), rule, now);
  }
  GATE_TRY_VOID(row.done());
  return refused;
}

Result<ThrottleSetVerdict> SqliteTransaction::throttle_take_all(
    std::string_view tenant_id, std::span<const ThrottleClaim> claims, Micros now) {
  // On an error the caller fails too, and the savepoint around it takes this one with it.
  GATE_TRY_VOID(connection_.run("SAVEPOINT claims"));
  ThrottleSetVerdict all{true, 0, 0};
  for (std::size_t i = 0; i < claims.size() && all.admitted; ++i) {
    GATE_TRY(const ThrottleVerdict one,
             throttle_take(tenant_id, claims[i].key, claims[i].rule, now));
    all = {one.admitted, i, one.retry_at};
  }
  if (!all.admitted) {
    GATE_TRY_VOID(connection_.run("ROLLBACK TO claims"));
  }
  GATE_TRY_VOID(connection_.run("RELEASE claims"));
  return all;
}

Result<void> SqliteTransaction::throttle_succeeded(std::string_view tenant_id,
                                                   std::string_view key) {
  Query query(connection_,
              "UPDATE throttle SET consecutive = 0, until = 0, count = MAX(count - 1, 0) "
              "WHERE tenant_id = ? AND key = ?");
  query.bind(tenant_id, key);
  GATE_TRY([[maybe_unused]] const std::int64_t rows, query.change());
  return {};
}

Result<void> SqliteTransaction::lift_limits(std::string_view tenant_id,
                                            std::string_view account_key) {
  const std::string password = "password:" + std::string(account_key);
  const std::string codes = "code:" + std::string(account_key) + ":";
  Query query(connection_,
              "DELETE FROM throttle WHERE tenant_id = ?1 AND "
              "(key = ?2 OR substr(key, 1, length(?3)) = ?3)");
  query.bind(tenant_id, password, codes);
  GATE_TRY([[maybe_unused]] const std::int64_t rows, query.change());
  return {};
}

Result<std::vector<OutboxMessage>> SqliteTransaction::claim_outbox(Micros now, std::size_t limit) {
  Query lapsed(connection_,
               "UPDATE outbox SET state = 'unknown', payload_sealed = x'' "
               "WHERE state = 'sending' AND next_at <= ? AND kind = ?");
  lapsed.bind(now, static_cast<std::int64_t>(ChannelKind::kSms));
  GATE_TRY([[maybe_unused]] const std::int64_t unknown, lapsed.change());
  Query stale(connection_,
              "UPDATE outbox SET state = 'dropped', payload_sealed = x'' "
              "WHERE state IN ('queued', 'sending') AND next_at <= ?1 AND NOT EXISTS "
              "(SELECT 1 FROM challenge c WHERE c.tenant_id = outbox.tenant_id AND "
              "c.challenge_id = outbox.challenge_id AND c.state = 'live' AND c.expires_at > ?1)");
  stale.bind(now);
  GATE_TRY([[maybe_unused]] const std::int64_t dropped, stale.change());
  Query claim(connection_,
              "UPDATE outbox SET state = 'sending', tries = tries + 1, next_at = ? "
              "WHERE seq IN (SELECT seq FROM outbox WHERE state IN ('queued', 'sending') "
              "AND next_at <= ? ORDER BY seq LIMIT ?) "
              "RETURNING seq, tenant_id, challenge_id, kind, payload_sealed, tries");
  claim.bind(now + kOutboxLease, now, static_cast<std::int64_t>(limit));
  std::vector<OutboxMessage> messages;
  while (claim.next()) {
    OutboxMessage message;
    message.seq = claim.integer(0);
    message.tenant_id = claim.text(1);
    message.challenge_id = claim.text(2);
    message.kind = static_cast<ChannelKind>(claim.integer(3));
    message.tries = claim.integer(5);
    GATE_TRY(const Secret plain,
             open_sealed(key_.bytes(), outbox_context(message.tenant_id, message.challenge_id),
                         claim.blob(4)));
    GATE_TRY(std::vector<std::string> parts,
             read_list({reinterpret_cast<const char*>(plain.bytes().data()), plain.size()}));
    if (parts.size() != 4) {
      return Error{ErrorCode::kCorrupt, "a queued message is damaged"};
    }
    message.to = std::move(parts[0]);
    message.code = std::move(parts[1]);
    message.body = std::move(parts[2]);
    message.message_id = std::move(parts[3]);
    messages.push_back(std::move(message));
  }
  GATE_TRY_VOID(claim.done());
  std::sort(messages.begin(), messages.end(),
            [](const OutboxMessage& a, const OutboxMessage& b) { return a.seq < b.seq; });
  return messages;
}

Result<void> SqliteTransaction::finish_outbox(std::int64_t seq, DeliveryOutcome outcome,
                                              Micros retry_at) {
  if (outcome == DeliveryOutcome::kRetry || outcome == DeliveryOutcome::kUnknown) {
    // Mail may arrive twice, with one Message-ID; an SMS that may have gone out stays out (T5).
    Query again(connection_,
                "UPDATE outbox SET state = 'queued', next_at = ?1 "
                "WHERE seq = ?2 AND state = 'sending' AND (?3 OR kind = ?4)");
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
  Query finish(connection_,
               "UPDATE outbox SET state = ?, payload_sealed = x'' "
               "WHERE seq = ? AND state = 'sending'");
  finish.bind(state, seq);
  GATE_TRY([[maybe_unused]] const std::int64_t rows, finish.change());
  return {};
}

}  // namespace gate::server
