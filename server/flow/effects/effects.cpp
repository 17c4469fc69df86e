#include "server/flow/effects/effects.h"

#include <algorithm>
#include <array>

namespace gate::server {
namespace {

Result<void> roll(FlowRun& run) {
  FlowState& state = run.flow.state;
  state.token_ends_at =
      std::min(state.flow_ends_at, run.caller.now + run.services.settings.continuation_life);
  return {};
}

Result<void> list(FlowRun& run) {
  run.reply.outcome = MethodsListed{std::move(run.material.methods)};
  return {};
}

Result<void> ask_for_second_factor(FlowRun& run) {
  run.reply.outcome = NeedsSecondFactor{};
  return {};
}

Result<void> ask_for_enrolment(FlowRun& run) {
  run.reply.outcome = NeedsEnrolment{};
  return {};
}

Result<void> refuse(FlowRun& run) {
  run.reply.outcome = run.material.refusal;
  return {};
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
  // In the order of vocabulary.def.
  static const std::array<EffectSteps, kFlowEffectCount> kSteps = {
      roll_token(),       start_challenge(),    list_methods(),      complete_factor(),
      bind_method(),      check_details(),      create_account(),    change_password(),
      evaluate(),         evaluate_enrolment(), evaluate_account(),  evaluate_reset(),
      ask_new_password(), ask_attributes(),     ask_second_factor(), ask_enrolment(),
      issue_tokens(),     answer_refusal()};
  return kSteps[static_cast<std::size_t>(effect)];
}

}  // namespace gate::server
