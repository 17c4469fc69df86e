#include "server/store/postgres/unit_of_work.h"

namespace gate::server::postgres {
namespace {

const Sql kFindAnswer(
    "SELECT gen, request_tag, at, sid, answer_sealed FROM flow_answer "
    "WHERE tenant_id = $1 AND flow_id = $2");
// $8 the time from which on an answer to the same request stands.
const Sql kKeepAnswer(
    "INSERT INTO flow_answer (tenant_id, flow_id, gen, request_tag, at, sid, answer_sealed) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, flow_id) DO UPDATE SET "
    "gen = excluded.gen, request_tag = excluded.request_tag, at = excluded.at, "
    "sid = excluded.sid, answer_sealed = excluded.answer_sealed "
    "WHERE NOT (flow_answer.gen = excluded.gen "
    "AND flow_answer.request_tag = excluded.request_tag AND flow_answer.at >= $8 "
    "AND (flow_answer.answer_sealed <> '' OR excluded.answer_sealed = ''))");

}  // namespace

Result<std::optional<StoredAnswer>> PostgresUnitOfWork::find_answer(std::string_view tenant_id,
                                                                    std::string_view flow_id) {
  Query query(connection_, kFindAnswer);
  query.bind(tenant_id, flow_id);
  std::optional<StoredAnswer> found;
  if (query.next()) {
    found = StoredAnswer{.tenant_id = std::string(tenant_id),
                         .flow_id = std::string(flow_id),
                         .gen = query.integer(0),
                         .request_tag = query.blob(1),
                         .at = query.integer(2),
                         .sid = query.text(3),
                         .sealed = query.blob(4)};
  }
  GATE_TRY_VOID(query.done());
  return found;
}

Result<void> PostgresUnitOfWork::keep_answer(const StoredAnswer& answer, Micros since) {
  Query query(connection_, kKeepAnswer);
  query.bind(answer.tenant_id, answer.flow_id, answer.gen, answer.request_tag, answer.at,
             answer.sid, answer.sealed, since);
  return query.change_or("the request was answered, or is being answered");
}

}  // namespace gate::server::postgres
