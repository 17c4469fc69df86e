#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/vocabulary.hpp>
#include <optional>
#include <string_view>

/// The spellings of Entra's sign-in log. What is not known there comes back as nothing. Letter case
/// does not matter: exports differ in it.
namespace gate::facts {

[[nodiscard]] std::optional<ClientApp> client_of_log(std::string_view client_app_used);
/// By how the name begins: "Windows 10", "Ios 16.1".
[[nodiscard]] std::optional<Platform> platform_of_log(std::string_view operating_system);
[[nodiscard]] std::optional<Risk> risk_of_log(std::string_view level);
[[nodiscard]] std::optional<DeviceTrust> trust_of_log(std::string_view trust_type);
[[nodiscard]] std::optional<Method> method_of_log(std::string_view authentication_method);
/// Nothing for words that are not known: whether a guest or a member is the stricter reading
/// depends on the policies, so it cannot be guessed. Absent words are a member's.
[[nodiscard]] std::optional<UserKind> user_kind_of_log(std::string_view user_type,
                                                       std::string_view cross_tenant);
/// Seconds since 1970 of "2026-11-25T10:00:00.123Z", "2026-11-25T10:00:00.1234567+00:00" or
/// "/Date(1795600800000)/" (conditional-access 12).
[[nodiscard]] std::optional<std::int64_t> time_of_log(std::string_view date_time);

/// A control of a policy, as `enforcedGrantControls` writes it.
enum class ControlWord : std::uint8_t {
  kBlock,
  kMfa,
  kCompliantDevice,
  kHybridJoinedDevice,
  kApprovedApp,
  kAppProtection,
  kPasswordChange,
  kOther,  ///< a strength, terms of use, a custom control: a prompt can meet it
};
[[nodiscard]] ControlWord control_of_log(std::string_view word);
/// A state of the device or the app, which no prompt can give.
[[nodiscard]] constexpr bool is_state(ControlWord control) {
  return control == ControlWord::kCompliantDevice || control == ControlWord::kHybridJoinedDevice ||
         control == ControlWord::kApprovedApp || control == ControlWord::kAppProtection;
}

/// What a detail of a step or of a status says of MFA (conditional-access 11.1).
enum class MfaDetail : std::uint8_t { kNothing, kDone, kNotDone };
[[nodiscard]] MfaDetail mfa_of_detail(std::string_view detail);

[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

}  // namespace gate::facts
