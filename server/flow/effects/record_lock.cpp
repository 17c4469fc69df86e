#include "server/flow/effects/record_lock.h"

#include "server/limits/told.h"

namespace gate::server {
namespace {

constexpr std::string_view kOfUnknownNames = "locks of unknown names";

}  // namespace

Result<void> record_lock(const FlowRun& run, UnitOfWork& work, const TryAdmission& admission,
                         TriedSecret secret) {
  GATE_TRY(const bool first, run.flow.subject ? is_first_refusal(work, run.caller, admission)
                                              : is_first_until(work, run.caller, kOfUnknownNames,
                                                               run.caller.now + kMicrosPerHour));
  if (!first) {
    return {};
  }
  const Micros left = admission.verdict.retry_at - run.caller.now;
  return run.services.audit.append(
      work,
      audit_record({.at = run.caller.now,
                    .type = "sign_in_locked",
                    .tenant_id = run.flow.tenant_id,
                    .user_id = run.flow.subject ? std::string_view(run.flow.subject->user_id)
                                                : std::string_view(),
                    .client_id = run.flow.client_id,
                    .flow_id = run.flow.flow_id,
                    .outcome = "block",
                    .reasons = std::string("too many wrong ") +
                               (secret == TriedSecret::kPassword ? "passwords" : "codes") +
                               "; the next try in " +
                               std::to_string((left + kMicrosPerSecond - 1) / kMicrosPerSecond) +
                               " s"}));
}

}  // namespace gate::server
