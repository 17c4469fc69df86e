#include "runtime/rules/decide.h"

namespace gate {

bool DecisionMaker::is_met(std::uint32_t clause) noexcept {
  if (!looked_at_.contains(clause)) {
    looked_at_.add(clause);
    if (!tables_.met(tables_.clause(clause), facts_)) {
      decision_.unmet.add(clause);
    }
  }
  return !decision_.unmet.contains(clause);
}

void DecisionMaker::ask(std::uint32_t policy, std::uint32_t clause) noexcept {
  decision_.required.add(clause);
  const auto detail = static_cast<std::uint16_t>(clause);
  if (is_met(clause)) {
    met_.add(ReasonCode::kControlMet, policy, detail);
    return;
  }
  const DecisionTables::ClauseRow& row = tables_.clause(clause);
  const ClauseState state = tables_.unmet_state(row, facts_, tables_.about_risk(policy));
  if (state == ClauseState::kPrompt) {
    unmet_.add(ReasonCode::kControlUnmet, policy, detail);
  } else {
    const bool cannot_register = state == ClauseState::kCannotRegister;
    findings_.dead_end = true;
    findings_.proof_up_blocked |= cannot_register && tables_.about_risk(policy);
    // What cannot be registered is a method: MFA fails, which comes before every device state.
    findings_.dead_end_control =
        std::min(findings_.dead_end_control, cannot_register ? ControlKind::kMfa : row.first);
    dead_ends_.add(cannot_register ? ReasonCode::kCannotRegister : ReasonCode::kControlUnmet,
                   policy, detail);
  }
  // A password change needs MFA first (conditional-access 2.5).
  if (row.password_change && !is_met(tables_.mfa_clause())) {
    if (!tables_.effect_of(policy).clauses.contains(tables_.mfa_clause())) {
      ask(policy, tables_.mfa_clause());
    }
  }
}

void DecisionMaker::apply(std::uint32_t policy, std::uint16_t unknown_fact) noexcept {
  const DecisionTables::EffectRow& effect = tables_.effect_of(policy);
  ++decision_.applied_count;
  decision_.session.merge(effect.session);
  if (effect.block) {
    findings_.blocked = true;
    blocks_.add(ReasonCode::kPolicyBlocks, policy, 0);
  }
  if (unknown_fact == tables_.refusing_fact() && unknown_fact != abi::kNoFact) {
    findings_.blocked = true;
    blocks_.add(ReasonCode::kFactRefused, policy, unknown_fact);
  } else if (unknown_fact != abi::kNoFact) {
    unknown_.add(ReasonCode::kUnknownSignal, policy, unknown_fact);
  }
  for_each_clause(tables_.clauses_of(policy, displaced_),
                  [this, policy](std::uint32_t c) { ask(policy, c); });
  if (DecisionTables::is_stale(effect, facts_)) {
    decision_.reauthenticate = true;
    reauthenticate_.add(ReasonCode::kReauthenticate, policy, 0);
  }
}

void DecisionMaker::collect_reasons() noexcept {
  for (const ReasonList* list :
       {&blocks_, &dead_ends_, &unmet_, &reauthenticate_, &unknown_, &met_}) {
    for (std::size_t i = 0; i < list->count; ++i) {
      if (decision_.reason_count == Decision::kReasonsMax) {
        return;
      }
      decision_.reasons[decision_.reason_count++] = list->items[i];
    }
  }
}

Decision DecisionMaker::finish() noexcept {
  if (decision_.applied_count == 0) {
    // A set may refuse whatever no policy speaks about; otherwise that is allowed.
    findings_.blocked = tables_.default_deny();
    blocks_.add(findings_.blocked ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies,
                Reason::kNoPolicy, 0);
  }
  tables_.set_outcome(findings_, facts_, decision_);
  collect_reasons();
  return decision_;
}

}  // namespace gate
