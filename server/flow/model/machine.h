#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "server/ports/clock.h"

/// A state machine as a table: for each phase the permitted events, the phase that each leads to,
/// and the effects to carry out. Pure: no store, clock, network or randomness.
namespace gate::server {

/// A set of effects, one bit each.
template <typename Effect>
class EffectSet {
 public:
  static constexpr std::size_t kSize = 32;
  constexpr EffectSet() = default;
  constexpr EffectSet(std::initializer_list<Effect> effects) {
    for (const Effect effect : effects) {
      bits_ |= bit(effect);
    }
  }
  [[nodiscard]] constexpr bool contains(Effect effect) const { return (bits_ & bit(effect)) != 0; }
  constexpr void add(Effect effect) { bits_ |= bit(effect); }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(EffectSet, EffectSet) = default;

 private:
  static constexpr std::uint32_t bit(Effect effect) { return 1U << static_cast<unsigned>(effect); }
  std::uint32_t bits_ = 0;
};

enum class StepVerdict : std::uint8_t {
  kTaken,    ///< the pair is in the table
  kRefused,  ///< the event is not permitted in this phase; nothing changed
  kExpired,  ///< a deadline has passed; the flow is over
};

/// One array of the elements of several: a table is put together from the parts that flows share.
template <typename T, std::size_t... Sizes>
[[nodiscard]] constexpr auto join(const std::array<T, Sizes>&... parts) {
  std::array<T, (Sizes + ...)> all{};
  auto out = all.begin();
  ((out = std::copy(parts.begin(), parts.end(), out)), ...);
  return all;
}

/// `Vocabulary` names the enumerations Phase, Event and Effect and the struct State with `phase`,
/// `flow_ends_at` and `token_ends_at`. It also says which phases are live (`is_live(Phase)`) and
/// which one a passed deadline leads to (`kExpired`).
template <typename Vocabulary>
class Machine {
 public:
  using Phase = typename Vocabulary::Phase;
  using Event = typename Vocabulary::Event;
  using Effect = typename Vocabulary::Effect;
  using State = typename Vocabulary::State;
  using Effects = EffectSet<Effect>;

  /// One permitted transition. A pair that is not listed is refused.
  struct Transition {
    Phase from;
    Event event;
    Phase to;
    Effects effects;
  };

  struct Step {
    StepVerdict verdict = StepVerdict::kRefused;
    State state;
    Effects effects;
  };

  /// `table` outlives the machine.
  explicit constexpr Machine(std::span<const Transition> table) : table_(table) {}

  [[nodiscard]] std::span<const Transition> table() const { return table_; }

  /// Takes one step, at a cost of some dozens of comparisons. `kRefused` and `kExpired` have no
  /// effects.
  [[nodiscard]] Step step(const State& state, Event event, Micros now) const {
    // Only live phases expire. The other phases are left within one request, whose deadlines were
    // checked when it began.
    if (Vocabulary::is_live(state.phase) &&
        (now >= state.flow_ends_at || now >= state.token_ends_at)) {
      State over = state;
      over.phase = Vocabulary::kExpired;
      return {StepVerdict::kExpired, over, {}};
    }
    for (const Transition& transition : table_) {
      if (transition.from == state.phase && transition.event == event) {
        State next = state;
        next.phase = transition.to;
        return {StepVerdict::kTaken, next, transition.effects};
      }
    }
    return {StepVerdict::kRefused, state, {}};
  }

  /// True if the table has each pair of phase and event at most once.
  [[nodiscard]] static constexpr bool pairs_are_unique(std::span<const Transition> table) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      for (std::size_t j = i + 1; j < table.size(); ++j) {
        if (table[i].from == table[j].from && table[i].event == table[j].event) {
          return false;
        }
      }
    }
    return true;
  }

 private:
  std::span<const Transition> table_;
};

}  // namespace gate::server
