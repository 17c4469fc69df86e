#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>

namespace gate::ir {

/// The facts with small closed vocabularies share one 64-bit word: each fact owns a run of bits,
/// and a request sets exactly one bit in every run (absent is a bit of its own). A condition on
/// such a fact is "the request's bit is in this mask". Order and widths are part of the ABI: append
/// only.
enum class ContextFact : std::uint8_t {
  kFlow,
  kClient,
  kPlatform,
  kSignInRisk,
  kUserRisk,
  kServicePrincipalRisk,
  kInsiderRisk,
  kTransferMethod,  ///< a bit for each of TransferMarks
  kUserKind,
  kDeviceRegistered,    ///< bit 0 = no, bit 1 = yes
  kDeviceReportedLost,  ///< bit 0 = no, bit 1 = yes
  kDeviceCompliant,     ///< Tristate
  kDeviceManaged,       ///< Tristate
  kDeviceTrust,
  kDeviceOwnership,
};
inline constexpr std::size_t kContextFactCount = 15;

/// The flows that a session bears the mark of: the one of this sign-in and the one it began with,
/// either of which a policy on a flow means. Four sets, so that exactly one bit of the run is set
/// and whatever a condition leaves out is its negation.
using TransferMarks = std::uint8_t;  ///< 0 none, 1 device code flow, 2 transfer, 3 both
inline constexpr std::size_t kTransferMarksCount = 4;
static_assert(kTransferMethodCount == 3, "TransferMarks holds two flows");
[[nodiscard]] constexpr TransferMarks transfer_marks(TransferMethod now, TransferMethod at_start) {
  return static_cast<TransferMarks>(static_cast<unsigned>(now) | static_cast<unsigned>(at_start));
}

struct ContextField {
  std::uint8_t offset = 0;
  std::uint8_t width = 0;
  [[nodiscard]] constexpr std::uint64_t mask() const {
    return ((std::uint64_t{1} << width) - 1) << offset;
  }
  [[nodiscard]] constexpr std::uint64_t bit(unsigned value) const {
    return std::uint64_t{1} << (offset + value);
  }
};

/// Where a fact lives in the context word.
[[nodiscard]] constexpr ContextField context_field(ContextFact fact) {
  constexpr std::uint8_t kWidths[kContextFactCount] = {
      kFlowCount, kClientAppCount,   kPlatformCount,      kRiskCount,        kRiskCount,
      kRiskCount, kInsiderRiskCount, kTransferMarksCount, kUserKindCount,    2,
      2,          kTristateCount,    kTristateCount,      kDeviceTrustCount, kDeviceOwnershipCount};
  std::uint8_t offset = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(fact); ++i) {
    offset = static_cast<std::uint8_t>(offset + kWidths[i]);
  }
  return {offset, kWidths[static_cast<std::size_t>(fact)]};
}

/// The bits of requests for which `fact == word` holds, `value` being the word's number: one bit,
/// but for flows, where either of two marks may be meant and `none` is neither.
[[nodiscard]] constexpr std::uint64_t word_bits(ContextFact fact, unsigned value) {
  const ContextField field = context_field(fact);
  if (fact != ContextFact::kTransferMethod || value == 0) {
    return field.bit(value);
  }
  return field.bit(value) | field.bit(kTransferMarksCount - 1);
}

/// The spelling of a fact in .gate files: "sign_in_risk", "device.compliant".
[[nodiscard]] const char* context_fact_name(ContextFact fact) noexcept;

static_assert(context_field(ContextFact::kDeviceOwnership).offset + kDeviceOwnershipCount <= 62,
              "two bits are for the plans (abi): the context word is full: move a fact to a slot");

}  // namespace gate::ir
