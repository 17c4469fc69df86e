#include "server/risk/assessment.h"

#include <algorithm>

namespace gate::server {

RiskAssessment assess_risk(const RiskInput& input, bool use_rules, const EngineAnswer& engine) {
  RiskAssessment out;
  int points = 0;
  for (const RiskRule& rule : risk_rules()) {
    if (use_rules && rule.holds(input)) {
      points += rule.points;
      out.reasons.push_back("risk_rule: " + std::string(rule.name) + ", " +
                            std::to_string(rule.points) + " points");
    }
  }
  out.level = level_of(points);
  if (engine) {
    out.level = std::max(out.level, engine->value_or(Risk::kHigh));
    out.reasons.push_back(*engine ? "risk_engine: " + std::string(name(**engine))
                                  : "risk_engine: no answer, counts as high");
  }
  if (!out.reasons.empty()) {
    out.reasons.push_back("sign_in_risk: " + std::string(name(out.level)));
  }
  return out;
}

}  // namespace gate::server
