#include <algorithm>
#include <charconv>
#include <functional>
#include <gate/policy_set.hpp>
#include <set>

#include "runtime/digest/sha256.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/memory.h"
#include "runtime/ir/text.h"
#include "runtime/ir/texts.h"
#include "runtime/ir/verify.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

Decision decide(const internal::PolicySetState& state, const SignInRequest& request,
                Plan plan) noexcept {
  return state.index != nullptr ? state.index->decide(request, plan)
                                : interpret(state.common, state.decisions, request, plan);
}

std::vector<std::string> protected_contexts(const ir::Program& program) {
  std::set<std::string> names;
  for (const ir::Policy& policy : program.policies) {
    if (policy.state == PolicyState::kOn &&
        policy.include_targets.kind == TargetKind::kAuthContext) {
      for (const ir::SymbolId member : policy.include_targets.members) {
        names.insert(program.symbols[member].name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace

PolicySet::PolicySet(std::unique_ptr<internal::PolicySetState> state) : state_(std::move(state)) {
  GATE_CHECK(state_ != nullptr, "a policy set without state");
}
PolicySet::~PolicySet() = default;

std::string_view PolicySet::digest() const noexcept {
  return state_->digest;
}
Backend PolicySet::backend() const noexcept {
  return state_->backend;
}
std::size_t PolicySet::policy_count() const noexcept {
  return state_->policy_count();
}

PolicyInfo PolicySet::policy(std::size_t index) const {
  GATE_CHECK(index < policy_count(), "no such policy");
  const ir::Program& common = state_->common;
  if (state_->index != nullptr) {
    const ir::PackedPolicies::Label p = state_->packed.label(index);
    return {p.id,
            p.name,
            p.description,
            state_->packed.state(index),
            common.effects[p.effect].block,
            p.source_file,
            p.source_line};
  }
  const ir::Policy& p = common.policies[index];
  return {p.id,          p.name,       p.description, p.state, common.effects[p.effect].block,
          p.source_file, p.source_line};
}

std::size_t PolicySet::clause_count() const noexcept {
  return state_->clause_texts.size();
}
std::string_view PolicySet::clause(std::size_t index) const {
  GATE_CHECK(index < clause_count(), "no such clause");
  return state_->clause_texts[index];
}

std::vector<std::size_t> PolicySet::prompt_order(const Decision& decision) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < clause_count(); ++i) {
    if (decision.unmet.contains(i)) {
      out.push_back(i);
    }
  }
  std::stable_sort(out.begin(), out.end(), [this](std::size_t a, std::size_t b) {
    return state_->decisions.clause(a).first < state_->decisions.clause(b).first;
  });
  return out;
}

std::string_view PolicySet::fact(std::uint16_t detail) const noexcept {
  const ir::Program& p = state_->common;
  if (detail < abi::kBoolFact) {
    return detail < p.int_slots.size() ? std::string_view(p.int_slots[detail].name) : "";
  }
  if (detail < abi::kStringFact) {
    const std::size_t i = detail - abi::kBoolFact;
    return i < p.bool_slots.size() ? std::string_view(p.bool_slots[i].name) : "";
  }
  if (detail < abi::kNowFact) {
    const std::size_t i = detail - abi::kStringFact;
    return i < p.string_slots.size() ? std::string_view(p.string_slots[i].name) : "";
  }
  return detail == abi::kNowFact ? "now" : "";
}

Decision PolicySet::evaluate(const SignInRequest& request) const noexcept {
  return decide(*state_, request, Plan::kEnforced);
}

Decision PolicySet::evaluate_report_only(const SignInRequest& request) const noexcept {
  return decide(*state_, request, Plan::kReportOnly);
}

Verdict PolicySet::outcome(const SignInRequest& request) const noexcept {
  Verdict verdict;
  if (state_->index != nullptr) {
    state_->index->decide(request, nullptr, Plan::kEnforced, verdict);
  } else {
    verdict = verdict_of(evaluate(request));
  }
  return verdict;
}

bool PolicySet::protects_context(std::string_view auth_context) const noexcept {
  const std::vector<std::string>& known = state_->protected_contexts;
  return std::binary_search(known.begin(), known.end(), auth_context, std::less<>());
}

ir::Program internal::PolicySetState::program() const {
  ir::Program whole = common;
  if (index != nullptr) {
    whole.policies.reserve(packed.size());
    for (std::size_t i = 0; i < packed.size(); ++i) {
      whole.policies.push_back(packed.policy(i));
    }
  }
  return whole;
}

std::size_t internal::PolicySetState::bytes() const {
  return sizeof(*this) + ir::memory_bytes(common) + packed.bytes() +
         (index == nullptr ? 0 : index->bytes());
}

Result<std::unique_ptr<PolicySet>> build_policy_set(ir::Program program, Backend backend) {
  GATE_TRY_VOID(ir::verify(program));
  Sha256Hasher hasher;
  ir::print_text(program, ir::Sources::kLeaveOut,
                 [&hasher](std::string_view piece) { hasher.add(piece); });
  std::string digest = to_hex(hasher.finish());
  std::vector<std::string> contexts = protected_contexts(program);
  auto state = std::make_unique<internal::PolicySetState>(std::move(program), backend);
  state->protected_contexts = std::move(contexts);
  state->digest = std::move(digest);
  if (state->index != nullptr) {
    // Sixteen of its digits; 0 is for sets without numbers.
    std::from_chars(state->digest.data(), state->digest.data() + 16, state->numbers, 16);
    state->numbers |= 1U;
  }
  state->clause_texts.reserve(state->common.clauses.size());
  for (const ir::Clause& clause : state->common.clauses) {
    state->clause_texts.push_back(clause_text(state->common, clause));
  }
  return internal::PolicySetState::as_set(std::move(state));
}

}  // namespace gate
