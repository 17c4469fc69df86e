#include "tests/graph/oracle/report_only.h"

#include "tests/graph/oracle/demands.h"
#include "tests/graph/oracle/session.h"

namespace graph_oracle {

std::string report_only_result(const json::value& policy, bool applies, const Tenant& tenant,
                               const SignIn& s) {
  if (!applies) {
    return "reportOnlyNotApplied";
  }
  if (blocks(policy)) {
    return "reportOnlyFailure";
  }
  bool user_must_act = false;
  for (const auto& clause : clauses_of(policy)) {
    if (met(clause, policy, tenant, s)) {
      continue;
    }
    if (!is_interactive(clause)) {
      return "reportOnlyFailure";
    }
    user_must_act = true;
  }
  Session session;
  merge_session(policy, session);
  const bool interrupted = user_must_act || must_repeat(session, s);
  return interrupted ? "reportOnlyInterrupted" : "reportOnlySuccess";
}

}  // namespace graph_oracle
