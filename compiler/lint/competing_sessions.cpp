#include "compiler/lint/checks.h"
#include "compiler/lint/overlap.h"

namespace gate::compiler::lint {
namespace {

/// The name of a control of which both sides have a value, and not the same.
std::string_view competing(const SessionControls& a, const SessionControls& b) {
  const auto differ = [](auto one, auto other, auto unset) {
    return one != unset && other != unset && one != other;
  };
  if (differ(a.sign_in_frequency_s, b.sign_in_frequency_s, SessionControls::kNoFrequency) ||
      differ(a.secondary_frequency_s, b.secondary_frequency_s, SessionControls::kNoFrequency)) {
    return "sign_in_frequency";
  }
  if (differ(a.persistent_browser, b.persistent_browser, PersistentBrowser::kUnset)) {
    return "persistent_browser";
  }
  if (differ(a.cloud_app_security, b.cloud_app_security, CloudAppSecurity::kUnset)) {
    return "cloud_app_security";
  }
  if (differ(a.access_evaluation, b.access_evaluation, AccessEvaluation::kUnset)) {
    return "continuous_access_evaluation";
  }
  return {};
}

}  // namespace

void check_competing_sessions(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  const ir::Program& program = set.program;
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& policy = program.policies[i];
    if (policy.state == PolicyState::kOn && set.policies[i]->session) {
      candidates.push_back(i);
    }
  }
  std::size_t pairs = 0;
  for (std::size_t k = 1; k < candidates.size(); ++k) {
    const ir::Policy& later = program.policies[candidates[k]];
    for (std::size_t j = 0; j < k && pairs < kPairsMax; ++j, ++pairs) {
      const ir::Policy& earlier = program.policies[candidates[j]];
      const std::string_view control =
          competing(program.effects[earlier.effect].session, program.effects[later.effect].session);
      if (control.empty() || !may_meet(earlier.include, later.include) ||
          !may_meet(earlier.include_targets, later.include_targets)) {
        continue;
      }
      diagnostics
          .report<Code::kCompetingSessions>(set.policies[candidates[k]]->session->keyword,
                                            later.name, earlier.name, control)
          .related(set.policies[candidates[j]]->session->keyword, "the other one")
          .note("where both apply, the stricter value wins");
      break;  // one for each policy is enough to look into it
    }
  }
}

}  // namespace gate::compiler::lint
