#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "server/ports/clock.h"

/// The sign-in as a pure state machine. Nothing here touches store, clock, network or randomness:
/// `step` maps (state, event, now) to (state, effects), the endpoints carry the effects out inside
/// one store transaction. `sign_in_flow.mmd` beside this file is the diagram of the same table.
namespace gate::server {

enum class FlowPhase : std::uint8_t {
#define GATE_PHASE(id, name, live) k##id,
#include "server/flow/sign_in_flow.def"
};
inline constexpr std::size_t kFlowPhaseCount = 0
#define GATE_PHASE(id, name, live) +1
#include "server/flow/sign_in_flow.def"
    ;
[[nodiscard]] std::string_view name(FlowPhase phase) noexcept;
[[nodiscard]] std::optional<FlowPhase> parse_flow_phase(std::string_view text) noexcept;
/// True where the flow waits for the client; the other phases are passed through or final.
[[nodiscard]] bool is_live(FlowPhase phase) noexcept;

enum class FlowEvent : std::uint8_t {
#define GATE_EVENT(id) k##id,
#include "server/flow/sign_in_flow.def"
};
inline constexpr std::size_t kFlowEventCount = 0
#define GATE_EVENT(id) +1
#include "server/flow/sign_in_flow.def"
    ;
[[nodiscard]] std::string_view name(FlowEvent event) noexcept;

enum class FlowEffect : std::uint8_t {
#define GATE_EFFECT(id) k##id,
#include "server/flow/sign_in_flow.def"
};

/// A set of effects, one bit each.
class EffectSet {
 public:
  constexpr EffectSet() = default;
  constexpr EffectSet(std::initializer_list<FlowEffect> effects) {
    for (const FlowEffect effect : effects) {
      bits_ |= bit(effect);
    }
  }
  [[nodiscard]] constexpr bool contains(FlowEffect effect) const {
    return (bits_ & bit(effect)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(EffectSet, EffectSet) = default;

 private:
  static constexpr std::uint32_t bit(FlowEffect effect) {
    return 1U << static_cast<unsigned>(effect);
  }
  std::uint32_t bits_ = 0;
};

/// Where a flow stands. The two deadlines are absolute; a live phase past either is expired.
struct FlowState {
  FlowPhase phase = FlowPhase::kExpired;
  Micros flow_ends_at = 0;   ///< the whole flow (C5: at most 30 minutes)
  Micros token_ends_at = 0;  ///< the continuation token held by the client (C5: at most 10 minutes)
  friend bool operator==(const FlowState&, const FlowState&) = default;
};

enum class StepVerdict : std::uint8_t {
  kTaken,    ///< the pair is in the table
  kRefused,  ///< the event has no place in this phase; nothing changed
  kExpired,  ///< a deadline has passed; the flow is over
};

struct Step {
  StepVerdict verdict = StepVerdict::kRefused;
  FlowState state;
  EffectSet effects;
};

/// One permitted transition. A pair that is not listed is refused.
struct Transition {
  FlowPhase from;
  FlowEvent event;
  FlowPhase to;
  EffectSet effects;
};

/// The whole table, for the walk that proves it and for the documentation.
[[nodiscard]] std::span<const Transition> sign_in_transitions() noexcept;

/// Takes one step. Pure; a few dozen comparisons. `kRefused` and `kExpired` carry no effects.
[[nodiscard]] Step step(const FlowState& state, FlowEvent event, Micros now) noexcept;

}  // namespace gate::server
