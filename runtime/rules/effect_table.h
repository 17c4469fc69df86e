#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <gate/decision.hpp>
#include <span>
#include <vector>

#include "runtime/abi/decision_facts.h"
#include "runtime/ir/program.h"

namespace gate {

/// What an effect asks for, as bits of which the union of several effects is what all of them
/// together ask for. kWords: of a ClauseSet that the set uses.
template <std::size_t kWords>
struct EffectBits {
  std::array<std::uint64_t, kWords> clauses{};
  /// Session controls, kBlock, and one bit for each sign-in frequency that the set knows.
  std::uint64_t rest = 0;

  void add(const EffectBits& other) {
    for (std::size_t w = 0; w < kWords; ++w) {
      clauses[w] |= other.clauses[w];
    }
    rest |= other.rest;
  }
};

/// The effects of a program as EffectBits. Immutable; shared by threads.
class EffectTable {
 public:
  explicit EffectTable(const ir::Program& program);

  static constexpr unsigned kBlockBit = 16;
  static constexpr std::uint64_t kBlock = std::uint64_t{1} << kBlockBit;

  /// False when the set has more different sign-in frequencies than there are bits: then only
  /// DecisionMaker decides.
  [[nodiscard]] bool fits() const { return fits_; }
  /// kWords: 1 in sets of up to 64 clauses, else kClausesMax / 64.
  template <std::size_t kWords>
  [[nodiscard]] EffectBits<kWords> of(std::size_t policy) const noexcept {
    return of_effect<kWords>(effect_of_policy_[policy]);
  }
  template <std::size_t kWords>
  [[nodiscard]] EffectBits<kWords> of_effect(std::size_t effect) const noexcept {
    if constexpr (kWords == 1) {
      return {{narrow_clauses_[effect]}, rest_[effect]};
    } else {
      return {wide_clauses_[effect], rest_[effect]};
    }
  }
  [[nodiscard]] std::uint64_t rest(std::uint32_t policy) const noexcept {
    return rest_[effect_of_policy_[policy]];
  }
  /// The same of a set of up to 64 clauses, for loops over many policies: the arrays themselves.
  struct Arrays {
    const std::uint32_t* effect_of;  ///< by policy
    const std::uint64_t* clauses;    ///< by effect
    const std::uint64_t* rest;       ///< by effect
    const std::uint16_t* sole;       ///< by policy: sole_clause()
  };
  [[nodiscard]] Arrays arrays() const noexcept {
    return {effect_of_policy_.data(), narrow_clauses_.data(), rest_.data(), sole_clause_.data()};
  }
  static constexpr std::uint16_t kNoSoleClause = 0xFFFF;
  /// The clause of a policy that asks for one alone, which most do; else kNoSoleClause.
  [[nodiscard]] std::uint16_t sole_clause(std::uint32_t policy) const noexcept {
    return sole_clause_[policy];
  }
  [[nodiscard]] std::uint32_t effect_of(std::uint32_t policy) const noexcept {
    return effect_of_policy_[policy];
  }
  /// The bits of the frequencies that a factor of the sign-in is too old for.
  [[nodiscard]] std::uint64_t stale(const abi::DecisionFacts& facts) const noexcept {
    return both_.stale(facts.oldest_s) << kBothAt | second_.stale(facts.oldest_second_s)
                                                        << kSecondAt;
  }
  /// The session controls behind the union of some `rest`.
  [[gnu::always_inline]] void unpack(std::uint64_t rest, SessionControls& session) const noexcept {
    constexpr std::uint64_t kField = (std::uint64_t{1} << Frequencies::kMax) - 1;
    session = kDegrees[rest >> kDegreesAt & 0xFF];
    session.flags = static_cast<std::uint8_t>(rest);
    session.sign_in_frequency_s = both_.shortest(rest >> kBothAt & kField);
    session.secondary_frequency_s = second_.shortest(rest >> kSecondAt & kField);
  }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr unsigned kDegreesAt = 8;  ///< of what is merged to the larger enumerator
  static constexpr unsigned kBothAt = 17;    ///< where the bits of the frequencies begin
  static constexpr unsigned kSecondAt = 40;
  /// What the eight bits from kDegreesAt on stand for: an enumerator is as many low bits, so that
  /// the larger of two is the union.
  static const std::array<SessionControls, 256> kDegrees;
  /// The different values of one of the two frequencies, shortest first: bit i for values[i].
  struct Frequencies {
    static constexpr std::size_t kMax = 23;
    std::array<std::uint32_t, kMax + 1> values{};  ///< then kNoFrequency
    /// The same in the order of stale_after(), which is not quite theirs, and the bits of the first
    /// so many of them: an age is held against each limit, and the answer is one look.
    std::array<std::uint64_t, kMax> limits_s{};
    std::array<std::uint32_t, kMax + 1> bits_of_first{};
    std::uint32_t count = 0;
    void add(const std::vector<std::uint32_t>& sorted);
    [[nodiscard]] std::uint64_t bit(std::uint32_t value) const;
    [[nodiscard]] std::uint64_t stale(std::uint64_t age_s) const noexcept {
      std::uint32_t passed = 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        passed += age_s > limits_s[i] ? 1U : 0U;
      }
      return bits_of_first[passed];
    }
    [[nodiscard]] std::uint32_t shortest(std::uint64_t bits) const noexcept {
      return values[static_cast<unsigned>(std::countr_zero(bits | std::uint64_t{1} << kMax))];
    }
  };
  void find_frequencies(const ir::Program& program);
  [[nodiscard]] std::uint64_t pack(const ir::Effect& effect) const;

  // Effects, of which policies share few: one of the first two is empty.
  std::vector<std::uint64_t> narrow_clauses_;
  std::vector<std::array<std::uint64_t, kClausesMax / 64>> wide_clauses_;
  std::vector<std::uint64_t> rest_;
  std::vector<std::uint32_t> effect_of_policy_;
  std::vector<std::uint16_t> sole_clause_;
  Frequencies both_;
  Frequencies second_;
  bool fits_ = true;
};

/// The age from which on a factor is stale under a sign-in frequency.
[[nodiscard]] std::uint64_t stale_after(std::uint32_t frequency_s) noexcept;

}  // namespace gate
