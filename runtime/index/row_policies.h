#pragma once

#include <bit>
#include <cstdint>

#include "runtime/abi/kernel.h"
#include "runtime/index/effect_rows.h"
#include "runtime/index/policy_combiner.h"
#include "runtime/rules/effect_table.h"

/// For a lambda, which takes no standard attribute in this place.
#define GATE_ALWAYS_INLINE __attribute__((always_inline))

namespace gate::index {

/// The policies that apply, as the row kernels give them: what PolicyCombiner asks of its Source.
/// kClauseWords: of a ClauseSet that the set uses. kRowWords: of a row, as in RowTables, or 0 for
/// any number of them. kCounts: the processor has an instruction that counts bits.
template <std::size_t kClauseWords, std::size_t kRowWords, bool kCounts>
class RowPolicies {
 public:
  using Clauses = std::array<std::uint64_t, kClauseWords>;
  /// Of a row, at most.
  static constexpr std::size_t kRowWordsMax = kRowWords == 0 ? abi::kRowWordsMax : kRowWords;

  RowPolicies(const EffectTable& effects, const EffectRows& effect_rows,
              const std::uint64_t* applies, const std::uint64_t* unknown, std::uint64_t words)
      : effects_(effects),
        arrays_(effects.arrays()),
        effect_rows_(effect_rows),
        applies_(applies),
        unknown_(unknown),
        words_(kRowWords == 0 ? words : kRowWords) {}

  /// The union of the effects of all of them; returns how many there are.
  [[gnu::always_inline]] std::uint32_t gather(EffectBits<kClauseWords>& sum) const noexcept {
    if constexpr (kRowWords == 0) {
      if (words_ > abi::kCodeRowWordsMax) {
        return gather_of_many(sum);
      }
    }
    return gather_each(sum);
  }
  [[nodiscard]] bool some_block() const noexcept {
    const std::uint64_t* blocks = effect_rows_.with(EffectTable::kBlockBit, words());
    std::uint64_t some = 0;
    by_four([this, blocks, &some](std::uint64_t w) { some |= applies_[w] & blocks[w]; });
    return some != 0;
  }
  /// Each of these: f(policy) in the order of the program.
  template <typename F>
  void for_each(F f) const noexcept {
    for (std::uint64_t w = 0; w < words(); ++w) {
      for (std::uint64_t rest = applies_[w]; rest != 0; rest &= rest - 1) {
        f(policy(w, rest));
      }
    }
  }
  /// A reason for each time that one of them asks for one of the clauses, in the order of the
  /// program and of the clauses. There is room for one.
  [[gnu::always_inline]] ReasonsOut give_asks(const Clauses& which, ReasonCode code,
                                              ReasonsOut out) const noexcept {
    std::uint64_t row[kRowWordsMax];
    clear(row);
    for (std::size_t k = 0; k < kClauseWords; ++k) {
      for (std::uint64_t rest = which[k]; rest != 0; rest &= rest - 1) {
        add(row, effect_rows_.asking(policy(k, rest), words()));
      }
    }
    keep(row, applies_);
    each_word([&](std::uint64_t w) GATE_ALWAYS_INLINE {
      for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1) {
        const std::uint32_t p = policy(w, rest);
        if (const std::uint16_t sole = arrays_.sole[p]; sole != EffectTable::kNoSoleClause) {
          out.add(code, sole, p);
        } else {
          out = give_clauses_of(p, which, code, out);
        }
        if (out.full()) {
          return true;
        }
      }
      return false;
    });
    return out;
  }
  /// A reason for each with one of these bits of EffectBits::rest, all of them kBlock or
  /// frequencies. There is room for one.
  [[gnu::always_inline]] ReasonsOut give_with(std::uint64_t bits, ReasonCode code,
                                              ReasonsOut out) const noexcept {
    std::uint64_t row[kRowWordsMax];
    clear(row);
    for (; bits != 0; bits &= bits - 1) {
      add(row, effect_rows_.with(static_cast<unsigned>(std::countr_zero(bits)), words()));
    }
    keep(row, applies_);
    each_word([&](std::uint64_t w) GATE_ALWAYS_INLINE {
      for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1) {
        out.add(code, 0, policy(w, rest));
        if (out.full()) {
          return true;
        }
      }
      return false;
    });
    return out;
  }
  [[nodiscard]] bool some_unknown() const noexcept {
    std::uint64_t some = 0;
    for (std::uint64_t w = 0; w < words(); ++w) {
      some |= unknown_[w];
    }
    return some != 0;
  }
  /// A reason for each that applies only because its condition is unknown. There is room for one.
  template <typename Fact>
  [[gnu::always_inline]] ReasonsOut give_unknown(Fact fact, ReasonsOut out) const noexcept {
    return give_facts(unknown_, words(), fact, out);
  }
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return (unknown_[policy / 64] >> (policy % 64) & 1U) != 0;
  }

 private:
  /// Apart, for it is seldom needed, and without `this`, so that its members stay in registers.
  template <typename Fact>
  [[gnu::noinline]] static ReasonsOut give_facts(const std::uint64_t* row, std::uint64_t words,
                                                 Fact fact, ReasonsOut out) noexcept {
    for (std::uint64_t w = 0; w < words; ++w) {
      for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1) {
        const std::uint32_t p = policy(w, rest);
        out.add(ReasonCode::kUnknownSignal, fact(p), p);
        if (out.full()) {
          return out;
        }
      }
    }
    return out;
  }
  [[gnu::always_inline]] std::uint32_t gather_each(EffectBits<kClauseWords>& sum) const noexcept {
    EffectBits<kClauseWords> all;  // in a local: the compiler keeps it in registers
    std::uint32_t count = 0;
    each_word([&](std::uint64_t w) GATE_ALWAYS_INLINE {
      if constexpr (kCounts) {
        count += static_cast<std::uint32_t>(std::popcount(applies_[w]));
      }
      const std::uint32_t* effect_of = arrays_.effect_of + w * 64;
      for (std::uint64_t rest = applies_[w]; rest != 0; rest &= rest - 1) {
        all.add(effect(effect_of[static_cast<std::size_t>(std::countr_zero(rest))]));
        if constexpr (!kCounts) {
          ++count;
        }
      }
      return false;
    });
    sum = all;
    return count;
  }
  /// The same by rows of effects: where a fair part of a long row applies, nearly every effect is
  /// found in the first words of its row.
  std::uint32_t gather_of_many(EffectBits<kClauseWords>& sum) const noexcept {
    constexpr std::uint32_t kMany = 256;
    std::uint32_t count = 0;
    for (std::uint64_t w = 0; w < words(); ++w) {
      count += static_cast<std::uint32_t>(std::popcount(applies_[w]));
    }
    if (count < kMany) {
      return gather_each(sum);
    }
    sum = {};
    for (std::uint32_t c = 0; c < effect_rows_.clauses(); ++c) {
      sum.clauses[c / 64] |= std::uint64_t{some(effect_rows_.asking(c, words()))} << (c % 64);
    }
    for (std::uint64_t rest = effect_rows_.bits(); rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      sum.rest |= std::uint64_t{some(effect_rows_.with(bit, words()))} << bit;
    }
    return count;
  }
  [[gnu::always_inline]] ReasonsOut give_clauses_of(std::uint32_t p, const Clauses& which,
                                                    ReasonCode code,
                                                    ReasonsOut out) const noexcept {
    const Clauses asks = effect(arrays_.effect_of[p]).clauses;
    for (std::size_t k = 0; k < kClauseWords; ++k) {
      for (std::uint64_t rest = asks[k] & which[k]; rest != 0; rest &= rest - 1) {
        out.add(code, static_cast<std::uint16_t>(policy(k, rest)), p);
        if (out.full()) {
          return out;
        }
      }
    }
    return out;
  }
  [[nodiscard]] EffectBits<kClauseWords> effect(std::size_t number) const noexcept {
    if constexpr (kClauseWords == 1) {
      return {{arrays_.clauses[number]}, arrays_.rest[number]};
    } else {
      return effects_.template of_effect<kClauseWords>(number);
    }
  }
  /// Whether one of the policies that apply is in the row.
  [[nodiscard]] bool some(const std::uint64_t* row) const noexcept {
    for (std::uint64_t w = 0; w < words(); w += 4) {
      if (((applies_[w] & row[w]) | (applies_[w + 1] & row[w + 1]) |
           (applies_[w + 2] & row[w + 2]) | (applies_[w + 3] & row[w + 3])) != 0) {
        return true;
      }
    }
    return false;
  }
  static std::uint32_t policy(std::uint64_t word, std::uint64_t rest) {
    return static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(rest)));
  }
  [[nodiscard]] std::uint64_t words() const { return kRowWords == 0 ? words_ : kRowWords; }
  /// f(number of a word) until it returns true; written out where there are four.
  template <typename F>
  [[gnu::always_inline]] void each_word(F f) const noexcept {
    if constexpr (kRowWords == 4) {
      static_cast<void>(f(0) || f(1) || f(2) || f(3));
    } else {
      for (std::uint64_t w = 0; w < words() && !f(w); ++w) {
      }
    }
  }
  // Rows are worked on four words at a time, which words() is a multiple of.
  template <typename F>
  void by_four(F f) const noexcept {
    for (std::uint64_t w = 0; w < words(); w += 4) {
      for (std::uint64_t i = 0; i < 4; ++i) {
        f(w + i);
      }
    }
  }
  void clear(std::uint64_t* row) const noexcept {
    by_four([row](std::uint64_t w) { row[w] = 0; });
  }
  void add(std::uint64_t* row, const std::uint64_t* other) const noexcept {
    by_four([row, other](std::uint64_t w) { row[w] |= other[w]; });
  }
  void keep(std::uint64_t* row, const std::uint64_t* other) const noexcept {
    by_four([row, other](std::uint64_t w) { row[w] &= other[w]; });
  }

  const EffectTable& effects_;
  const EffectTable::Arrays arrays_;  ///< here, so that no store is taken to change them
  const EffectRows& effect_rows_;
  const std::uint64_t* applies_;
  const std::uint64_t* unknown_;
  std::uint64_t words_;
};

}  // namespace gate::index

#undef GATE_ALWAYS_INLINE
