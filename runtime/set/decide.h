#pragma once

#include <array>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <string>
#include <vector>

#include "runtime/abi/decision_facts.h"
#include "runtime/ir/program.h"

/// The decision rules, stated once for every executor: what follows from the policies that apply.
namespace gate {

/// The session part of a request in the terms of decide(). Pure; allocates nothing.
[[nodiscard]] abi::DecisionFacts decision_facts(const ir::Program& program,
                                                const SignInRequest& request) noexcept;

/// Clauses and effects of a program, laid out for deciding. Immutable.
class DecisionTables {
 public:
  explicit DecisionTables(const ir::Program& program);

  struct ClauseRow {
    std::uint32_t vouched = 0;  ///< ControlKinds that suffice when the caller vouches for them
    bool compliant = false;
    bool hybrid_joined = false;
    bool interactive = false;
    bool by_methods = false;
    bool other_prompt = false;  ///< a prompt that asks for no method could meet it
    bool password_change = false;
    ControlKind first = ControlKind::kMfa;  ///< the first to be prompted for
    std::uint32_t combinations_begin = 0;   ///< in combinations_
    std::uint32_t combinations_end = 0;
    std::array<std::uint64_t, 4> terms{};
    std::array<std::uint64_t, 4> custom{};
  };
  struct EffectRow {
    bool block = false;
    bool has_frequency = false;
    ClauseSet clauses;
    SessionControls session;
  };
  static constexpr std::uint32_t kNoClause = 0xFFFFFFFF;

  [[nodiscard]] const ClauseRow& clause(std::size_t i) const { return clauses_[i]; }
  [[nodiscard]] const EffectRow& effect_of(std::uint32_t policy) const {
    return effects_[effect_of_policy_[policy]];
  }
  [[nodiscard]] bool met(const ClauseRow& row, const abi::DecisionFacts& facts) const noexcept;
  /// Methods that alone would complete one of the clause's combinations.
  [[nodiscard]] MethodSet completing(const ClauseRow& row, MethodSet done) const noexcept;
  /// Whether `able` holds all that some combination of the clause still misses.
  [[nodiscard]] bool reachable(const ClauseRow& row, MethodSet done, MethodSet able) const noexcept;
  /// The policy asks for the risk of the sign-in or of the user.
  [[nodiscard]] bool about_risk(std::uint32_t policy) const { return about_risk_[policy]; }
  /// The fact whose absence refuses access (ir::kGpsCountrySignal); kNoFact when no policy asks.
  [[nodiscard]] std::uint16_t refusing_fact() const { return refusing_fact_; }
  [[nodiscard]] std::uint32_t mfa_clause() const { return mfa_clause_; }
  [[nodiscard]] bool default_deny() const { return default_deny_; }

 private:
  void add_clause(const ir::Program& program, const ir::Clause& clause);
  [[nodiscard]] static std::vector<bool> expressions_about_risk(const ir::Program& program);
  /// The methods of a set whose restricted ones stand for themselves.
  [[nodiscard]] MethodSet plain(MethodSet methods) const noexcept;
  std::vector<ClauseRow> clauses_;
  std::vector<EffectRow> effects_;
  std::vector<std::uint32_t> effect_of_policy_;
  std::vector<bool> about_risk_;
  std::vector<MethodSet> combinations_;
  std::vector<Method> restricted_;  ///< Program::restrictions
  std::uint16_t refusing_fact_ = abi::kNoFact;
  std::uint32_t mfa_clause_ = kNoClause;
  bool default_deny_ = false;
};

/// Takes the policies that apply, in the order of the program, and says what follows. Lives on the
/// stack of one evaluation; allocates nothing.
class DecisionMaker {
 public:
  DecisionMaker(const DecisionTables& tables, const abi::DecisionFacts& facts)
      : tables_(tables), facts_(facts) {}

  /// `unknown_fact`: the absent fact because of which the policy counts as applying, or kNoFact.
  void apply(std::uint32_t policy, std::uint16_t unknown_fact) noexcept;
  [[nodiscard]] Decision finish() noexcept;

 private:
  /// Reasons of one kind, the first kReasonsMax of them.
  struct ReasonList {
    std::array<Reason, Decision::kReasonsMax> items{};
    std::size_t count = 0;
    [[nodiscard]] bool full() const { return count == items.size(); }
    void add(ReasonCode code, std::uint32_t policy, std::uint16_t detail) {
      if (!full()) {
        items[count++] = Reason{code, detail, policy};
      }
    }
  };
  [[nodiscard]] bool is_met(std::uint32_t clause) noexcept;
  [[nodiscard]] bool lacks_methods(std::uint32_t policy,
                                   const DecisionTables::ClauseRow& row) const noexcept;
  void ask(std::uint32_t policy, std::uint32_t clause) noexcept;
  void conclude() noexcept;
  void collect_reasons() noexcept;

  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  Decision decision_;
  ClauseSet looked_at_;
  bool blocked_ = false;
  bool dead_end_ = false;          ///< an unmet clause that no prompt can meet
  bool proof_up_blocked_ = false;  ///< one of them for want of a method, in a risky sign-in
  ControlKind dead_end_control_ = ControlKind::kCustom;
  ReasonList blocks_, dead_ends_, unmet_, reauthenticate_, unknown_, met_;
};

/// The answer to a request that broke a rule before any policy was looked at.
[[nodiscard]] Decision rejected(RequestFault fault) noexcept;

}  // namespace gate
