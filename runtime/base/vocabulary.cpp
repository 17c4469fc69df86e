#include <array>
#include <gate/vocabulary.hpp>

namespace gate {
namespace {

template <typename E, std::size_t N>
std::optional<E> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) {
      return static_cast<E>(i);
    }
  }
  return std::nullopt;
}

/// Requests come from outside, and an enumerator with them: one that is none has no name.
template <typename E, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? names[i] : std::string_view();
}

constexpr std::array<std::string_view, kFlowCount> kFlowNames = {
#define GATE_FLOW(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kFlowCount> kFlowGraphNames = {
#define GATE_FLOW(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kClientAppCount> kClientAppNames = {
#define GATE_CLIENT(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kClientAppCount> kClientAppGraphNames = {
#define GATE_CLIENT(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kPlatformCount> kPlatformNames = {
#define GATE_PLATFORM(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kPlatformCount> kPlatformGraphNames = {
#define GATE_PLATFORM(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kRiskCount> kRiskNames = {
#define GATE_RISK(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kRiskCount> kRiskGraphNames = {
#define GATE_RISK(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kInsiderRiskCount> kInsiderRiskNames = {
#define GATE_INSIDER_RISK(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kInsiderRiskCount> kInsiderRiskGraphNames = {
#define GATE_INSIDER_RISK(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kTransferMethodCount> kTransferMethodNames = {
#define GATE_TRANSFER_METHOD(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kTransferMethodCount> kTransferMethodGraphNames = {
#define GATE_TRANSFER_METHOD(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kUserKindCount> kUserKindNames = {
#define GATE_USER_KIND(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kUserKindCount> kUserKindGraphNames = {
#define GATE_USER_KIND(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kDeviceTrustCount> kDeviceTrustNames = {
#define GATE_DEVICE_TRUST(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kDeviceTrustCount> kDeviceTrustGraphNames = {
#define GATE_DEVICE_TRUST(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kDeviceOwnershipCount> kDeviceOwnershipNames = {
#define GATE_DEVICE_OWNERSHIP(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kDeviceOwnershipCount> kDeviceOwnershipGraphNames = {
#define GATE_DEVICE_OWNERSHIP(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kTristateCount> kTristateNames = {
#define GATE_TRISTATE(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kTristateCount> kTristateGraphNames = {
#define GATE_TRISTATE(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kMethodCount> kMethodNames = {
#define GATE_METHOD(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kMethodCount> kMethodGraphNames = {
#define GATE_METHOD(id, name, graph) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kControlKindCount> kControlKindNames = {
#define GATE_CONTROL(id, name, graph, interactive) name,
#include <gate/vocabulary.def>
};
constexpr std::array<std::string_view, kControlKindCount> kControlKindGraphNames = {
#define GATE_CONTROL(id, name, graph, interactive) graph,
#include <gate/vocabulary.def>
};
constexpr std::array<bool, kControlKindCount> kControlKindInteractive = {
#define GATE_CONTROL(id, name, graph, interactive) interactive,
#include <gate/vocabulary.def>
};

}  // namespace

std::string_view name(Flow value) noexcept {
  return name_in(kFlowNames, value);
}
std::string_view graph_name(Flow value) noexcept {
  return name_in(kFlowGraphNames, value);
}
std::optional<Flow> parse_flow(std::string_view text) noexcept {
  return find_name<Flow>(kFlowNames, text);
}

std::string_view name(ClientApp value) noexcept {
  return name_in(kClientAppNames, value);
}
std::string_view graph_name(ClientApp value) noexcept {
  return name_in(kClientAppGraphNames, value);
}
std::optional<ClientApp> parse_client_app(std::string_view text) noexcept {
  return find_name<ClientApp>(kClientAppNames, text);
}

std::string_view name(Platform value) noexcept {
  return name_in(kPlatformNames, value);
}
std::string_view graph_name(Platform value) noexcept {
  return name_in(kPlatformGraphNames, value);
}
std::optional<Platform> parse_platform(std::string_view text) noexcept {
  return find_name<Platform>(kPlatformNames, text);
}

std::string_view name(Risk value) noexcept {
  return name_in(kRiskNames, value);
}
std::string_view graph_name(Risk value) noexcept {
  return name_in(kRiskGraphNames, value);
}
std::optional<Risk> parse_risk(std::string_view text) noexcept {
  return find_name<Risk>(kRiskNames, text);
}

std::string_view name(InsiderRisk value) noexcept {
  return name_in(kInsiderRiskNames, value);
}
std::string_view graph_name(InsiderRisk value) noexcept {
  return name_in(kInsiderRiskGraphNames, value);
}
std::optional<InsiderRisk> parse_insider_risk(std::string_view text) noexcept {
  return find_name<InsiderRisk>(kInsiderRiskNames, text);
}

std::string_view name(TransferMethod value) noexcept {
  return name_in(kTransferMethodNames, value);
}
std::string_view graph_name(TransferMethod value) noexcept {
  return name_in(kTransferMethodGraphNames, value);
}
std::optional<TransferMethod> parse_transfer_method(std::string_view text) noexcept {
  return find_name<TransferMethod>(kTransferMethodNames, text);
}

std::string_view name(UserKind value) noexcept {
  return name_in(kUserKindNames, value);
}
std::string_view graph_name(UserKind value) noexcept {
  return name_in(kUserKindGraphNames, value);
}
std::optional<UserKind> parse_user_kind(std::string_view text) noexcept {
  return find_name<UserKind>(kUserKindNames, text);
}

std::string_view name(DeviceTrust value) noexcept {
  return name_in(kDeviceTrustNames, value);
}
std::string_view graph_name(DeviceTrust value) noexcept {
  return name_in(kDeviceTrustGraphNames, value);
}
std::optional<DeviceTrust> parse_device_trust(std::string_view text) noexcept {
  return find_name<DeviceTrust>(kDeviceTrustNames, text);
}

std::string_view name(DeviceOwnership value) noexcept {
  return name_in(kDeviceOwnershipNames, value);
}
std::string_view graph_name(DeviceOwnership value) noexcept {
  return name_in(kDeviceOwnershipGraphNames, value);
}
std::optional<DeviceOwnership> parse_device_ownership(std::string_view text) noexcept {
  return find_name<DeviceOwnership>(kDeviceOwnershipNames, text);
}

std::string_view name(Tristate value) noexcept {
  return name_in(kTristateNames, value);
}
std::string_view graph_name(Tristate value) noexcept {
  return name_in(kTristateGraphNames, value);
}
std::optional<Tristate> parse_tristate(std::string_view text) noexcept {
  return find_name<Tristate>(kTristateNames, text);
}

std::string_view name(Method value) noexcept {
  return name_in(kMethodNames, value);
}
std::string_view graph_name(Method value) noexcept {
  return name_in(kMethodGraphNames, value);
}
std::optional<Method> parse_method(std::string_view text) noexcept {
  return find_name<Method>(kMethodNames, text);
}

std::string_view name(ControlKind value) noexcept {
  return name_in(kControlKindNames, value);
}
std::string_view graph_name(ControlKind value) noexcept {
  return name_in(kControlKindGraphNames, value);
}
std::optional<ControlKind> parse_control_kind(std::string_view text) noexcept {
  return find_name<ControlKind>(kControlKindNames, text);
}

bool is_interactive(ControlKind value) noexcept {
  const auto i = static_cast<std::size_t>(value);
  return i < kControlKindInteractive.size() && kControlKindInteractive[i];
}

}  // namespace gate
