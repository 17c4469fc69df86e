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
[[nodiscard]] UserKind user_kind_of_log(std::string_view user_type, std::string_view cross_tenant);
/// Seconds since 1970 of "2026-11-25T10:00:00.123Z".
[[nodiscard]] std::optional<std::int64_t> time_of_log(std::string_view date_time);

/// What Conditional Access did, by its status and the error code of the sign-in.
[[nodiscard]] std::optional<Outcome> outcome_of_log(std::string_view status, std::int64_t error);
/// The sign-in failed before any policy was asked: a wrong password, an account that is locked.
[[nodiscard]] bool failed_before_policies(std::int64_t error);

[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

}  // namespace gate::facts
