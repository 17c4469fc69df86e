#include "server/domain/flow_phase.h"

#include <array>

namespace gate::server {
namespace {

constexpr std::array<std::string_view, kFlowPhaseCount> kNames = {
#define GATE_PHASE(id, name, live) name,
#include "server/domain/flow_phase.def"
};
constexpr std::array<bool, kFlowPhaseCount> kLive = {
#define GATE_PHASE(id, name, live) live,
#include "server/domain/flow_phase.def"
};

}  // namespace

std::string_view name(FlowPhase phase) noexcept {
  return kNames[static_cast<std::size_t>(phase)];
}

std::optional<FlowPhase> parse_flow_phase(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) {
      return static_cast<FlowPhase>(i);
    }
  }
  return std::nullopt;
}

bool is_live(FlowPhase phase) noexcept {
  return kLive[static_cast<std::size_t>(phase)];
}

}  // namespace gate::server
