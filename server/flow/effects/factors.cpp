#include "server/flow/step_up/factors.h"

#include "server/flow/effects/effects.h"
#include "server/flow/effects/notices.h"

namespace gate::server {
namespace {

Error incomplete(const char* what) {
  return {ErrorCode::kInternal, what};
}

Result<void> complete(FlowRun& run) {
  if (!run.material.factor) {
    return incomplete("a factor is completed without one");
  }
  if (run.flow.kind == FlowKind::kStepUp) {
    // Only the proof of the first factor leads to kDeciding.
    add_proof(run.flow.completed, *run.material.factor, run.found.channels,
              run.flow.state.phase == FlowPhase::kDeciding);
  } else {
    run.flow.completed.push_back(*run.material.factor);
  }
  run.flow.challenge_id.clear();
  return {};
}

Result<void> store_rehashed(FlowRun& run, UnitOfWork& work) {
  const std::optional<SubjectGuard> guard = run.guard();
  if (run.material.rehashed_password.empty() || !guard) {
    return {};
  }
  return work.rehash_password(*guard, run.material.rehashed_password, run.caller.now);
}

Result<void> prepare_binding(FlowRun& run) {
  if (!run.material.new_channel) {
    return incomplete("a method is bound without one");
  }
  run.flow.pending_address.clear();
  GATE_TRY_VOID(run.answer(Enrolled{}));
  return write_notices(run, MessageKind::kMethodAdded, run.material.new_channel->channel_id);
}

Result<void> bind(FlowRun& run, UnitOfWork& work) {
  const std::optional<SubjectGuard> guard = run.guard();
  if (!guard) {
    return incomplete("a method is bound to no user");
  }
  GATE_TRY_VOID(work.enrol_channel(*guard, *run.material.new_channel, run.caller.now));
  return queue_notices(run, work);
}

}  // namespace

EffectSteps complete_factor() {
  return {.prepare = complete, .perform = store_rehashed};
}
EffectSteps bind_method() {
  return {.prepare = prepare_binding, .perform = bind};
}

}  // namespace gate::server
