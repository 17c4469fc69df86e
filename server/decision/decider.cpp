#include "server/decision/decider.h"

#include <algorithm>

namespace gate::server {

PolicyVerdict decide_for_app_and_context(const Decider& decider, SignInFacts facts,
                                         const std::string& auth_context) {
  PolicyVerdict app = decider.decide(facts);
  if (auth_context.empty()) {
    return app;
  }
  facts.target_kind = TargetKind::kAuthContext;
  facts.target = auth_context;
  PolicyVerdict context = decider.decide(facts);
  if (app.outcome == Outcome::kChallenge && context.outcome == Outcome::kChallenge) {
    app.second_factors = app.second_factors & context.second_factors;
  } else if (context.outcome == Outcome::kChallenge) {
    app.second_factors = context.second_factors;
  }
  if (context.outcome == Outcome::kBlock) {
    app.error_code = std::max(app.error_code, context.error_code);
  }
  app.outcome = std::min(app.outcome, context.outcome);  // zero is the strictest
  app.reauthenticate = app.reauthenticate || context.reauthenticate;
  app.session.merge(context.session);
  if (!context.required_text.empty()) {
    app.required_text += app.required_text.empty() ? "" : ", ";
    app.required_text += context.required_text;
  }
  app.reasons.insert(app.reasons.end(), context.reasons.begin(), context.reasons.end());
  if (app.policy_digest != context.policy_digest) {
    // The set was replaced between the two decisions, so neither holds for both.
    app.outcome = Outcome::kBlock;
    app.reasons.emplace_back("policy_set_replaced_while_deciding");
  }
  app.facts_json = "[" + app.facts_json + "," + context.facts_json + "]";
  return app;
}

}  // namespace gate::server
