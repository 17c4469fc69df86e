#pragma once

#include <cstdint>

namespace gate {

/// Which policies a decision is about: those that are on, or the report-only ones as well.
enum class Plan : std::uint8_t { kEnforced, kReportOnly };

}  // namespace gate
