#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <gate/decision.hpp>

#include "runtime/abi/decision_facts.h"
#include "runtime/rules/decide.h"

namespace gate::index {

/// Where reasons are written to: the next one goes to `at`, and there is room up to `end`. Handed
/// on by value, so that the compiler keeps it in registers.
struct ReasonsOut {
  Reason* at;
  Reason* end;
  [[nodiscard]] bool full() const { return at == end; }
  [[gnu::always_inline]] void add(ReasonCode code, std::uint16_t detail, std::uint32_t policy) {
    *at++ = Reason{code, detail, policy};
  }
};

/// What DecisionMaker does, for the policies of an index: everything that does not depend on which
/// policy asks is gathered for all of them at once, and only then are the reasons looked for, from
/// the strictest kind on and no more than are kept. `Source` is the list of policies that apply:
/// RowPolicies or ListedPolicies. `fact(policy)` gives the absent fact behind an unknown condition.
/// Only where SignInStatus::each_policy is false. kWords: of a ClauseSet that the set uses.
///
/// All of it is one function to the compiler: split up, half of the time went into what is kept in
/// memory from one part to the next.
template <typename Source, typename Fact, std::size_t kWords>
class PolicyCombiner {
 public:
  PolicyCombiner(const DecisionTables& tables, const abi::DecisionFacts& facts,
                 const SignInStatus& status, Source& source, const Fact& fact)
      : tables_(tables), facts_(facts), status_(status), source_(source), fact_(fact) {}

  /// How to go on, and nothing of why. False as the other.
  [[nodiscard, gnu::always_inline]] bool decide(Verdict& out) noexcept {
    Findings findings;
    if (source_.some_block()) {
      findings.blocked = true;
      out = DecisionTables::verdict(findings, facts_, false, {});
      return true;
    }
    EffectBits<kWords> sum;
    const std::uint32_t applied = source_.gather(sum);
    const Clauses unmet = without(sum.clauses, status_.met);
    if (asks_for_password_change(unmet)) {
      return false;
    }
    findings = find(sum, dead_ends(unmet), applied);
    ClauseSet still_unmet;
    std::copy_n(unmet.begin(), kWords, still_unmet.words.begin());
    out = DecisionTables::verdict(findings, facts_, (sum.rest & status_.stale) != 0, still_unmet);
    return true;
  }

  /// `out` is a Decision as it is made. False when a rule turns out to hold that depends on the
  /// single policy: then DecisionMaker decides, and `out` is as it was.
  [[nodiscard, gnu::always_inline]] bool decide(Decision& out) noexcept {
    EffectBits<kWords> sum;
    const std::uint32_t applied = source_.gather(sum);
    const Clauses unmet = without(sum.clauses, status_.met);
    if (asks_for_password_change(unmet)) {
      return false;
    }
    const Clauses dead = dead_ends(unmet);
    const Findings findings = find(sum, dead, applied);
    out.applied_count = applied;
    std::copy_n(sum.clauses.begin(), kWords, out.required.words.begin());
    std::copy_n(unmet.begin(), kWords, out.unmet.words.begin());
    tables_.bits().unpack(sum.rest, out.session);
    out.reauthenticate = (sum.rest & status_.stale) != 0;
    tables_.set_outcome(findings, facts_, out);
    Reason* const first = out.reasons.data();
    const ReasonsOut reasons{first, first + Decision::kReasonsMax};
    Reason* const last = applied == 0 ? reason_of_none(reasons, findings.blocked)
                                      : give_reasons(reasons, sum, unmet, dead);
    out.reason_count = static_cast<std::uint8_t>(last - first);
    return true;
  }

 private:
  using Clauses = std::array<std::uint64_t, kWords>;

  static Clauses without(const Clauses& from, const ClauseSet& what) {
    Clauses left;
    for (std::size_t w = 0; w < kWords; ++w) {
      left[w] = from[w] & ~what.words[w];
    }
    return left;
  }
  static bool some(const Clauses& clauses) {
    std::uint64_t all = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      all |= clauses[w];
    }
    return all != 0;
  }
  static Clauses both(const Clauses& a, const ClauseSet& b) {
    Clauses common;
    for (std::size_t w = 0; w < kWords; ++w) {
      common[w] = a[w] & b.words[w];
    }
    return common;
  }
  Clauses dead_ends(const Clauses& unmet) const { return both(unmet, status_.dead_ends); }
  [[nodiscard]] bool asks_for_password_change(const Clauses& unmet) const noexcept {
    return some(both(unmet, tables_.password_changes()));
  }

  [[gnu::always_inline]] Findings find(const EffectBits<kWords>& sum, const Clauses& dead,
                                       std::uint32_t applied) const noexcept {
    Findings findings;
    findings.blocked =
        applied == 0 ? tables_.default_deny() : (sum.rest & EffectTable::kBlock) != 0;
    findings.dead_end = some(dead);
    for (std::size_t w = 0; w < kWords; ++w) {
      for (std::uint64_t rest = dead[w]; rest != 0; rest &= rest - 1) {
        const std::size_t clause = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
        findings.dead_end_control =
            std::min(findings.dead_end_control, tables_.clause(clause).first);
      }
    }
    return findings;
  }

  static Reason* reason_of_none(ReasonsOut out, bool blocked) noexcept {
    out.add(blocked ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies, 0,
            Reason::kNoPolicy);
    return out.at;
  }
  /// Returns the end of what was written.
  [[gnu::always_inline]] Reason* give_reasons(ReasonsOut out, const EffectBits<kWords>& sum,
                                              const Clauses& unmet,
                                              const Clauses& dead) const noexcept {
    if ((sum.rest & EffectTable::kBlock) != 0) {
      out = source_.give_with(EffectTable::kBlock, ReasonCode::kPolicyBlocks, out);
    }
    out = give_clauses(dead, ReasonCode::kControlUnmet, out);
    Clauses prompts;
    Clauses met;
    for (std::size_t w = 0; w < kWords; ++w) {
      prompts[w] = unmet[w] & ~dead[w];
      met[w] = sum.clauses[w] & ~unmet[w];
    }
    out = give_clauses(prompts, ReasonCode::kControlUnmet, out);
    if (const std::uint64_t stale = sum.rest & status_.stale; stale != 0 && !out.full()) {
      out = source_.give_with(stale, ReasonCode::kReauthenticate, out);
    }
    if (source_.some_unknown() && !out.full()) {
      out = source_.give_unknown(fact_, out);
    }
    return give_clauses(met, ReasonCode::kControlMet, out).at;
  }
  [[gnu::always_inline]] ReasonsOut give_clauses(const Clauses& which, ReasonCode code,
                                                 ReasonsOut out) const noexcept {
    return some(which) && !out.full() ? source_.give_asks(which, code, out) : out;
  }

  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  const SignInStatus& status_;
  Source& source_;
  const Fact& fact_;
};

}  // namespace gate::index
