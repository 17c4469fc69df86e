#include "runtime/interp/explain.h"

#include <algorithm>
#include <gate/policy_set.hpp>

#include "runtime/interp/interpreter.h"
#include "runtime/rules/decide.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

using internal::PolicySetState;

/// What the policy says on its own; `policy` and what is unknown are filled in already. `status`
/// of the sign-in, or null: then every rule is asked one by one.
void say(const PolicySetState& state, const abi::DecisionFacts& facts, const SignInStatus* status,
         bool displaced, AppliedPolicy& out) {
  const DecisionTables& tables = state.decisions;
  const DecisionTables::EffectRow& effect = tables.effect_of(out.policy);
  out.state = state.policy_state(out.policy);
  out.required = tables.clauses_of(out.policy, displaced);
  bool dead_end = false;
  bool changes_password = false;
  for_each_clause(out.required, [&](std::uint32_t c) {
    const bool met =
        status != nullptr ? status->met.contains(c) : tables.met(tables.clause(c), facts);
    if (!met) {
      out.unmet.add(c);
      dead_end |= status != nullptr && status->dead_ends.contains(c);
      changes_password |= tables.password_changes().contains(c);
    }
  });
  out.satisfied = !effect.block && out.unmet.empty();
  if (status == nullptr || status->each_policy || changes_password) {
    DecisionMaker alone(tables, facts, displaced);
    alone.apply(out.policy, out.unknown ? out.fact : abi::kNoFact);
    out.outcome = alone.finish().outcome;
    return;
  }
  const bool stale = DecisionTables::is_stale(effect, facts);
  if (effect.block || dead_end || (stale && !facts.can_prompt)) {
    out.outcome = Outcome::kBlock;
  } else {
    out.outcome = stale || !out.unmet.empty() ? Outcome::kChallenge : Outcome::kAllow;
  }
}

/// Whether a policy of those that apply and are on takes the place of strengths.
bool displaced_by(const PolicySetState& state, const abi::DecisionFacts& facts,
                  const std::vector<AppliedPolicy>& applied) {
  const DecisionTables& tables = state.decisions;
  return tables.may_displace(facts) &&
         std::any_of(applied.begin(), applied.end(), [&](const AppliedPolicy& each) {
           return state.policy_state(each.policy) == PolicyState::kOn &&
                  tables.displaces_strengths(each.policy);
         });
}

/// By the tables: bound once for the policies and for both decisions.
Explanation explain_by_index(const PolicySetState& state, const SignInRequest& request) {
  const index::Index& index = *state.index;
  Explanation e;
  index::Bound bound;
  const RequestFault fault = index.bind(request, nullptr, Plan::kReportOnly, bound);
  if (fault != RequestFault::kNone) {
    e.decision = e.report_only = rejected(fault);
    return e;
  }
  index.applied(bound, e.applied);
  const bool displaced = displaced_by(state, bound.facts, e.applied);
  bool any_report_only = false;
  for (AppliedPolicy& each : e.applied) {
    say(state, bound.facts, &bound.status, displaced, each);
    any_report_only |= each.state == PolicyState::kReportOnly;
  }
  if (any_report_only) {
    index.decide(bound, e.report_only);
  }
  index::Index::set_plan(bound, Plan::kEnforced);
  index.decide(bound, e.decision);
  if (!any_report_only) {
    e.report_only = e.decision;  // the same policies apply
  }
  return e;
}

/// By the interpreter, policy by policy.
Explanation explain_by_interpreter(const PolicySetState& state, const Interpreter& interpreter) {
  Explanation e;
  const SignInRequest& request = interpreter.request();
  e.decision = interpret(state.common, state.decisions, request, Plan::kEnforced);
  e.report_only = interpret(state.common, state.decisions, request, Plan::kReportOnly);
  if (interpreter.fault() != RequestFault::kNone) {
    return e;
  }
  const abi::DecisionFacts facts = decision_facts(state.common, request);
  for (std::uint32_t i = 0; i < state.common.policies.size(); ++i) {
    const ir::Policy& policy = state.common.policies[i];
    if (policy.state == PolicyState::kOff || !interpreter.applies(policy)) {
      continue;
    }
    AppliedPolicy& each = e.applied.emplace_back();
    each.policy = i;
    const std::uint16_t fact = interpreter.unknown_fact(policy.condition);
    each.unknown = fact != abi::kNoFact;
    each.fact = each.unknown ? fact : 0;
  }
  const bool displaced = displaced_by(state, facts, e.applied);
  for (AppliedPolicy& each : e.applied) {
    say(state, facts, nullptr, displaced, each);
  }
  return e;
}

}  // namespace

Explanation PolicySet::explain(const SignInRequest& request, ExplainScope scope) const {
  if (scope == ExplainScope::kApplied && state_->index != nullptr) {
    return explain_by_index(*state_, request);
  }
  const Interpreter interpreter(state_->common, request);
  Explanation e = state_->index != nullptr ? explain_by_index(*state_, request)
                                           : explain_by_interpreter(*state_, interpreter);
  if (scope == ExplainScope::kApplied || interpreter.fault() != RequestFault::kNone) {
    return e;
  }
  const abi::DecisionFacts facts = decision_facts(state_->common, request);
  const bool displaced = displaced_by(*state_, facts, e.applied);
  const auto add = [&](std::uint32_t policy) {
    e.policies.push_back(trace_policy(state_->common, state_->policy(policy), state_->decisions,
                                      state_->clause_texts, interpreter, facts, policy, displaced));
  };
  if (scope == ExplainScope::kAppliedInWords) {
    for (const AppliedPolicy& each : e.applied) {
      add(each.policy);
    }
    return e;
  }
  for (std::uint32_t i = 0; i < state_->policy_count(); ++i) {
    add(i);
  }
  return e;
}

PolicyTrace PolicySet::trace(const SignInRequest& request, std::size_t policy) const {
  GATE_CHECK(policy < policy_count(), "no such policy");
  const Interpreter interpreter(state_->common, request);
  PolicyTrace nothing;
  nothing.policy = static_cast<std::uint32_t>(policy);
  if (interpreter.fault() != RequestFault::kNone) {
    return nothing;
  }
  const abi::DecisionFacts facts = decision_facts(state_->common, request);
  bool displaced = false;
  for (std::uint32_t i = 0; state_->decisions.may_displace(facts) && i < policy_count(); ++i) {
    displaced = displaced || (state_->policy_state(i) == PolicyState::kOn &&
                              state_->decisions.displaces_strengths(i) &&
                              interpreter.applies(state_->policy(i)));
  }
  return trace_policy(state_->common, state_->policy(policy), state_->decisions,
                      state_->clause_texts, interpreter, facts, nothing.policy, displaced);
}

}  // namespace gate
