#include "server/flow/effects/leaked_password.h"

#include "server/account/user_risk.h"

namespace gate::server {
namespace {

Result<void> mark(const FlowServices& services, const Caller& caller, const FlowRecord& flow,
                  const RightPassword& password) {
  const std::string& user_id = flow.subject->user_id;
  return services.store.write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const auto stored, work.find_password(flow.tenant_id, user_id));
    // One that was changed in the meantime is not the one that was found.
    return stored == password.encoded
               ? report_leaked_password(work, services.audit, flow.tenant_id, user_id, caller.now)
               : Result<void>();
  });
}

}  // namespace

Result<void> mark_if_leaked(const FlowServices& services, const Caller& caller,
                            const FlowRecord& flow, const RightPassword& password) {
  const Result<bool> leaked = is_leaked(services.password_rules, password.text);
  if (!leaked) {
    GATE_TRY_VOID(services.store.write(
        [&](UnitOfWork& work) { return work.succeeded(flow.tenant_id, password.counted_on); }));
    return leaked.error();
  }
  return *leaked && flow.subject ? mark(services, caller, flow, password) : Result<void>();
}

}  // namespace gate::server
