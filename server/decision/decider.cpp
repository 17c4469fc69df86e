#include "server/decision/decider.h"

#include <algorithm>

namespace gate::server {

PolicyVerdict stricter_of(PolicyVerdict first, const PolicyVerdict& second) {
  if (first.outcome == Outcome::kChallenge && second.outcome == Outcome::kChallenge) {
    first.second_factors = first.second_factors & second.second_factors;
  } else if (second.outcome == Outcome::kChallenge) {
    first.second_factors = second.second_factors;
  }
  if (second.outcome == Outcome::kBlock) {
    first.error_code = std::max(first.error_code, second.error_code);
  }
  first.outcome = std::min(first.outcome, second.outcome);  // zero is the strictest
  first.reauthenticate = first.reauthenticate || second.reauthenticate;
  first.session.merge(second.session);
  if (!second.required_text.empty()) {
    first.required_text += first.required_text.empty() ? "" : ", ";
    first.required_text += second.required_text;
  }
  first.reasons.insert(first.reasons.end(), second.reasons.begin(), second.reasons.end());
  if (first.policy_digest != second.policy_digest) {
    // The set was replaced between the two decisions, so neither holds for both.
    first.outcome = Outcome::kBlock;
    first.reasons.emplace_back("policy_set_replaced_while_deciding");
  }
  first.facts_json = "[" + first.facts_json + "," + second.facts_json + "]";
  return first;
}

PolicyVerdict decide_for_app_and_context(const Decider& decider, std::string_view tenant_id,
                                         SignInFacts facts, const std::string& auth_context) {
  PolicyVerdict app = decider.decide(tenant_id, facts);
  if (auth_context.empty()) {
    return app;
  }
  facts.target_kind = TargetKind::kAuthContext;
  facts.target = auth_context;
  return stricter_of(std::move(app), decider.decide(tenant_id, facts));
}

}  // namespace gate::server
