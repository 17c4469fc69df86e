#include <algorithm>
#include <numeric>
#include <vector>

#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

// One use of a counter that is one row. A first use adds the row. `until` is set only by rules with
// a wait. Requests may be counted in another order than they came in, and an earlier one must not
// be refused as too early.
//
// $3 now $4 whether the rule counts failures in a row (such rows live longer) $5 `until` of a
// first use $6 max $7 stop_at $8 window $9 spacing $10 delay_from $11 delay_first $12 delay_max
const Sql kTake(
    "INSERT INTO throttle AS t (tenant_id, key, shard, window_start, count, consecutive, until) "
    "SELECT $1, $2, 0, $3, 1, $4, $5 WHERE $6 > 0 AND $7 > 0 "
    "ON CONFLICT (tenant_id, key, shard) DO UPDATE SET "
    "window_start = CASE WHEN $3 - t.window_start >= $8 THEN $3 ELSE t.window_start END, "
    "count = CASE WHEN $3 - t.window_start >= $8 THEN 1 ELSE t.count + 1 END, "
    "consecutive = t.consecutive + $4, "
    "until = CASE WHEN $9 > 0 OR t.consecutive + 1 >= $10 THEN "
    "$3 + GREATEST($9, CASE WHEN t.consecutive + 1 >= $10 THEN "
    "LEAST($12, $11 * (CAST(1 AS BIGINT) << CAST(LEAST(t.consecutive + 1 - $10, 20) AS INT))) "
    "ELSE 0 END) ELSE t.until END "
    "WHERE t.until <= $3 AND (t.count < $6 OR $3 - t.window_start >= $8) AND t.consecutive < $7 "
    "RETURNING 1");
const Sql kLook(
    "SELECT window_start, count, consecutive, until FROM throttle "
    "WHERE tenant_id = $1 AND key = $2 AND shard = 0");

// One use of a counter that is kept in shards (T7). Each shard has its part of the maximum, so that
// the sum is exact although no unit of work sees what others are about to count. It takes the first
// shard with room, beginning with its own. A shard that joins a window takes the start of the
// oldest live one, so all end at about the same time.
//
// $3 now $4 window $5 max $6 its own shard $7 how many shards
#define GATE_PG_PART(shard) "$5 / $7 + CASE WHEN " shard " < $5 % $7 THEN 1 ELSE 0 END"
const Sql kTakeHot(
    "WITH live AS (SELECT COALESCE(MIN(window_start), $3) AS start FROM throttle "
    "WHERE tenant_id = $1 AND key = $2 AND $3 - window_start < $4), "
    "room AS (SELECT n.shard FROM generate_series(CAST(0 AS BIGINT), $7 - 1) AS n(shard) "
    "LEFT JOIN throttle t ON t.tenant_id = $1 AND t.key = $2 AND t.shard = n.shard "
    "WHERE " GATE_PG_PART("n.shard") " > CASE WHEN $3 - t.window_start < $4 THEN t.count ELSE 0 END "
    "ORDER BY (n.shard - $6 + $7) % $7 LIMIT 1) "
    "INSERT INTO throttle AS t (tenant_id, key, shard, window_start, count, consecutive, until) "
    "SELECT $1, $2, room.shard, live.start, 1, 0, 0 FROM live, room "
    "ON CONFLICT (tenant_id, key, shard) DO UPDATE SET "
    "window_start = CASE WHEN $3 - t.window_start >= $4 THEN excluded.window_start "
    "ELSE t.window_start END, "
    "count = CASE WHEN $3 - t.window_start >= $4 THEN 1 ELSE t.count + 1 END "
    "WHERE $3 - t.window_start >= $4 OR t.count < " GATE_PG_PART("t.shard") " RETURNING 1");
// The start of the window, and whether it has room.
const Sql kLookHot(
    "SELECT MIN(window_start), COALESCE(SUM(count), 0) < $5 FROM throttle "
    "WHERE tenant_id = $1 AND key = $2 AND $3 - window_start < $4");

const Sql kFailuresOfKey(
    "SELECT CAST(COALESCE(SUM(consecutive), 0) AS BIGINT) FROM throttle "
    "WHERE tenant_id = $1 AND key = $2 AND window_start >= $3");
const Sql kFailuresOfPrefix(
    "SELECT CAST(COALESCE(SUM(consecutive), 0) AS BIGINT) FROM throttle "
    "WHERE tenant_id = $1 AND key >= $2 AND key < $3 AND window_start >= $4");
const Sql kSucceeded(
    "UPDATE throttle SET consecutive = 0, until = 0, count = GREATEST(count - 1, 0) "
    "WHERE tenant_id = $1 AND key = $2");
const Sql kForgetCounter("DELETE FROM throttle WHERE tenant_id = $1 AND key = $2");
const Sql kForgetCounters("DELETE FROM throttle WHERE tenant_id = $1 AND key >= $2 AND key < $3");

const Sql kBeginClaims("SAVEPOINT claims");
const Sql kUndoClaims("ROLLBACK TO claims");
const Sql kEndClaims("RELEASE claims");

/// Prefixes end with `:`. The first key after all keys with the prefix.
std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  ++end.back();
  return end;
}

/// `until` after the first use of a counter.
Micros until_of_first(const ThrottleRule& rule, Micros now) {
  const Micros delay = rule.delay_from <= 1 ? std::min(rule.delay_max, rule.delay_first) : 0;
  return rule.spacing > 0 || rule.delay_from <= 1 ? now + std::max(rule.spacing, delay) : 0;
}

struct Counter {
  Micros window_start = 0;
  std::int64_t count = 0;
  std::int64_t consecutive = 0;
  Micros until = 0;
};

/// The earliest time of the next try, computed from the row.
Micros retry_time(const Counter& counter, const ThrottleRule& rule, Micros now) {
  if (counter.consecutive >= rule.stop_at) {
    return now + kMicrosPerDay;  // only a success or an operator ends a hard stop
  }
  Micros at = std::max(counter.until, now);
  if (counter.count >= rule.max_in_window) {
    at = std::max(at, counter.window_start + rule.window);
  }
  return at;
}

}  // namespace

Result<std::int64_t> PostgresUnitOfWork::failures_of(std::string_view tenant_id,
                                                     std::string_view account_key, Micros since) {
  const auto sum_of = [](Query& query) -> Result<std::int64_t> {
    const std::int64_t sum = query.next() ? query.integer(0) : 0;
    GATE_TRY_VOID(query.done());
    return sum;
  };
  const std::string password = password_throttle_key(account_key);
  Query wrong_passwords(connection_, kFailuresOfKey);
  wrong_passwords.bind(tenant_id, password, since);
  GATE_TRY(const std::int64_t passwords, sum_of(wrong_passwords));
  const std::string first = code_throttle_prefix(account_key);
  const std::string end = end_of_prefix(first);
  Query wrong_codes(connection_, kFailuresOfPrefix);
  wrong_codes.bind(tenant_id, first, end, since);
  GATE_TRY(const std::int64_t codes, sum_of(wrong_codes));
  return passwords + codes;
}

Result<ThrottleVerdict> PostgresUnitOfWork::take_one(std::string_view tenant_id,
                                                     const ThrottleClaim& claim, Micros now) {
  const ThrottleRule& rule = claim.rule;
  Query take(connection_, kTake);
  take.bind(tenant_id, claim.key, now,
            std::int64_t{std::min(rule.delay_from, rule.stop_at) < ThrottleRule::kNoLimit},
            until_of_first(rule, now), rule.max_in_window, rule.stop_at, rule.window, rule.spacing,
            rule.delay_from, rule.delay_first, rule.delay_max);
  const bool admitted = take.next();
  GATE_TRY_VOID(take.finish());
  if (admitted) {
    return ThrottleVerdict{true, 0};
  }
  // The use was refused already; this reads when the next one is possible.
  Query look(connection_, kLook);
  look.bind(tenant_id, claim.key);
  Counter counter{now, 0, 0, 0};
  if (look.next()) {
    counter = {look.integer(0), look.integer(1), look.integer(2), look.integer(3)};
  }
  GATE_TRY_VOID(look.done());
  return ThrottleVerdict{false, retry_time(counter, rule, now)};
}

Result<ThrottleVerdict> PostgresUnitOfWork::take_hot(std::string_view tenant_id,
                                                     const ThrottleClaim& claim, Micros now) {
  const auto shards = static_cast<std::int64_t>(setting_.counter_shards);
  const auto own = static_cast<std::int64_t>(place_ % setting_.counter_shards);
  Micros start = now;
  // Another unit of work may fill the chosen shard first. Each time one place is gone, so that this
  // ends; and a use that found no place so often is refused.
  for (std::int64_t attempt = 0; attempt <= 2 * shards; ++attempt) {
    Query take(connection_, kTakeHot);
    take.bind(tenant_id, claim.key, now, claim.rule.window, claim.rule.max_in_window, own, shards);
    const bool admitted = take.next();
    GATE_TRY_VOID(take.finish());
    if (admitted) {
      return ThrottleVerdict{true, 0};
    }
    Query look(connection_, kLookHot);
    look.bind(tenant_id, claim.key, now, claim.rule.window, claim.rule.max_in_window);
    bool room = false;
    if (look.next()) {
      start = look.is_null(0) ? now : look.integer(0);
      room = look.truth(1);
    }
    GATE_TRY_VOID(look.done());
    if (!room) {
      break;
    }
  }
  return ThrottleVerdict{false, std::max(now, start + claim.rule.window)};
}

Result<ThrottleSetVerdict> PostgresUnitOfWork::take(std::string_view tenant_id,
                                                    std::span<const ThrottleClaim> claims,
                                                    Micros now) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [claims](std::size_t a, std::size_t b) {
    return claims[a].key < claims[b].key;
  });
  // On an error the caller fails too, and its savepoint undoes this one.
  const bool several = claims.size() > 1;
  if (several) {
    GATE_TRY_VOID(connection_.run(kBeginClaims));
  }
  ThrottleSetVerdict all{true, 0, 0};
  for (const std::size_t i : order) {
    if (!all.admitted && i > all.refused_by) {
      continue;  // the use is undone already, and an earlier claim has refused it
    }
    GATE_TRY(const ThrottleVerdict one, claims[i].hot ? take_hot(tenant_id, claims[i], now)
                                                      : take_one(tenant_id, claims[i], now));
    if (!one.admitted) {
      all = {false, i, one.retry_at};
    }
  }
  if (several) {
    if (!all.admitted) {
      GATE_TRY_VOID(connection_.run(kUndoClaims));
    }
    GATE_TRY_VOID(connection_.run(kEndClaims));
  }
  return all;
}

Result<void> PostgresUnitOfWork::succeeded(std::string_view tenant_id, std::string_view key) {
  Query query(connection_, kSucceeded);
  query.bind(tenant_id, key);
  return query.finish();
}

Result<void> PostgresUnitOfWork::lift(std::string_view tenant_id, std::string_view account_key) {
  const std::string password = password_throttle_key(account_key);
  Query query(connection_, kForgetCounter);
  query.bind(tenant_id, password);
  GATE_TRY_VOID(query.finish());
  return forget_counters(tenant_id, code_throttle_prefix(account_key));
}

Result<void> PostgresUnitOfWork::forget_counters(std::string_view tenant_id,
                                                 std::string_view prefix) {
  const std::string end = end_of_prefix(prefix);
  Query query(connection_, kForgetCounters);
  query.bind(tenant_id, prefix, end);
  return query.finish();
}

}  // namespace gate::server::postgres
