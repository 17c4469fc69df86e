#pragma once

#include <gate/result.hpp>

#include "server/flow/model/run.h"

namespace gate::server {

/// How an effect is carried out. Each stage may be missing. Only the runner calls them, and nothing
/// else writes to the store on behalf of a flow.
struct EffectSteps {
  /// Outside of the unit of work: evaluates policies, generates codes and ids. May set
  /// `next_event`, or stop the run.
  Result<void> (*prepare)(FlowRun&) = nullptr;
  /// In the unit of work, before the flow is written. May stop the run; then only the counters are
  /// committed.
  Result<void> (*admit)(FlowRun&, UnitOfWork&) = nullptr;
  /// In the unit of work, after the flow was advanced.
  Result<void> (*perform)(FlowRun&, UnitOfWork&) = nullptr;
};

/// Defined for every effect of the vocabulary.
[[nodiscard]] const EffectSteps& steps_of(FlowEffect effect);

/// One function for each effect; vocabulary.def says what each does.
[[nodiscard]] EffectSteps roll_token();
[[nodiscard]] EffectSteps start_challenge();
[[nodiscard]] EffectSteps list_methods();
[[nodiscard]] EffectSteps complete_factor();
[[nodiscard]] EffectSteps bind_method();
[[nodiscard]] EffectSteps check_details();
[[nodiscard]] EffectSteps create_account();
[[nodiscard]] EffectSteps change_password();
[[nodiscard]] EffectSteps evaluate();
[[nodiscard]] EffectSteps evaluate_enrolment();
[[nodiscard]] EffectSteps evaluate_account();
[[nodiscard]] EffectSteps evaluate_reset();
[[nodiscard]] EffectSteps ask_new_password();
[[nodiscard]] EffectSteps ask_attributes();
[[nodiscard]] EffectSteps ask_second_factor();
[[nodiscard]] EffectSteps ask_enrolment();
[[nodiscard]] EffectSteps issue_tokens();
[[nodiscard]] EffectSteps answer_refusal();

}  // namespace gate::server
