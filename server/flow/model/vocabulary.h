#pragma once

#include <cstddef>
#include <cstdint>
#include <gate/export.hpp>
#include <string_view>

#include "server/domain/flow_phase.h"
#include "server/domain/flow_record.h"
#include "server/flow/model/machine.h"

namespace gate::server {

enum class FlowEvent : std::uint8_t {
#define GATE_EVENT(id) k##id,
#include "server/flow/model/vocabulary.def"
};
inline constexpr std::size_t kFlowEventCount = 0
#define GATE_EVENT(id) +1
#include "server/flow/model/vocabulary.def"
    ;
[[nodiscard]] std::string_view name(FlowEvent event) noexcept;

enum class FlowEffect : std::uint8_t {
#define GATE_EFFECT(id, function) k##id,
#include "server/flow/model/vocabulary.def"
};
inline constexpr std::size_t kFlowEffectCount = 0
#define GATE_EFFECT(id, function) +1
#include "server/flow/model/vocabulary.def"
    ;
static_assert(kFlowEffectCount <= EffectSet<FlowEffect>::kSize, "a set of effects is full");
[[nodiscard]] std::string_view name(FlowEffect effect) noexcept;

struct FlowVocabulary {
  using Phase = FlowPhase;
  using Event = FlowEvent;
  using Effect = FlowEffect;
  using State = FlowState;
  static constexpr Phase kExpired = FlowPhase::kExpired;
  static bool is_live(Phase phase) { return server::is_live(phase); }
};

using FlowMachine = Machine<FlowVocabulary>;
using FlowTransition = FlowMachine::Transition;
using FlowEffects = FlowMachine::Effects;

/// The machine of each kind of flow. All of them outlive this.
struct FlowMachines {
  const FlowMachine& sign_in;
  const FlowMachine& sign_up;
  const FlowMachine& password_reset;
  const FlowMachine& step_up;

  [[nodiscard]] const FlowMachine& of(FlowKind kind) const {
    switch (kind) {
      case FlowKind::kSignIn:
        return sign_in;
      case FlowKind::kSignUp:
        return sign_up;
      case FlowKind::kPasswordReset:
        return password_reset;
      case FlowKind::kStepUp:
        return step_up;
    }
    GATE_CHECK(false, "a flow of no kind");
  }
};

}  // namespace gate::server
