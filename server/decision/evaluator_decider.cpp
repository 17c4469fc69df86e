#include "server/decision/evaluator_decider.h"

#include <gate/request_json.hpp>

namespace gate::server {

std::string EvaluatorDecider::digest() const {
  const Evaluator::Snapshot snapshot = evaluator_.snapshot();
  return snapshot.policies == nullptr ? std::string() : std::string(snapshot.policies->digest());
}

bool EvaluatorDecider::protects_context(std::string_view auth_context) const {
  const Evaluator::Snapshot snapshot = evaluator_.snapshot();
  return snapshot.policies != nullptr && snapshot.policies->protects_context(auth_context);
}

PolicyVerdict EvaluatorDecider::decide(const SignInFacts& facts) const {
  const SignInView view(facts);
  // One snapshot of the set for the decision and its texts: a reload in between cannot mix two
  // sets.
  const Evaluator::Snapshot snapshot = evaluator_.snapshot();
  const Decision decision = snapshot.evaluate(view.request());
  PolicyVerdict verdict;
  verdict.outcome = decision.outcome;
  verdict.second_factors = decision.second_factors;
  verdict.error_code = decision.error_code;
  verdict.reauthenticate = decision.reauthenticate;
  verdict.session = decision.session;
  verdict.facts_json = to_json(facts);
  if (snapshot.policies == nullptr) {
    verdict.reasons.emplace_back(name(ReasonCode::kNoPolicySet));
    return verdict;
  }
  const PolicySet& set = *snapshot.policies;
  verdict.policy_digest = set.digest();
  if (facts.target_kind == TargetKind::kAuthContext && !set.protects_context(facts.target)) {
    // The set was replaced since the client requested the context, and no policy names it any more.
    verdict.outcome = Outcome::kBlock;
    verdict.reasons.push_back("auth_context_without_policy: " + facts.target);
    return verdict;
  }
  for (std::size_t i = 0; i < set.clause_count(); ++i) {
    if (decision.unmet.contains(i)) {
      verdict.required_text += verdict.required_text.empty() ? "" : ", ";
      verdict.required_text += set.clause(i);
    }
  }
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    const Reason& reason = decision.reasons[i];
    std::string text(name(reason.code));
    if (reason.policy != Reason::kNoPolicy && reason.policy < set.policy_count()) {
      text.append(": ").append(set.policy(reason.policy).name);
    }
    verdict.reasons.push_back(std::move(text));
  }
  return verdict;
}

}  // namespace gate::server
