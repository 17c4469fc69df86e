#include "server/flow/model/vocabulary.h"

#include <array>

namespace gate::server {
namespace {

constexpr std::array<std::string_view, kFlowEventCount> kEventNames = {
#define GATE_EVENT(id) #id,
#include "server/flow/model/vocabulary.def"
};
constexpr std::array<std::string_view, kFlowEffectCount> kEffectNames = {
#define GATE_EFFECT(id, function) #id,
#include "server/flow/model/vocabulary.def"
};

}  // namespace

std::string_view name(FlowEvent event) noexcept {
  return kEventNames[static_cast<std::size_t>(event)];
}

std::string_view name(FlowEffect effect) noexcept {
  return kEffectNames[static_cast<std::size_t>(effect)];
}

}  // namespace gate::server
