#include "server/flow/effects/admit_message.h"

namespace gate::server {
namespace {

Result<void> record_cap(FlowRun& run, UnitOfWork& work, const SendRefusal& refusal) {
  GATE_TRY(const bool first, is_first_refusal(work, run.caller, refusal));
  if (!first) {
    return {};
  }
  return run.services.audit.append(
      work, audit_record({.at = run.caller.now,
                          .type = "send_cap",
                          .tenant_id = run.flow.tenant_id,
                          .user_id = run.flow.subject ? std::string_view(run.flow.subject->user_id)
                                                      : std::string_view(),
                          .client_id = run.flow.client_id,
                          .flow_id = run.flow.flow_id,
                          .outcome = "block",
                          .reasons = refusal.cap_text}));
}

}  // namespace

Result<std::optional<SendRefusal>> admit_message(FlowRun& run, UnitOfWork& work,
                                                 const SendRequest& request) {
  GATE_TRY(std::optional<SendRefusal> refusal,
           admit_send(work, run.services.send_rules(), run.caller, request));
  if (refusal && refusal->cap) {
    GATE_TRY_VOID(record_cap(run, work, *refusal));
    run.reached_cap = refusal->cap;
  }
  return refusal;
}

}  // namespace gate::server
