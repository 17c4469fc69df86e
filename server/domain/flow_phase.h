#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/ports/clock.h"

namespace gate::server {

enum class FlowPhase : std::uint8_t {
#define GATE_PHASE(id, name, live) k##id,
#include "server/domain/flow_phase.def"
};
inline constexpr std::size_t kFlowPhaseCount = 0
#define GATE_PHASE(id, name, live) +1
#include "server/domain/flow_phase.def"
    ;
/// The name under which the phase is stored.
[[nodiscard]] std::string_view name(FlowPhase phase) noexcept;
[[nodiscard]] std::optional<FlowPhase> parse_flow_phase(std::string_view text) noexcept;
/// True if the flow waits for the client. The other phases are left within one request, or are
/// final.
[[nodiscard]] bool is_live(FlowPhase phase) noexcept;

/// The state of a flow. The two deadlines are absolute; a live phase past either has expired.
struct FlowState {
  FlowPhase phase = FlowPhase::kExpired;
  Micros flow_ends_at = 0;   ///< the whole flow (C5: at most 30 minutes)
  Micros token_ends_at = 0;  ///< the continuation token held by the client (C5: at most 10 minutes)
  friend bool operator==(const FlowState&, const FlowState&) = default;
};

}  // namespace gate::server
