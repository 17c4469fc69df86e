#pragma once

#include <gate/result.hpp>

#include "server/flow/model/run.h"

namespace gate::server {

/// How an effect is carried out. A stage may be missing, but not all of them. Only the runner calls
/// them. docs/ARCHITECTURE.md lists the writes of flows that are no effects, with the reasons.
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
#define GATE_EFFECT(id, function) [[nodiscard]] EffectSteps function();
#include "server/flow/model/vocabulary.def"

}  // namespace gate::server
