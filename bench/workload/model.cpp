#include "bench/workload/model.h"

#include <fmt/format.h>

namespace gate::bench {
namespace {

constexpr std::uint32_t methods(auto... m) {
  return ((1U << static_cast<unsigned>(m)) | ...);
}
constexpr std::uint16_t control(ControlKind kind) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}

using enum Method;

/// "Multifactor authentication" of grammar/README.md, written down a second time on purpose.
constexpr std::uint32_t kMfa[] = {
    methods(kWindowsHello),
    methods(kFido2),
    methods(kX509MultiFactor),
    methods(kDeviceBasedPush),
    methods(kTapOneTime),
    methods(kTapMultiUse),
    methods(kFederatedMultiFactor),
    methods(kPassword, kAuthenticatorPush),
    methods(kPassword, kSoftwareOath),
    methods(kPassword, kHardwareOath),
    methods(kPassword, kX509SingleFactor),
    methods(kPassword, kSmsOtp),
    methods(kPassword, kVoice),
    methods(kPassword, kEmailOtp),
    methods(kEmailOtp, kSmsOtp),
    methods(kFederatedSingleFactor, kAuthenticatorPush),
    methods(kFederatedSingleFactor, kSoftwareOath),
    methods(kFederatedSingleFactor, kHardwareOath),
    methods(kFederatedSingleFactor, kSmsOtp),
    methods(kFederatedSingleFactor, kVoice),
};
constexpr std::uint32_t kPhishingResistant[] = {methods(kFido2), methods(kWindowsHello),
                                                methods(kX509MultiFactor)};
constexpr std::uint32_t kNative[] = {methods(kPassword, kEmailOtp), methods(kPassword, kSmsOtp),
                                     methods(kEmailOtp, kSmsOtp)};

constexpr ClauseSpec device(std::string_view text, std::string_view in_list, bool compliant,
                            bool hybrid) {
  return {.text = text,
          .requirement = text,
          .in_list = in_list,
          .compliant = compliant,
          .hybrid = hybrid,
          .combinations = {}};
}

const ClauseSpec kClauses[] = {
    {.text = "mfa",
     .requirement = "mfa",
     .in_list = "mfa",
     .vouched = control(ControlKind::kMfa),
     .interactive = true,
     .combinations = kMfa},
    {.text = "strength PhishingResistant",
     .requirement = "strength PhishingResistant",
     .in_list = "strength PhishingResistant",
     .interactive = true,
     .combinations = kPhishingResistant},
    {.text = "strength NativeMfa",
     .requirement = "strength NativeMfa",
     .in_list = "strength NativeMfa",
     .interactive = true,
     .combinations = kNative},
    device("compliant_device", "compliant_device", true, false),
    device("hybrid_joined_device", "hybrid_joined_device", false, true),
    device("any of (compliant_device, hybrid_joined_device)", "", true, true),
    {.text = "any of (mfa, compliant_device)",
     .requirement = "any of (mfa, compliant_device)",
     .in_list = "",
     .vouched = control(ControlKind::kMfa),
     .compliant = true,
     .interactive = true,
     .combinations = kMfa},
    {.text = "any of (approved_app, app_protection)",
     .requirement = "any of (approved_app, app_protection)",
     .in_list = "",
     .vouched = control(ControlKind::kApprovedApp) | control(ControlKind::kAppProtection),
     .combinations = {}},
    {.text = "terms_of_use \"Visitors\"",
     .requirement = "terms_of_use \"Visitors\"",
     .in_list = "terms_of_use \"Visitors\"",
     .terms = true,
     .interactive = true,
     .combinations = {}},
};

constexpr std::string_view kRoles[names::kRolesMax] = {"Global Administrator",
                                                       "Security Administrator",
                                                       "Conditional Access Administrator",
                                                       "Exchange Administrator",
                                                       "SharePoint Administrator",
                                                       "Helpdesk Administrator",
                                                       "Billing Administrator",
                                                       "User Administrator",
                                                       "Authentication Administrator",
                                                       "Application Administrator",
                                                       "Cloud Application Administrator",
                                                       "Password Administrator",
                                                       "Privileged Role Administrator",
                                                       "Global Reader"};

}  // namespace

std::span<const ClauseSpec> clause_table() {
  return kClauses;
}

std::optional<Id> app_group_of(Id app) {
  return app < 8 ? std::optional<Id>(app % 2) : std::nullopt;
}

namespace names {

std::string user(Id id) {
  return fmt::format("user{:06}@bench.example", id);
}
std::string group(Id id) {
  return fmt::format("Group {:05}", id);
}
std::string_view role(Id id) {
  return kRoles[id];
}
std::string app(Id id) {
  return fmt::format("app-{:05}", id);
}
std::string_view app_group(Id id) {
  return id == 0 ? "office365" : "admin_portals";
}
std::string_view action(Id id) {
  return id == 0 ? "register_security_info" : "register_device";
}
std::string context(Id id) {
  return fmt::format("c{}", id + 1);
}
std::string context_name(Id id) {
  return fmt::format("Context{}", id + 1);
}
std::string location(Id id) {
  return fmt::format("Place{:04}", id);
}
std::string policy(std::size_t index) {
  return fmt::format("P{:06}", index);
}

}  // namespace names
}  // namespace gate::bench
