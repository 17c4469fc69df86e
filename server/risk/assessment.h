#pragma once

#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/risk/rules.h"

namespace gate::server {

/// The risk of one request, and where it comes from.
struct RiskAssessment {
  Risk level = Risk::kNone;
  std::vector<std::string> reasons;  ///< for the audit row; empty when nothing was found
};

/// What the engine said. The outer one is absent when there is no engine.
using EngineAnswer = std::optional<std::optional<Risk>>;

/// The higher of what the rules add up to and what the engine says. An engine without an answer
/// counts as `high`: policies have no level "unknown", and a sign-in of unknown risk may be a
/// risky one.
[[nodiscard]] RiskAssessment assess_risk(const RiskInput& input, bool use_rules,
                                         const EngineAnswer& engine);

}  // namespace gate::server
