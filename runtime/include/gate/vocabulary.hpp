#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The closed vocabularies that policies, requests and decisions share, from `vocabulary.def`.
/// Every enum has `name(value)` (its spelling in .gate files and in JSON), `graph_name(value)` (its
/// spelling in Microsoft Graph, empty where it has none), `parse_<enum>(text)` and `k<Enum>Count`.
/// All functions are pure, allocate nothing and may be called from any thread.

namespace gate {

/// What the decision is for.
enum class Flow : std::uint8_t {
#define GATE_FLOW(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kFlowCount = 0
#define GATE_FLOW(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(Flow value) noexcept;
[[nodiscard]] std::string_view graph_name(Flow value) noexcept;
[[nodiscard]] std::optional<Flow> parse_flow(std::string_view text) noexcept;

/// The kind of client software.
enum class ClientApp : std::uint8_t {
#define GATE_CLIENT(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kClientAppCount = 0
#define GATE_CLIENT(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(ClientApp value) noexcept;
[[nodiscard]] std::string_view graph_name(ClientApp value) noexcept;
[[nodiscard]] std::optional<ClientApp> parse_client_app(std::string_view text) noexcept;

/// Device platform, unverified.
enum class Platform : std::uint8_t {
#define GATE_PLATFORM(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kPlatformCount = 0
#define GATE_PLATFORM(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(Platform value) noexcept;
[[nodiscard]] std::string_view graph_name(Platform value) noexcept;
[[nodiscard]] std::optional<Platform> parse_platform(std::string_view text) noexcept;

/// Risk level; absent is none.
enum class Risk : std::uint8_t {
#define GATE_RISK(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kRiskCount = 0
#define GATE_RISK(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(Risk value) noexcept;
[[nodiscard]] std::string_view graph_name(Risk value) noexcept;
[[nodiscard]] std::optional<Risk> parse_risk(std::string_view text) noexcept;

/// Purview insider risk; absent is none.
enum class InsiderRisk : std::uint8_t {
#define GATE_INSIDER_RISK(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kInsiderRiskCount = 0
#define GATE_INSIDER_RISK(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(InsiderRisk value) noexcept;
[[nodiscard]] std::string_view graph_name(InsiderRisk value) noexcept;
[[nodiscard]] std::optional<InsiderRisk> parse_insider_risk(std::string_view text) noexcept;

/// Authentication flow that moved the sign-in here, kept through refreshes.
enum class TransferMethod : std::uint8_t {
#define GATE_TRANSFER_METHOD(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kTransferMethodCount = 0
#define GATE_TRANSFER_METHOD(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(TransferMethod value) noexcept;
[[nodiscard]] std::string_view graph_name(TransferMethod value) noexcept;
[[nodiscard]] std::optional<TransferMethod> parse_transfer_method(std::string_view text) noexcept;

/// Member, one of the guest kinds, or a service principal.
enum class UserKind : std::uint8_t {
#define GATE_USER_KIND(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kUserKindCount = 0
#define GATE_USER_KIND(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(UserKind value) noexcept;
[[nodiscard]] std::string_view graph_name(UserKind value) noexcept;
[[nodiscard]] std::optional<UserKind> parse_user_kind(std::string_view text) noexcept;

/// How the device is joined.
enum class DeviceTrust : std::uint8_t {
#define GATE_DEVICE_TRUST(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kDeviceTrustCount = 0
#define GATE_DEVICE_TRUST(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(DeviceTrust value) noexcept;
[[nodiscard]] std::string_view graph_name(DeviceTrust value) noexcept;
[[nodiscard]] std::optional<DeviceTrust> parse_device_trust(std::string_view text) noexcept;

/// Who owns the device.
enum class DeviceOwnership : std::uint8_t {
#define GATE_DEVICE_OWNERSHIP(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kDeviceOwnershipCount = 0
#define GATE_DEVICE_OWNERSHIP(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(DeviceOwnership value) noexcept;
[[nodiscard]] std::string_view graph_name(DeviceOwnership value) noexcept;
[[nodiscard]] std::optional<DeviceOwnership> parse_device_ownership(std::string_view text) noexcept;

/// A boolean that may be absent.
enum class Tristate : std::uint8_t {
#define GATE_TRISTATE(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kTristateCount = 0
#define GATE_TRISTATE(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(Tristate value) noexcept;
[[nodiscard]] std::string_view graph_name(Tristate value) noexcept;
[[nodiscard]] std::optional<Tristate> parse_tristate(std::string_view text) noexcept;

/// An authentication method.
enum class Method : std::uint8_t {
#define GATE_METHOD(id, name, graph) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kMethodCount = 0
#define GATE_METHOD(id, name, graph) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(Method value) noexcept;
[[nodiscard]] std::string_view graph_name(Method value) noexcept;
[[nodiscard]] std::optional<Method> parse_method(std::string_view text) noexcept;

/// A grant control other than block, in the order in which users are prompted.
enum class ControlKind : std::uint8_t {
#define GATE_CONTROL(id, name, graph, interactive) k##id,
#include <gate/vocabulary.def>
};
inline constexpr std::size_t kControlKindCount = 0
#define GATE_CONTROL(id, name, graph, interactive) +1
#include <gate/vocabulary.def>
    ;
[[nodiscard]] std::string_view name(ControlKind value) noexcept;
[[nodiscard]] std::string_view graph_name(ControlKind value) noexcept;
[[nodiscard]] std::optional<ControlKind> parse_control_kind(std::string_view text) noexcept;
/// True where a prompt can satisfy the control now; false for device and app states.
[[nodiscard]] bool is_interactive(ControlKind value) noexcept;

/// A set of authentication methods, one bit each in the order of `Method`. A value type.
class MethodSet {
 public:
  constexpr MethodSet() = default;
  constexpr explicit MethodSet(std::uint32_t bits) : bits_(bits) {}
  [[nodiscard]] static constexpr MethodSet of(Method m) {
    return MethodSet(1U << static_cast<unsigned>(m));
  }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool contains(Method m) const { return (bits_ & of(m).bits_) != 0; }
  [[nodiscard]] constexpr bool contains_all(MethodSet o) const {
    return (bits_ & o.bits_) == o.bits_;
  }
  constexpr void add(Method m) { bits_ |= of(m).bits_; }
  friend constexpr MethodSet operator|(MethodSet a, MethodSet b) {
    return MethodSet(a.bits_ | b.bits_);
  }
  friend constexpr MethodSet operator&(MethodSet a, MethodSet b) {
    return MethodSet(a.bits_ & b.bits_);
  }
  friend constexpr bool operator==(MethodSet a, MethodSet b) = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace gate
