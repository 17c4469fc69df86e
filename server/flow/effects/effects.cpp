#include "server/flow/effects/effects.h"

#include <algorithm>
#include <array>

namespace gate::server {
namespace {

Result<void> roll(FlowRun& run) {
  const auto rolls = std::count_if(run.taken.begin(), run.taken.end(), [](const FlowEffects& one) {
    return one.contains(FlowEffect::kRollToken);
  });
  if (rolls > 1) {
    return Error{ErrorCode::kInternal, "a step rolls the token twice"};
  }
  FlowState& state = run.flow.state;
  state.token_ends_at =
      std::min(state.flow_ends_at, run.caller.now + run.services.settings.continuation_life);
  return {};
}

Result<void> list(FlowRun& run) {
  return run.answer(MethodsListed{std::move(run.material.methods)});
}

Result<void> ask_for_second_factor(FlowRun& run) {
  return run.answer(NeedsSecondFactor{});
}

Result<void> ask_for_enrolment(FlowRun& run) {
  return run.answer(NeedsEnrolment{});
}

Result<void> refuse(FlowRun& run) {
  return run.answer(run.material.refusal);
}

}  // namespace

EffectSteps roll_token() {
  return {.prepare = roll};
}
EffectSteps list_methods() {
  return {.prepare = list};
}
EffectSteps ask_second_factor() {
  return {.prepare = ask_for_second_factor};
}
EffectSteps ask_enrolment() {
  return {.prepare = ask_for_enrolment};
}
EffectSteps answer_refusal() {
  return {.prepare = refuse};
}

const EffectSteps& steps_of(FlowEffect effect) {
  static const std::array<EffectSteps, kFlowEffectCount> kSteps = {
#define GATE_EFFECT(id, function) function(),
#include "server/flow/model/vocabulary.def"
  };
  return kSteps[static_cast<std::size_t>(effect)];
}

}  // namespace gate::server
