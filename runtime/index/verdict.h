#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <gate/decision.hpp>

#include "runtime/abi/decision_facts.h"
#include "runtime/set/decide.h"

namespace gate::index {

/// What DecisionMaker does, for the policies of an index: everything that does not depend on which
/// policy asks is gathered for all of them at once, and only then are the reasons looked for, from
/// the strictest kind on and no more than are kept. Members: tables, facts, and
///   for_each(f)           calls f(policy, unknown) in the order of the program until it returns
///                         true
///   unknown_fact(policy)  the absent fact behind an unknown condition
/// `decide` is false when a rule applies that depends on the single policy: then the decision is
/// made by DecisionMaker. kWords: of a ClauseSet that the set uses.
template <typename Source, std::size_t kWords>
class Verdict {
 public:
  Verdict(const DecisionTables& tables, const abi::DecisionFacts& facts, const Source& source)
      : tables_(tables), facts_(facts), source_(source) {}

  [[nodiscard]] bool decide(Decision& out) noexcept {
    if (facts_.registration_known || tables_.refusing_fact() != abi::kNoFact) {
      return false;
    }
    gather(out);
    settle(out);
    if (intersects(out.unmet, tables_.password_changes())) {
      return false;
    }
    if (out.applied_count == 0) {
      findings_.blocked = tables_.default_deny();
      add(out, findings_.blocked ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies,
          Reason::kNoPolicy, 0);
    }
    out.reauthenticate = stale_;
    tables_.conclude(findings_, facts_, out);
    give_reasons(out);
    return true;
  }

 private:
  using EffectRow = DecisionTables::EffectRow;
  struct Entry {
    const EffectRow* effect;
    std::uint32_t policy;
    bool unknown;
  };

  static bool intersects(const ClauseSet& a, const ClauseSet& b) {
    std::uint64_t both = 0;
    for (std::size_t w = 0; w < kWords; ++w) {
      both |= a.words[w] & b.words[w];
    }
    return both != 0;
  }
  static ClauseSet without(ClauseSet a, const ClauseSet& b) {
    for (std::size_t w = 0; w < kWords; ++w) {
      a.words[w] &= ~b.words[w];
    }
    return a;
  }
  static bool full(const Decision& d) { return d.reason_count == Decision::kReasonsMax; }
  static void add(Decision& out, ReasonCode code, std::uint32_t policy, std::uint16_t detail) {
    if (!full(out)) {
      out.reasons[out.reason_count++] = Reason{code, detail, policy};
    }
  }

  // No branch depends on what a policy asks for: which of them do is different in every request,
  // and a branch guessed wrong costs more than all of this.
  void gather(Decision& out) noexcept {
    // Sums in locals: the compiler keeps them in registers.
    std::uint64_t required[kWords] = {};
    std::uint32_t controls = 0;
    std::uint32_t frequency_s = SessionControls::kNoFrequency;
    std::uint32_t secondary_s = SessionControls::kNoFrequency;
    std::uint32_t applied = 0;
    unsigned some_unknown = 0;
    source_.for_each([&](std::uint32_t policy, bool unknown) {
      const EffectRow& effect = tables_.effect_of(policy);
      first_[std::min(applied, kFirst)] = {&effect, policy, unknown};
      ++applied;
      for (std::size_t w = 0; w < kWords; ++w) {
        required[w] |= effect.clauses.words[w];
      }
      controls |= effect.controls;
      frequency_s = std::min(frequency_s, effect.session.sign_in_frequency_s);
      secondary_s = std::min(secondary_s, effect.session.secondary_frequency_s);
      some_unknown |= unknown ? 1U : 0U;
      return false;
    });
    applied_ = out.applied_count = applied;
    std::copy_n(required, kWords, out.required.words.begin());
    out.session.sign_in_frequency_s = frequency_s;
    out.session.secondary_frequency_s = secondary_s;
    DecisionTables::unpack(controls, out.session);
    findings_.blocked = (controls & DecisionTables::kBlock) != 0;
    unknown_ = some_unknown != 0;
    if (std::min(frequency_s, secondary_s) != SessionControls::kNoFrequency) {
      stale_ = some_is_stale();
    }
  }
  [[nodiscard]] bool some_is_stale() const noexcept {
    if (applied_ <= kFirst) {
      return std::any_of(first_, first_ + applied_, [this](const Entry& e) {
        return DecisionTables::is_stale(*e.effect, facts_);
      });
    }
    bool stale = false;
    source_.for_each([this, &stale](std::uint32_t policy, bool) {
      stale = DecisionTables::is_stale(tables_.effect_of(policy), facts_);
      return stale;
    });
    return stale;
  }

  /// How every clause that is asked for stands.
  void settle(Decision& out) noexcept {
    for (std::size_t w = 0; w < kWords; ++w) {
      for (std::uint64_t rest = out.required.words[w]; rest != 0; rest &= rest - 1) {
        const auto c =
            static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(rest)));
        const ClauseState state = tables_.state_of(c, facts_, false);
        if (state == ClauseState::kMet) {
          continue;
        }
        out.unmet.add(c);
        if (state != ClauseState::kPrompt) {
          dead_ends_.add(c);
          findings_.dead_end = true;
          findings_.dead_end_control =
              std::min(findings_.dead_end_control, tables_.clause(c).first);
        }
      }
    }
  }

  /// f(entry) for every policy that applies and passes the test, until the decision has its
  /// reasons.
  template <typename Test, typename F>
  void for_each(const Decision& out, Test test, F f) const noexcept {
    if (full(out)) {
      return;
    }
    if (applied_ <= kFirst) {
      std::uint8_t passing[kFirst + 1];
      std::size_t count = 0;
      for (std::uint32_t i = 0; i < applied_; ++i) {
        passing[count] = static_cast<std::uint8_t>(i);
        count += test(first_[i]) ? 1 : 0;
      }
      for (std::size_t i = 0; i < count && !full(out); ++i) {
        f(first_[passing[i]]);
      }
      return;
    }
    source_.for_each([this, &out, &test, &f](std::uint32_t policy, bool unknown) {
      const Entry entry{&tables_.effect_of(policy), policy, unknown};
      if (test(entry)) {
        f(entry);
      }
      return full(out);
    });
  }

  void give_clauses(Decision& out, const ClauseSet& which, ReasonCode code) const noexcept {
    if (which.empty()) {
      return;
    }
    for_each(
        out, [&which](const Entry& e) { return intersects(e.effect->clauses, which); },
        [&out, &which, code](const Entry& e) {
          for (std::size_t w = 0; w < kWords; ++w) {
            for (std::uint64_t rest = e.effect->clauses.words[w] & which.words[w]; rest != 0;
                 rest &= rest - 1) {
              const auto c = w * 64 + static_cast<unsigned>(std::countr_zero(rest));
              add(out, code, e.policy, static_cast<std::uint16_t>(c));
            }
          }
        });
  }

  void give_reasons(Decision& out) const noexcept {
    if (findings_.blocked && applied_ > 0) {
      for_each(
          out, [](const Entry& e) { return e.effect->block(); },
          [&out](const Entry& e) { add(out, ReasonCode::kPolicyBlocks, e.policy, 0); });
    }
    give_clauses(out, dead_ends_, ReasonCode::kControlUnmet);
    give_clauses(out, without(out.unmet, dead_ends_), ReasonCode::kControlUnmet);
    if (stale_) {
      for_each(
          out, [this](const Entry& e) { return DecisionTables::is_stale(*e.effect, facts_); },
          [&out](const Entry& e) { add(out, ReasonCode::kReauthenticate, e.policy, 0); });
    }
    if (unknown_) {
      for_each(
          out, [](const Entry& e) { return e.unknown; },
          [this, &out](const Entry& e) {
            add(out, ReasonCode::kUnknownSignal, e.policy, source_.unknown_fact(e.policy));
          });
    }
    give_clauses(out, without(out.required, out.unmet), ReasonCode::kControlMet);
  }

  static constexpr std::uint32_t kFirst = 48;
  const DecisionTables& tables_;
  const abi::DecisionFacts& facts_;
  const Source& source_;
  Findings findings_;
  bool stale_ = false;
  bool unknown_ = false;
  std::uint32_t applied_ = 0;
  ClauseSet dead_ends_;
  Entry first_[kFirst + 1];  ///< the last one takes what is too much
};

}  // namespace gate::index
