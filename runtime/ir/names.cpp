#include "runtime/ir/names.h"

#include <array>

#include "runtime/ir/describe.h"

namespace gate {
namespace {

template <typename E, std::size_t N>
std::string_view at(const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? names[i] : std::string_view("?");
}

constexpr std::array<std::string_view, 3> kOutcomes = {"block", "challenge", "allow"};
constexpr std::array<std::string_view, 12> kReasons = {
    "none",         "no_policy_set",     "request_rejected", "policy_blocks",
    "default_deny", "control_unmet",     "reauthenticate",   "unknown_signal",
    "control_met",  "no_policy_applies", "fact_refused",     "cannot_register"};
constexpr std::array<std::string_view, 11> kFaults = {"none",
                                                      "too_many_principals",
                                                      "malformed_ip",
                                                      "malformed_country",
                                                      "enum_out_of_range",
                                                      "signal_type_mismatch",
                                                      "string_too_long",
                                                      "too_many_facts",
                                                      "number_out_of_range",
                                                      "malformed_text",
                                                      "foreign_numbers"};
constexpr std::array<std::string_view, 3> kStates = {"on", "report_only", "off"};
constexpr std::array<std::string_view, 2> kBackends = {"interpreter", "native"};
constexpr std::array<std::string_view, 3> kTiers = {"interpreter", "tables", "machine_code"};
constexpr std::array<std::string_view, 3> kTruths = {"false", "true", "unknown"};
constexpr std::array<std::string_view, 3> kTargets = {"app", "action", "context"};
constexpr std::array<std::string_view, 3> kBrowsers = {"unset", "always", "never"};
constexpr std::array<std::string_view, 4> kCloudApp = {"unset", "monitor_only", "configured",
                                                       "block_downloads"};
constexpr std::array<std::string_view, 4> kAccess = {"unset", "disabled", "strict_enforcement",
                                                     "strict_location"};
constexpr std::array<std::string_view, ir::kSymbolKindCount> kSymbols = {
    "user", "group",     "role",        "tenant",      "service_principal",
    "app",  "app_group", "user_action", "auth_context"};
constexpr std::array<std::string_view, 6> kCompares = {"eq", "ne", "lt", "le", "gt", "ge"};
constexpr std::array<std::string_view, 4> kStrings = {"equals", "starts_with", "ends_with",
                                                      "contains"};
constexpr std::array<std::string_view, ir::kOpCount> kOps = {
#define GATE_IR_OP(id, text, operand) text,
#include "runtime/ir/decision_ir.def"
};
constexpr std::array<ir::OperandKind, ir::kOpCount> kOperands = {
#define GATE_IR_OP(id, text, operand) ir::OperandKind::k##operand,
#include "runtime/ir/decision_ir.def"
};
constexpr std::array<const char*, ir::kContextFactCount> kFacts = {"flow",
                                                                   "client",
                                                                   "platform",
                                                                   "sign_in_risk",
                                                                   "user_risk",
                                                                   "service_principal_risk",
                                                                   "insider_risk",
                                                                   "transfer_method",
                                                                   "user.kind",
                                                                   "device.registered",
                                                                   "device.reported_lost",
                                                                   "device.compliant",
                                                                   "device.managed",
                                                                   "device.trust",
                                                                   "device.ownership"};

}  // namespace

std::string_view name(Outcome value) noexcept {
  return at(kOutcomes, value);
}
std::string_view name(ReasonCode code) noexcept {
  return at(kReasons, code);
}
std::string_view name(RequestFault fault) noexcept {
  return at(kFaults, fault);
}
std::string_view name(PolicyState value) noexcept {
  return at(kStates, value);
}
std::string_view name(Backend value) noexcept {
  return at(kBackends, value);
}
std::string_view name(Tier value) noexcept {
  return at(kTiers, value);
}
std::string_view name(Truth value) noexcept {
  return at(kTruths, value);
}
std::string_view name(TargetKind value) noexcept {
  return at(kTargets, value);
}
std::string_view name(PersistentBrowser value) noexcept {
  return at(kBrowsers, value);
}
std::string_view name(CloudAppSecurity value) noexcept {
  return at(kCloudApp, value);
}
std::string_view name(AccessEvaluation value) noexcept {
  return at(kAccess, value);
}

namespace ir {

std::string_view name(SymbolKind value) noexcept {
  return at(kSymbols, value);
}
std::string_view name(CompareOp value) noexcept {
  return at(kCompares, value);
}
std::string_view name(StringOp value) noexcept {
  return at(kStrings, value);
}
std::string_view name(Op value) noexcept {
  return at(kOps, value);
}
OperandKind operand_kind(Op op) noexcept {
  return kOperands[static_cast<std::size_t>(op)];
}
const char* context_fact_name(ContextFact fact) noexcept {
  return kFacts[static_cast<std::size_t>(fact)];
}

}  // namespace ir
}  // namespace gate
