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
///   for_each(f)           calls f(policy) in the order of the program until it returns true
///   some_unknown()        some policy applies only because its condition is unknown
///   is_unknown(policy)    this one does
///   unknown_fact(policy)  the absent fact behind it
/// Only where Standing::each_policy is false. kWords: of a ClauseSet that the set uses.
template <typename Source, std::size_t kWords>
class Verdict {
 public:
  Verdict(const DecisionTables& tables, const abi::DecisionFacts& facts, const Standing& standing,
          const Source& source)
      : tables_(tables), facts_(facts), standing_(standing), source_(source) {}

  /// `out` is a Decision as it is made. False when a rule turns out to hold that depends on the
  /// single policy: then DecisionMaker decides, and `out` is as it was.
  [[nodiscard]] bool decide(Decision& out) noexcept {
    gather();
    settle();
    if (any(unmet_, tables_.password_changes())) {
      return false;
    }
    if (applied_ == 0) {
      findings_.blocked = tables_.default_deny();
      add(out, findings_.blocked ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies,
          Reason::kNoPolicy, 0);
    }
    out.applied_count = applied_;
    std::copy_n(sum_.clauses.begin(), kWords, out.required.words.begin());
    std::copy_n(unmet_.begin(), kWords, out.unmet.words.begin());
    tables_.bits().unpack(sum_.rest, out.session);
    out.reauthenticate = (sum_.rest & standing_.stale) != 0;
    give_reasons(out, out.reauthenticate);
    tables_.conclude(findings_, facts_, out);
    return true;
  }

 private:
  using Row = EffectBits<kWords>;
  using Clauses = std::array<std::uint64_t, kWords>;

  static bool any(const Clauses& a, const ClauseSet& b) {
    std::uint64_t both = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      both |= a[w] & b.words[w];
    }
    return both != 0;
  }
  static bool any(const Clauses& a, const Clauses& b) {
    std::uint64_t both = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      both |= a[w] & b[w];
    }
    return both != 0;
  }
  static bool full(const Decision& d) { return d.reason_count == Decision::kReasonsMax; }
  static void add(Decision& out, ReasonCode code, std::uint32_t policy, std::uint16_t detail) {
    out.reasons[out.reason_count++] = Reason{code, detail, policy};
  }

  // No branch depends on what a policy asks for: which of them do is different in every request,
  // and a branch guessed wrong costs more than all of this.
  void gather() noexcept {
    Row sum;  // in a local: the compiler keeps it in registers
    std::uint32_t applied = 0;
    source_.for_each([&](std::uint32_t policy) {
      const Row& row = tables_.bits().template of<kWords>(policy);
      const std::uint32_t at = std::min(applied, kFirst);
      rows_[at] = &row;
      policies_[at] = policy;
      ++applied;
      for (std::size_t w = 0; w < kWords; ++w) {
        sum.clauses[w] |= row.clauses[w];
      }
      sum.rest |= row.rest;
      return false;
    });
    sum_ = sum;
    applied_ = applied;
    findings_.blocked = (sum.rest & EffectTable::kBlock) != 0;
  }

  /// How every clause that is asked for stands.
  void settle() noexcept {
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
  static std::size_t lowest(std::uint64_t word) {
    return static_cast<std::size_t>(std::countr_zero(word));
  }

  /// f(policy, row) for the policies that pass the test, in the order of the program, until the
  /// decision has its reasons. The first policies are tested all at once, without a branch.
  template <typename Test, typename F>
  void for_each(const Decision& out, Test test, F f) const noexcept {
    if (full(out)) {
      return;
    }
    const std::uint32_t count = std::min(applied_, kFirst);
    std::uint64_t passing = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      passing |= std::uint64_t{test(policies_[i], *rows_[i])} << i;
    }
    for (; passing != 0; passing &= passing - 1) {
      const std::size_t i = lowest(passing);
      f(policies_[i], *rows_[i]);
      if (full(out)) {
        return;
      }
    }
    if (applied_ <= kFirst) {
      return;
    }
    std::uint32_t skip = kFirst;
    source_.for_each([&](std::uint32_t policy) {
      if (skip > 0) {
        --skip;
        return false;
      }
      const Row& row = tables_.bits().template of<kWords>(policy);
      if (test(policy, row)) {
        f(policy, row);
      }
      return full(out);
    });
  }

  void give_clauses(Decision& out, const Clauses& which, ReasonCode code) const noexcept {
    if (!any(which, which)) {
      return;
    }
    for_each(
        out, [&which](std::uint32_t, const Row& row) { return any(row.clauses, which); },
        [&out, &which, code](std::uint32_t policy, const Row& row) {
          for (std::size_t w = 0; w < kWords; ++w) {
            for (std::uint64_t rest = row.clauses[w] & which[w]; rest != 0; rest &= rest - 1) {
              if (full(out)) {
                return;
              }
              add(out, code, policy, static_cast<std::uint16_t>(w * 64 + lowest(rest)));
            }
          }
        });
  }
  void give_policies(Decision& out, std::uint64_t which, ReasonCode code) const noexcept {
    if ((sum_.rest & which) != 0) {
      for_each(
          out, [which](std::uint32_t, const Row& row) { return (row.rest & which) != 0; },
          [&out, code](std::uint32_t policy, const Row&) { add(out, code, policy, 0); });
    }
  }

  void give_reasons(Decision& out, bool stale) const noexcept {
    give_policies(out, EffectTable::kBlock, ReasonCode::kPolicyBlocks);
    give_clauses(out, dead_ends_, ReasonCode::kControlUnmet);
    Clauses prompts;
    Clauses met;
    for (std::size_t w = 0; w < kWords; ++w) {
      prompts[w] = unmet_[w] & ~dead_ends_[w];
      met[w] = sum_.clauses[w] & ~unmet_[w];
    }
    give_clauses(out, prompts, ReasonCode::kControlUnmet);
    if (stale) {
      give_policies(out, standing_.stale, ReasonCode::kReauthenticate);
    }
    if (source_.some_unknown()) {
      for_each(
          out, [this](std::uint32_t policy, const Row&) { return source_.is_unknown(policy); },
          [this, &out](std::uint32_t policy, const Row&) {
            add(out, ReasonCode::kUnknownSignal, policy, source_.unknown_fact(policy));
          });
    }
    give_clauses(out, met, ReasonCode::kControlMet);
  }

  static constexpr std::uint32_t kFirst = 64;
  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  const Standing& standing_;
  const Source& source_;
  Findings findings_;
  std::uint32_t applied_ = 0;
  Row sum_;
  Clauses unmet_;
  Clauses dead_ends_;
  const Row* rows_[kFirst + 1];  ///< the last one takes what is too much
  std::uint32_t policies_[kFirst + 1];
};

}  // namespace gate::index
