#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <gate/decision.hpp>

#include "runtime/abi/decision_facts.h"
#include "runtime/set/decide.h"

namespace gate::index {

/// What DecisionMaker does, for the policies of an index: everything that does not depend on which
/// policy asks is gathered for all of them at once, and only then are the reasons looked for, from
/// the strictest kind on and no more than are kept. `Source` is the list of policies that apply:
/// RowPolicies or ListedPolicies. `fact(policy)` gives the absent fact behind an unknown condition.
/// Only where Standing::each_policy is false. kWords: of a ClauseSet that the set uses.
template <typename Source, typename Fact, std::size_t kWords>
class Conclusion {
 public:
  Conclusion(const DecisionTables& tables, const abi::DecisionFacts& facts,
             const Standing& standing, Source& source, const Fact& fact)
      : tables_(tables), facts_(facts), standing_(standing), source_(source), fact_(fact) {}

  /// How to go on, and nothing of why. False as decide().
  [[nodiscard]] bool outcome(Verdict& out) noexcept {
    if (source_.some_block()) {
      findings_.blocked = true;
      out = DecisionTables::verdict(findings_, facts_, false, {});
      return true;
    }
    const std::uint32_t applied = source_.gather(sum_);
    settle();
    if (asks_for_password_change()) {
      return false;
    }
    if (applied == 0) {
      findings_.blocked = tables_.default_deny();
    }
    ClauseSet unmet;
    std::copy_n(unmet_.begin(), kWords, unmet.words.begin());
    out = DecisionTables::verdict(findings_, facts_, (sum_.rest & standing_.stale) != 0, unmet);
    return true;
  }

  /// `out` is a Decision as it is made. False when a rule turns out to hold that depends on the
  /// single policy: then DecisionMaker decides, and `out` is as it was.
  [[nodiscard]] bool decide(Decision& out) noexcept {
    const std::uint32_t applied = source_.gather(sum_);
    settle();
    if (asks_for_password_change()) {
      return false;
    }
    if (applied == 0) {
      findings_.blocked = tables_.default_deny();
    }
    out.applied_count = applied;
    std::copy_n(sum_.clauses.begin(), kWords, out.required.words.begin());
    std::copy_n(unmet_.begin(), kWords, out.unmet.words.begin());
    tables_.bits().unpack(sum_.rest, out.session);
    out.reauthenticate = (sum_.rest & standing_.stale) != 0;
    out.reason_count =
        static_cast<std::uint8_t>(give_reasons(out.reasons.data(), applied) - out.reasons.data());
    tables_.conclude(findings_, facts_, out);
    return true;
  }

 private:
  using Clauses = std::array<std::uint64_t, kWords>;

  static std::size_t lowest(std::uint64_t word) {
    return static_cast<std::size_t>(std::countr_zero(word));
  }

  /// How every clause that is asked for stands.
  void settle() noexcept {
    findings_.blocked = (sum_.rest & EffectTable::kBlock) != 0;
    std::uint64_t some_dead = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      unmet_[w] = sum_.clauses[w] & ~standing_.met.words[w];
      dead_ends_[w] = unmet_[w] & standing_.dead_ends.words[w];
      some_dead |= dead_ends_[w];
    }
    findings_.dead_end = some_dead != 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      for (std::uint64_t rest = dead_ends_[w]; rest != 0; rest &= rest - 1) {
        findings_.dead_end_control =
            std::min(findings_.dead_end_control, tables_.clause(w * 64 + lowest(rest)).first);
      }
    }
  }
  [[nodiscard]] bool asks_for_password_change() const noexcept {
    std::uint64_t both = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      both |= unmet_[w] & tables_.password_changes().words[w];
    }
    return both != 0;
  }

  // Reasons are written from `at` on; what comes back is where the next one goes. In arguments and
  // not in the decision, so that the compiler keeps it in a register.
  Reason* give_clauses(Reason* at, Reason* end, const Clauses& which,
                       ReasonCode code) const noexcept {
    std::uint64_t some = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      some |= which[w];
    }
    if (some != 0 && at != end) {
      source_.for_each_ask(which, [&at, end, code](std::uint32_t policy, std::uint16_t clause) {
        *at++ = Reason{code, clause, policy};
        return at == end;
      });
    }
    return at;
  }
  Reason* give_policies(Reason* at, Reason* end, std::uint64_t which,
                        ReasonCode code) const noexcept {
    if (which != 0 && at != end) {
      source_.for_each_with(which, [&at, end, code](std::uint32_t policy, const Clauses&) {
        *at++ = Reason{code, 0, policy};
        return at == end;
      });
    }
    return at;
  }

  Reason* give_reasons(Reason* at, std::uint32_t applied) const noexcept {
    Reason* const end = at + Decision::kReasonsMax;
    if (applied == 0) {
      *at++ = Reason{findings_.blocked ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies, 0,
                     Reason::kNoPolicy};
      return at;
    }
    at = give_policies(at, end, sum_.rest & EffectTable::kBlock, ReasonCode::kPolicyBlocks);
    at = give_clauses(at, end, dead_ends_, ReasonCode::kControlUnmet);
    Clauses prompts;
    Clauses met;
    for (std::size_t w = 0; w < kWords; ++w) {
      prompts[w] = unmet_[w] & ~dead_ends_[w];
      met[w] = sum_.clauses[w] & ~unmet_[w];
    }
    at = give_clauses(at, end, prompts, ReasonCode::kControlUnmet);
    at = give_policies(at, end, sum_.rest & standing_.stale, ReasonCode::kReauthenticate);
    if (source_.some_unknown() && at != end) {
      source_.for_each_unknown([this, &at, end](std::uint32_t policy, const Clauses&) {
        *at++ = Reason{ReasonCode::kUnknownSignal, fact_(policy), policy};
        return at == end;
      });
    }
    return give_clauses(at, end, met, ReasonCode::kControlMet);
  }

  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  const Standing& standing_;
  Source& source_;
  const Fact& fact_;
  Findings findings_;
  EffectBits<kWords> sum_;
  Clauses unmet_;
  Clauses dead_ends_;
};

}  // namespace gate::index
