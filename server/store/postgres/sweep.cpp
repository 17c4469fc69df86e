#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

// Rows that ended this long ago are not needed for an answer or a limit.
constexpr Micros kKeepEnded = kMicrosPerHour;
// Longer than any window or delay that a rule may have.
constexpr Micros kKeepCounter = 2 * kMicrosPerDay;
// The hard stop depends on failures in a row (B3). They are kept so long that further guessing is
// pointless, but not forever, because tries for made-up user names leave such rows too.
constexpr Micros kKeepFailures = 400 * kMicrosPerDay;

// Each statement deletes at most $2 rows that ended before $1, oldest first, by an index on their
// end. Where a row can come to life again, the outer statement looks once more: it may have waited
// for a unit of work that used the row.
const Sql kSweepFlows(
    "DELETE FROM flow WHERE (tenant_id, flow_id) IN (SELECT tenant_id, flow_id "
    "FROM flow WHERE flow_ends_at < $1 ORDER BY flow_ends_at LIMIT $2)");
const Sql kSweepAnswers(
    "DELETE FROM flow_answer WHERE (tenant_id, flow_id) IN (SELECT tenant_id, flow_id "
    "FROM flow_answer WHERE at < $1 ORDER BY at LIMIT $2) AND at < $1");
const Sql kSweepChallenges(
    "DELETE FROM challenge WHERE (tenant_id, flow_id, challenge_id) IN "
    "(SELECT tenant_id, flow_id, challenge_id FROM challenge "
    "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)");
const Sql kSweepMessages(
    "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox "
    "WHERE state NOT IN ('queued', 'sending') AND next_at < $1 ORDER BY next_at LIMIT $2) "
    "AND state NOT IN ('queued', 'sending') AND next_at < $1");
// Messages that no worker claimed: delivery is off, and their codes expired long ago.
const Sql kSweepUnclaimed(
    "DELETE FROM outbox WHERE seq IN (SELECT seq FROM (SELECT o.seq, o.tenant_id, o.flow_id, "
    "o.challenge_id FROM outbox o WHERE o.state IN ('queued', 'sending') "
    "AND o.next_at < $1 ORDER BY o.next_at LIMIT $2) AS due WHERE NOT EXISTS "
    "(SELECT 1 FROM challenge c WHERE c.tenant_id = due.tenant_id AND c.flow_id = due.flow_id "
    "AND c.challenge_id = due.challenge_id AND c.expires_at >= $1)) "
    "AND next_at < $1");
// The tokens of a family are deleted first, in the order in which the families ended; then families
// without tokens.
const Sql kSweepRefresh(
    "DELETE FROM refresh WHERE (tenant_id, token_hash) IN (SELECT r.tenant_id, r.token_hash "
    "FROM rt_family f JOIN refresh r "
    "ON r.tenant_id = f.tenant_id AND r.family_id = f.family_id "
    "WHERE f.ends_at < $1 ORDER BY f.ends_at LIMIT $2)");
const Sql kSweepFamilies(
    "DELETE FROM rt_family WHERE (tenant_id, family_id) IN (SELECT tenant_id, family_id FROM "
    "(SELECT tenant_id, family_id FROM rt_family WHERE ends_at < $1 "
    "ORDER BY ends_at LIMIT $2) AS ended WHERE NOT EXISTS "
    "(SELECT 1 FROM refresh r "
    "WHERE r.tenant_id = ended.tenant_id AND r.family_id = ended.family_id))");
const Sql kSweepSessions(
    "DELETE FROM session WHERE (tenant_id, sid) IN (SELECT tenant_id, sid "
    "FROM session WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)");
const Sql kSweepCounters(
    "DELETE FROM throttle WHERE (tenant_id, key, shard) IN (SELECT tenant_id, key, shard "
    "FROM throttle WHERE consecutive = 0 AND window_start < $1 "
    "AND until < $1 ORDER BY window_start LIMIT $2) "
    "AND consecutive = 0 AND window_start < $1 AND until < $1");
const Sql kSweepFailures(
    "DELETE FROM throttle WHERE (tenant_id, key, shard) IN (SELECT tenant_id, key, shard "
    "FROM throttle WHERE consecutive > 0 AND window_start < $1 "
    "AND until < $1 ORDER BY window_start LIMIT $2) "
    "AND consecutive > 0 AND window_start < $1 AND until < $1");

const Sql kSweepSignIns(
    "DELETE FROM sign_in WHERE (tenant_id, user_id, at) IN (SELECT tenant_id, user_id, at "
    "FROM sign_in WHERE at < $1 ORDER BY at LIMIT $2)");

struct Sweep {
  const Sql& sql;
  Micros keep;
};
const Sweep kSweeps[] = {
    {kSweepAnswers, kAnswerLife},      {kSweepFlows, kKeepEnded},
    {kSweepMessages, kKeepEnded},      {kSweepUnclaimed, kKeepEnded},
    {kSweepChallenges, kKeepEnded},    {kSweepRefresh, kKeepEnded},
    {kSweepFamilies, kKeepEnded},      {kSweepSessions, kKeepEnded},
    {kSweepCounters, kKeepCounter},    {kSweepFailures, kKeepFailures},
    {kSweepSignIns, kSignInEntryLife},
};

}  // namespace

Result<std::size_t> PostgresUnitOfWork::sweep(Micros now, std::size_t rows) {
  std::size_t gone = 0;
  for (const Sweep& sweep : kSweeps) {
    Query query(connection_, sweep.sql);
    query.bind(now - sweep.keep, static_cast<std::int64_t>(rows));
    GATE_TRY(const std::int64_t swept, query.change());
    gone += static_cast<std::size_t>(swept);
  }
  return gone;
}

}  // namespace gate::server::postgres
