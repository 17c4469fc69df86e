#include "runtime/ir/names.h"

#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/vocabulary.hpp>

#include "runtime/c/border.h"

using namespace gate;
using namespace gate::c;

namespace {

struct Vocabulary {
  std::uint32_t count = 0;
  std::string_view (*name)(std::uint32_t) = nullptr;
};
template <typename E>
constexpr Vocabulary of(std::size_t count) {
  return {static_cast<std::uint32_t>(count),
          [](std::uint32_t number) { return gate::name(static_cast<E>(number)); }};
}

Vocabulary vocabulary(gate_vocabulary number) noexcept {
  switch (number) {
    case GATE_FLOWS:
      return of<Flow>(kFlowCount);
    case GATE_CLIENTS:
      return of<ClientApp>(kClientAppCount);
    case GATE_PLATFORMS:
      return of<Platform>(kPlatformCount);
    case GATE_RISKS:
      return of<Risk>(kRiskCount);
    case GATE_INSIDER_RISKS:
      return of<InsiderRisk>(kInsiderRiskCount);
    case GATE_TRANSFER_METHODS:
      return of<TransferMethod>(kTransferMethodCount);
    case GATE_USER_KINDS:
      return of<UserKind>(kUserKindCount);
    case GATE_DEVICE_TRUSTS:
      return of<DeviceTrust>(kDeviceTrustCount);
    case GATE_DEVICE_OWNERSHIPS:
      return of<DeviceOwnership>(kDeviceOwnershipCount);
    case GATE_TRISTATES:
      return of<Tristate>(kTristateCount);
    case GATE_METHODS:
      return of<Method>(kMethodCount);
    case GATE_CONTROLS:
      return of<ControlKind>(kControlKindCount);
    case GATE_TARGET_KINDS:
      return of<TargetKind>(3);
    case GATE_OUTCOMES:
      return of<Outcome>(3);
    case GATE_REASONS:
      return of<ReasonCode>(static_cast<std::size_t>(ReasonCode::kCannotRegister) + 1);
    case GATE_REQUEST_FAULTS:
      return of<RequestFault>(static_cast<std::size_t>(RequestFault::kForeignNumbers) + 1);
    case GATE_TRUTHS:
      return of<Truth>(3);
    case GATE_POLICY_STATES:
      return of<PolicyState>(3);
    case GATE_BACKENDS:
      return of<Backend>(2);
    case GATE_TIERS:
      return of<Tier>(3);
    default:
      return {};
  }
}

}  // namespace

extern "C" {

uint32_t gate_name_count(gate_vocabulary number) {
  return vocabulary(number).count;
}
gate_str gate_name(gate_vocabulary number, uint32_t value) {
  const Vocabulary v = vocabulary(number);
  return to_c(value < v.count ? v.name(value) : std::string_view());
}
gate_status gate_number(gate_vocabulary number, gate_str name, uint32_t* value) {
  const Vocabulary v = vocabulary(number);
  if (value == nullptr || !is_text(name) || v.count == 0) {
    return GATE_INVALID_ARGUMENT;
  }
  for (uint32_t i = 0; i < v.count; ++i) {
    if (v.name(i) == to_view(name)) {
      *value = i;
      return GATE_OK;
    }
  }
  return GATE_NOT_FOUND;
}
}
