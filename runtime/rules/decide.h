#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/interned.hpp>
#include <gate/request.hpp>
#include <map>
#include <string>
#include <vector>

#include "runtime/abi/decision_facts.h"
#include "runtime/ir/program.h"
#include "runtime/rules/effect_table.h"

/// The decision rules, stated once for every executor: what follows from the policies that apply.
/// DecisionMaker is their readable form; the index gathers the same faster
/// (index/policy_combiner.h) and asks the same questions of DecisionTables.
namespace gate {

/// The session part of a request in the terms of decide(). Pure; allocates nothing.
[[nodiscard]] abi::DecisionFacts decision_facts(const ir::Program& program,
                                                const SignInRequest& request) noexcept;

/// What the facts and the action that rules of our own look for are called in an InternedRequest.
struct FactNumbers {
  NameNumber aaguid = kUnnamed;
  NameNumber issuer_ski = kUnnamed;
  NameNumber policy_oids = kUnnamed;
  NameNumber registered = kUnnamed;
  NameNumber register_security_info = kUnnamed;
};

/// The methods that were done; of each the age of the newest goes into ages_s, at its number.
[[nodiscard]] inline MethodSet newest_ages(std::span<const CompletedMethod> completed,
                                           std::uint32_t* ages_s) noexcept {
  MethodSet done;
  for (const CompletedMethod& c : completed) {
    std::uint32_t& age = ages_s[static_cast<std::size_t>(c.method)];
    age = done.contains(c.method) && age < c.age_s ? age : c.age_s;
    done.add(c.method);
  }
  return done;
}
/// The same facts for callers that have called newest_ages() before, into `out`, which is as it is
/// made.
void decision_facts(const ir::Program& program, const SignInRequest& request, MethodSet done,
                    const std::uint32_t* ages_s, abi::DecisionFacts& out) noexcept;
void decision_facts(const ir::Program& program, const InternedRequest& request,
                    const FactNumbers& names, MethodSet done, const std::uint32_t* ages_s,
                    abi::DecisionFacts& out) noexcept;

/// f(number of a clause) for every one of the set, in ascending order.
template <typename F>
void for_each_clause(const ClauseSet& set, F f) {
  for (std::size_t w = 0; w < set.words.size(); ++w) {
    for (std::uint64_t rest = set.words[w]; rest != 0; rest &= rest - 1) {
      f(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(rest))));
    }
  }
}

/// The state of a clause in one sign-in.
enum class ClauseState : std::uint8_t {
  kMet,
  kPrompt,          ///< unmet; the user can be asked now
  kCannotRegister,  ///< unmet; the user has no method for it and may not register one now
  kDeadEnd,         ///< unmet; no prompt can meet it, or no prompt reaches the user
};

/// What was found about the policies that apply, beside what the decision itself holds.
struct Findings {
  bool blocked = false;
  bool dead_end = false;          ///< an unmet clause that no prompt can meet
  bool proof_up_blocked = false;  ///< one of them for want of a method, in a risky sign-in
  ControlKind dead_end_control = ControlKind::kCustom;
};

/// What a sign-in meets under one set, whichever policies apply.
struct SignInStatus {
  ClauseSet met;            ///< clauses that are met
  ClauseSet dead_ends;      ///< clauses that no prompt can meet, if they are not met
  std::uint64_t stale = 0;  ///< EffectTable::stale
  /// A rule holds that depends on the single policy: only DecisionMaker decides.
  bool each_policy = false;
};

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
    std::uint32_t combinations_begin = 0;   ///< in combinations_; those of three and more first
    std::uint32_t combinations_of_two = 0;  ///< where those of one and two methods begin
    std::uint32_t combinations_end = 0;
    std::uint32_t partners = 0;  ///< in partners_
    std::array<std::uint64_t, 4> terms{};
    std::array<std::uint64_t, 4> custom{};
  };
  struct EffectRow {
    ClauseSet clauses;
    std::uint64_t stale_after_s = 0;  ///< older factors than this are to be done again
    std::uint64_t second_stale_after_s = 0;
    SessionControls session;
    bool block = false;
  };
  static constexpr std::uint32_t kNoClause = 0xFFFFFFFF;

  [[nodiscard]] const ClauseRow& clause(std::size_t i) const { return clauses_[i]; }
  [[nodiscard]] const EffectRow& effect_of(std::uint32_t policy) const {
    return effects_[bits_.effect_of(policy)];
  }
  /// The effects in the form that many of them are gathered in.
  [[nodiscard]] const EffectTable& bits() const { return bits_; }
  /// The status of every clause of the set; all of them, so that nothing is left to be guessed
  /// later.
  void status_of(const abi::DecisionFacts& facts, SignInStatus& out) const noexcept;
  [[nodiscard]] bool met(const ClauseRow& row, const abi::DecisionFacts& facts) const noexcept;
  /// `about_risk`: of the policy that asks.
  [[nodiscard]] ClauseState state_of(std::uint32_t clause, const abi::DecisionFacts& facts,
                                     bool about_risk) const noexcept {
    return met(clauses_[clause], facts) ? ClauseState::kMet
                                        : unmet_state(clauses_[clause], facts, about_risk);
  }
  /// The same of a clause that is known to be unmet.
  [[nodiscard]] ClauseState unmet_state(const ClauseRow& row, const abi::DecisionFacts& facts,
                                        bool about_risk) const noexcept;
  /// A factor is older than the effect's sign-in frequency allows.
  [[nodiscard]] static bool is_stale(const EffectRow& effect,
                                     const abi::DecisionFacts& facts) noexcept {
    return facts.oldest_s > effect.stale_after_s ||
           facts.oldest_second_s > effect.second_stale_after_s;
  }
  /// How to go on; `stale`: a factor is.
  [[nodiscard]] static Verdict verdict(const Findings& findings, const abi::DecisionFacts& facts,
                                       bool stale, const ClauseSet& unmet) noexcept;
  /// Outcome, error code and second factors of a decision whose clauses are complete.
  [[gnu::always_inline]] void set_outcome(const Findings& findings, const abi::DecisionFacts& facts,
                                          Decision& decision) const noexcept {
    if (blocks(findings, facts, decision.reauthenticate)) {
      decision.outcome = Outcome::kBlock;
      decision.error_code = block_code(findings);
      decision.reauthenticate = false;
    } else if (decision.unmet.empty() && !decision.reauthenticate) {
      decision.outcome = Outcome::kAllow;
    } else {
      decision.outcome = Outcome::kChallenge;
      decision.second_factors = second_factors(decision.unmet, facts.done);
    }
  }
  /// Methods that alone would complete one of the combinations of each of the clauses that methods
  /// can meet; none where there is no such clause.
  [[nodiscard]] MethodSet second_factors(const ClauseSet& unmet, MethodSet done) const noexcept;
  /// Methods that alone would complete one of the clause's combinations.
  [[nodiscard]] MethodSet completing(const ClauseRow& row, MethodSet done) const noexcept;
  /// Whether `able` holds all that some combination of the clause still misses.
  [[nodiscard]] bool reachable(const ClauseRow& row, MethodSet done, MethodSet able) const noexcept;
  /// What a policy asks for; `displaced`: strengths of policies on all resources do not count
  /// (ir::displaces_strengths).
  [[nodiscard]] const ClauseSet& clauses_of(std::uint32_t policy, bool displaced) const {
    return displaced && on_all_resources_[policy] ? without_strengths_[bits_.effect_of(policy)]
                                                  : effect_of(policy).clauses;
  }
  [[nodiscard]] bool displaces_strengths(std::uint32_t policy) const { return displaces_[policy]; }
  /// Whether it has to be asked which policies displace strengths before any is decided.
  [[nodiscard]] bool may_displace(const abi::DecisionFacts& facts) const {
    return some_displaces_ && facts.registers_security_info;
  }
  /// The policy asks for the risk of the sign-in or of the user.
  [[nodiscard]] bool about_risk(std::uint32_t policy) const { return about_risk_[policy]; }
  /// The fact whose absence refuses access (ir::kGpsCountrySignal); kNoFact when no policy asks.
  [[nodiscard]] std::uint16_t refusing_fact() const { return refusing_fact_; }
  [[nodiscard]] std::size_t clause_count() const { return clauses_.size(); }
  [[nodiscard]] std::uint32_t mfa_clause() const { return mfa_clause_; }
  [[nodiscard]] bool default_deny() const { return default_deny_; }
  /// Clauses that a password change may meet; it needs MFA first.
  [[nodiscard]] const ClauseSet& password_changes() const { return password_changes_; }

 private:
  [[nodiscard]] static bool blocks(const Findings& findings, const abi::DecisionFacts& facts,
                                   bool stale) noexcept {
    return findings.blocked || findings.dead_end || (stale && !facts.can_prompt);
  }
  [[nodiscard]] static std::uint16_t block_code(const Findings& findings) noexcept;
  void add_clause(const ir::Program& program, const ir::Clause& clause);
  void pair_methods(ClauseRow& row);
  void find_what_meets();
  void group(const std::map<std::uint32_t, std::uint64_t>& clauses_of);
  void find_displaced(const ir::Program& program);
  [[nodiscard]] std::uint64_t met_of_few(const abi::DecisionFacts& facts) const noexcept;
  [[nodiscard]] std::uint64_t met_by_methods(std::uint32_t missing) const noexcept;
  [[nodiscard]] static std::vector<bool> expressions_about_risk(const ir::Program& program);
  /// The methods of a set whose restricted ones stand for themselves.
  [[nodiscard]] MethodSet plain(MethodSet methods) const noexcept;
  std::vector<ClauseRow> clauses_;
  std::vector<EffectRow> effects_;
  EffectTable bits_;
  std::vector<bool> about_risk_;
  std::vector<ClauseSet> without_strengths_;  ///< of every effect; where some policy displaces
  std::vector<bool> on_all_resources_;
  std::vector<bool> displaces_;
  bool some_displaces_ = false;
  std::vector<MethodSet> combinations_;
  /// Of the combinations of one and two methods of a clause: the methods that suffice alone, and
  /// those that go with each.
  struct Partners {
    MethodSet alone;
    std::array<MethodSet, 32> of{};
  };
  std::vector<Partners> partners_;
  /// Every combination once, 64 to a group, of sets of up to 64 clauses. For each four methods, and
  /// whichever of them are missing, the combinations that need one of these: what a sign-in has
  /// completed is what is left when all are taken away.
  struct CombinationGroup {
    std::array<std::array<std::uint64_t, 16>, 8> needing_one_of{};
    std::uint64_t all = 0;
    std::vector<std::uint64_t> met_by;  ///< the clauses that each meets
  };
  std::vector<CombinationGroup> groups_;
  unsigned quarters_ = 0;  ///< how many times four methods some combination names
  std::array<std::uint64_t, kControlKindCount> met_by_vouched_{};
  std::uint64_t met_by_compliant_ = 0;
  std::uint64_t met_by_hybrid_ = 0;
  std::uint64_t by_names_ = 0;  ///< clauses that terms of use or custom controls can meet
  ClauseSet not_interactive_;
  ClauseSet by_methods_;            ///< clauses that methods can meet
  std::vector<Method> restricted_;  ///< Program::restrictions
  ClauseSet password_changes_;
  std::uint16_t refusing_fact_ = abi::kNoFact;
  std::uint32_t mfa_clause_ = kNoClause;
  bool default_deny_ = false;
};

/// Takes the policies that apply, in the order of the program, and says what follows. Lives on the
/// stack of one evaluation; allocates nothing.
class DecisionMaker {
 public:
  /// `displaced`: of DecisionTables::clauses_of.
  DecisionMaker(const DecisionTables& tables, const abi::DecisionFacts& facts,
                bool displaced = false)
      : tables_(tables), facts_(facts), displaced_(displaced) {}

  /// Where DecisionTables::may_displace(): once for every policy that applies, before apply().
  void look_for_strengths(std::uint32_t policy) noexcept {
    displaced_ = displaced_ || tables_.displaces_strengths(policy);
  }

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
  void ask(std::uint32_t policy, std::uint32_t clause) noexcept;
  void collect_reasons() noexcept;

  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  bool displaced_;
  Decision decision_;
  ClauseSet looked_at_;
  Findings findings_;
  ReasonList blocks_, dead_ends_, unmet_, reauthenticate_, unknown_, met_;
};

/// The answer to a request that broke a rule before any policy was looked at.
[[nodiscard]] Decision rejected(RequestFault fault) noexcept;
/// What a decision says of how to go on.
[[nodiscard]] Verdict verdict_of(const Decision& decision) noexcept;

}  // namespace gate
