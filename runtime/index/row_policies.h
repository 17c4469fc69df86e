#pragma once

#include <bit>
#include <cstdint>

#include "runtime/abi/kernel.h"
#include "runtime/index/effect_rows.h"
#include "runtime/set/effect_table.h"

namespace gate::index {

/// The policies that apply, as the row kernels give them: what Conclusion asks of its Source.
/// kClauseWords: of a ClauseSet that the set uses. kRowWords: of a row, as in RowTables, or 0 for
/// any number of them.
template <std::size_t kClauseWords, std::size_t kRowWords>
class RowPolicies {
 public:
  using Clauses = std::array<std::uint64_t, kClauseWords>;

  RowPolicies(const EffectTable& effects, const EffectRows& effect_rows,
              const std::uint64_t* applies, const std::uint64_t* unknown, std::uint64_t words)
      : effects_(effects),
        effect_rows_(effect_rows),
        applies_(applies),
        unknown_(unknown),
        words_(kRowWords == 0 ? words : kRowWords) {}

  /// The union of the effects of all of them; returns how many there are.
  std::uint32_t gather(EffectBits<kClauseWords>& sum) const noexcept {
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
  /// Each of these: f(policy, clauses) in the order of the program until it returns true.
  template <typename F>
  void for_each(F f) const noexcept {
    walk(applies_, f);
  }
  /// Each time that one of them asks for one of the clauses: f(policy, clause), in the order of the
  /// program and of the clauses, until it returns true.
  template <typename F>
  void for_each_ask(const Clauses& which, F f) const noexcept {
    std::uint64_t row[kRowWordsMax];
    clear(row);
    for (std::size_t k = 0; k < kClauseWords; ++k) {
      for (std::uint64_t rest = which[k]; rest != 0; rest &= rest - 1) {
        add(row, effect_rows_.asking(policy(k, rest), words()));
      }
    }
    keep(row, applies_);
    walk(row, [this, &which, &f](std::uint32_t p, const Clauses& asks) {
      if (const std::uint16_t sole = effects_.sole_clause(p); sole != EffectTable::kNoSoleClause) {
        return f(p, sole);
      }
      for (std::size_t k = 0; k < kClauseWords; ++k) {
        for (std::uint64_t rest = asks[k] & which[k]; rest != 0; rest &= rest - 1) {
          if (f(p, static_cast<std::uint16_t>(policy(k, rest)))) {
            return true;
          }
        }
      }
      return false;
    });
  }
  /// Those with one of these bits of EffectBits::rest, all of them kBlock or frequencies.
  template <typename F>
  void for_each_with(std::uint64_t bits, F f) const noexcept {
    std::uint64_t row[kRowWordsMax];
    clear(row);
    for (; bits != 0; bits &= bits - 1) {
      add(row, effect_rows_.with(static_cast<unsigned>(std::countr_zero(bits)), words()));
    }
    keep(row, applies_);
    walk(row, f);
  }
  [[nodiscard]] bool some_unknown() const noexcept {
    std::uint64_t some = 0;
    for (std::uint64_t w = 0; w < words(); ++w) {
      some |= unknown_[w];
    }
    return some != 0;
  }
  /// Those that apply only because their condition is unknown.
  template <typename F>
  void for_each_unknown(F f) const noexcept {
    walk(unknown_, f);
  }
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return (unknown_[policy / 64] >> (policy % 64) & 1U) != 0;
  }

 private:
  std::uint32_t gather_each(EffectBits<kClauseWords>& sum) const noexcept {
    EffectBits<kClauseWords> all;  // in a local: the compiler keeps it in registers
    std::uint32_t count = 0;
    for (std::uint64_t w = 0; w < words(); ++w) {
      for (std::uint64_t rest = applies_[w]; rest != 0; rest &= rest - 1) {
        all.add(effects_.template of<kClauseWords>(
            w * 64 + static_cast<std::uint64_t>(std::countr_zero(rest))));
        ++count;
      }
    }
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
  template <typename F>
  void walk(const std::uint64_t* row, F f) const noexcept {
    for (std::uint64_t w = 0; w < words(); ++w) {
      for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1) {
        const std::uint32_t p = policy(w, rest);
        if (f(p, effects_.template of<kClauseWords>(p).clauses)) {
          return;
        }
      }
    }
  }

  static constexpr std::size_t kRowWordsMax = kRowWords == 0 ? abi::kRowWordsMax : kRowWords;
  const EffectTable& effects_;
  const EffectRows& effect_rows_;
  const std::uint64_t* applies_;
  const std::uint64_t* unknown_;
  std::uint64_t words_;
};

}  // namespace gate::index
