#include "server/decision/evaluator_decider.h"

#include <gate/request_json.hpp>

namespace gate::server {

std::string EvaluatorDecider::digest(std::string_view tenant_id) const {
  const Evaluator::Snapshot snapshot = sets_.in_force(tenant_id);
  return snapshot.policies == nullptr ? std::string() : std::string(snapshot.policies->digest());
}

bool EvaluatorDecider::protects_context(std::string_view tenant_id,
                                        std::string_view auth_context) const {
  const Evaluator::Snapshot snapshot = sets_.in_force(tenant_id);
  return snapshot.policies != nullptr && snapshot.policies->protects_context(auth_context);
}

namespace {

std::string text_of(const PolicySet& set, const Reason& reason) {
  std::string text(name(reason.code));
  if (reason.policy != Reason::kNoPolicy && reason.policy < set.policy_count()) {
    text.append(": ").append(set.policy(reason.policy).name);
  }
  return text;
}

/// What the policies on trial would have added (S3): their authors read it in the audit log before
/// they turn them on.
void add_report_only(const PolicySet& set, const SignInRequest& request, PolicyVerdict& verdict) {
  const Decision trial = set.evaluate_report_only(request);
  for (std::size_t i = 0; i < trial.reason_count; ++i) {
    const Reason& reason = trial.reasons[i];
    if (reason.policy != Reason::kNoPolicy && reason.policy < set.policy_count() &&
        set.policy(reason.policy).state == PolicyState::kReportOnly) {
      verdict.reasons.push_back("report_only: " + text_of(set, reason));
    }
  }
  if (trial.outcome != verdict.outcome) {
    verdict.reasons.push_back("report_only_outcome: " + std::string(name(trial.outcome)));
  }
}

}  // namespace

PolicyVerdict EvaluatorDecider::decide(std::string_view tenant_id, const SignInFacts& facts) const {
  const SignInView view(facts);
  // One snapshot of the set for the decision and its texts: a reload in between cannot mix two
  // sets.
  const Evaluator::Snapshot snapshot = sets_.in_force(tenant_id);
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
    verdict.reasons.push_back(text_of(set, decision.reasons[i]));
  }
  add_report_only(set, view.request(), verdict);
  return verdict;
}

}  // namespace gate::server
