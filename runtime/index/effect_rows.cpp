#include "runtime/index/effect_rows.h"

#include <bit>

namespace gate::index {

EffectRows::EffectRows(const ir::Program& program, const EffectTable& effects, std::uint64_t words)
    : clauses_(static_cast<std::uint32_t>(program.clauses.size())) {
  if (!effects.fits()) {
    return;
  }
  for (std::uint32_t p = 0; p < program.policies.size(); ++p) {
    bits_ |= effects.rest(p);
  }
  auto next = static_cast<std::uint16_t>(program.clauses.size());
  for (std::uint64_t rest = bits_; rest != 0; rest &= rest - 1) {
    row_of_bit_[static_cast<unsigned>(std::countr_zero(rest))] = next++;
  }
  rows_.resize(next * words);
  for (std::uint32_t p = 0; p < program.policies.size(); ++p) {
    const auto mark = [this, p, words](std::size_t row) {
      rows_[row * words + p / 64] |= std::uint64_t{1} << (p % 64);
    };
    for (const std::uint32_t clause : program.effects[program.policies[p].effect].clauses) {
      mark(clause);
    }
    for (std::uint64_t rest = effects.rest(p); rest != 0; rest &= rest - 1) {
      mark(row_of_bit_[static_cast<unsigned>(std::countr_zero(rest))]);
    }
  }
}

}  // namespace gate::index
