#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/ir/program.h"
#include "runtime/rules/effect_table.h"

namespace gate::index {

/// Effects as columns, beside the Rows of a set: one row of policies for every clause and for every
/// bit of EffectBits::rest that some effect has. With them the policies that ask for something are
/// found without looking at each that applies. Immutable.
class EffectRows {
 public:
  /// `words`: of a row. Empty for a set whose effects do not fit into bits.
  EffectRows(const ir::Program& program, const EffectTable& effects, std::uint64_t words);

  /// Policies that ask for the clause. `words`: of a row; the caller may know it as a constant.
  [[nodiscard]] const std::uint64_t* asking(std::uint32_t clause, std::uint64_t words) const {
    return rows_.data() + clause * words;
  }
  [[nodiscard]] std::uint32_t clauses() const { return clauses_; }
  /// The bits of EffectBits::rest that there are rows for; kBlock always.
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  /// Policies with one of bits().
  [[nodiscard]] const std::uint64_t* with(unsigned bit, std::uint64_t words) const {
    return rows_.data() + row_of_bit_[bit] * words;
  }
  [[nodiscard]] std::size_t bytes() const { return rows_.size() * 8; }

 private:
  std::uint64_t bits_ = EffectTable::kBlock;
  std::uint32_t clauses_;
  std::vector<std::uint64_t> rows_;
  std::array<std::uint16_t, 64> row_of_bit_{};
};

}  // namespace gate::index
