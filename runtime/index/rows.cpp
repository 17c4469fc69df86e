#include "runtime/index/rows.h"

#include <algorithm>
#include <bit>

#include "runtime/ir/context.h"

namespace gate::index {
namespace {

/// Rows beyond this many bytes for one policy cost more memory than the posting index. Long rows
/// are for sets in which few names turn up in many policies, whose lists would be long.
constexpr std::size_t kBytesPerPolicyMax = 4096;
constexpr std::size_t kBytesPerPolicyMaxOfLong = 256;
constexpr std::uint64_t kPieceWords = abi::kCodeRowWordsMax;

void set_bit(std::vector<std::uint64_t>& rows, std::uint64_t row, std::uint64_t words,
             std::size_t policy) {
  rows[row * words + policy / 64] |= std::uint64_t{1} << (policy % 64);
}
std::uint64_t words_for(std::size_t policies) {
  const std::uint64_t words = (std::max<std::size_t>(policies, 1) + 255) / 256 * 4;
  return words <= kPieceWords ? words : (words + kPieceWords - 1) / kPieceWords * kPieceWords;
}

}  // namespace

bool Rows::suits(const ir::Program& program, const Features& features) {
  const std::size_t policies = program.policies.size();
  const std::size_t rows = features.principal_keys() + features.target_keys();
  const std::uint64_t words = words_for(policies);
  const std::size_t bytes_max =
      words <= kPieceWords ? kBytesPerPolicyMax : kBytesPerPolicyMaxOfLong;
  return policies <= kPoliciesMax && rows * 2 * words * 8 <= (policies + 64) * bytes_max;
}

bool Rows::can_be_wide() noexcept {
#if defined(__x86_64__)
  // All that some code for wide rows is compiled for: every processor with the first has the
  // others.
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
#else
  return false;
#endif
}

Rows::Rows(const ir::Program& program, const Features& features, const Conditions& conditions,
           bool wide)
    : wide_(wide && can_be_wide()) {
  const std::uint64_t words = words_for(program.policies.size());
  tables_.words = words;
  principal_rows_.resize(features.principal_keys() * 2 * words);
  target_rows_.resize(features.target_keys() * 2 * words);
  context_rows_.resize(64 * words);
  residual_row_.resize(words);
  fill(program, features, conditions);
  tables_.target_rows = target_rows_.data();
  tables_.context_rows = context_rows_.data();
  tables_.residual_row = residual_row_.data();
  tables_.residual_of = conditions.residual_of().data();
  tables_.residuals = conditions.residuals().data();
  tables_.constants = conditions.constants().data();
  tables_.calls = &conditions.calls();
#if defined(__x86_64__)
  if (wide_) {
    use<Wide>(words);
    return;
  }
#endif
  use<Plain>(words);
}

void Rows::fill(const ir::Program& program, const Features& features,
                const Conditions& conditions) {
  const std::uint64_t words = tables_.words;
  std::uint64_t looked_at = abi::kEnforcedPlan | abi::kReportPlan;
  for (std::size_t i = 0; i < program.policies.size(); ++i) {
    const ir::Policy& p = program.policies[i];
    if (p.state == PolicyState::kOff) {
      continue;
    }
    const auto mark = [&](std::vector<std::uint64_t>& rows, const std::vector<Feature>& which,
                          std::uint64_t excluded) {
      for (const Feature f : which) {
        set_bit(rows, features.key(f) * std::uint64_t{2} + excluded, words, i);
      }
    };
    mark(principal_rows_, features.of(p.include), 0);
    mark(principal_rows_, features.of(p.exclude), 1);
    mark(target_rows_, features.targets_of(program, p), 0);
    mark(target_rows_, features.of(p.exclude_targets), 1);
    const std::uint64_t mask = conditions.context_mask(i);
    for (std::uint64_t bit = 0; bit < 64; ++bit) {
      if ((mask >> bit & 1U) != 0) {
        set_bit(context_rows_, bit, words, i);
      }
    }
    looked_at |= ~mask;
    if (conditions.residual_of(i) != Conditions::kNoResidual) {
      set_bit(residual_row_, 0, words, i);
    }
  }
  fields_.push_back(abi::kEnforcedPlan | abi::kReportPlan);
  for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
    const std::uint64_t field = ir::context_field(static_cast<ir::ContextFact>(f)).mask();
    if ((looked_at & field) != 0) {
      fields_.push_back(field);
    }
  }
}

namespace {

struct Parts {
  const abi::RowTables& tables;
  const std::vector<std::uint64_t>& fields;
  const abi::BoundRequest& request;
};

/// A piece of kBlocks times four words, of rows that are `length` words long.
struct Piece {
  std::uint64_t begin;
  std::uint64_t length;
};

/// Policies of one piece that include one of the keys and exclude none.
template <std::uint32_t kBlocks>
[[gnu::always_inline]] inline void admit_keys(const std::uint64_t* rows, const std::uint32_t* keys,
                                              std::uint32_t count, Piece piece,
                                              std::uint64_t* out) {
  constexpr std::size_t kWords = std::size_t{kBlocks} * 4;
  std::uint64_t included[kWords] = {};
  std::uint64_t excluded[kWords] = {};
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::uint64_t* row = rows + keys[k] * 2 * piece.length + piece.begin;
    for (std::size_t w = 0; w < kWords; ++w) {
      included[w] |= row[w];
      excluded[w] |= row[piece.length + w];
    }
  }
  for (std::size_t w = 0; w < kWords; ++w) {
    out[w] &= included[w] & ~excluded[w];
  }
}

template <std::uint32_t kBlocks>
[[gnu::always_inline]] inline void combine_rows(const Parts& p, Piece piece, std::uint64_t* out) {
  constexpr std::size_t kWords = std::size_t{kBlocks} * 4;
  for (std::size_t w = 0; w < kWords; ++w) {
    out[w] = ~std::uint64_t{0};
  }
  for (const std::uint64_t field : p.fields) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(p.request.context & field));
    const std::uint64_t* row = p.tables.context_rows + bit * piece.length + piece.begin;
    for (std::size_t w = 0; w < kWords; ++w) {
      out[w] &= row[w];
    }
  }
  for (std::size_t w = 0; w < kWords; ++w) {
    out[w] &= p.request.principal_row[piece.begin + w];
  }
  admit_keys<kBlocks>(p.tables.target_rows, p.request.target_keys, p.request.target_count, piece,
                      out);
}

/// Of rows that are one piece; kBlocks 0: of rows of several pieces.
template <std::uint32_t kBlocks>
[[gnu::always_inline]] inline void combine_all(const Parts& p, std::uint64_t* out) {
  if constexpr (kBlocks != 0) {
    combine_rows<kBlocks>(p, {0, std::uint64_t{kBlocks} * 4}, out);
  } else {
    for (std::uint64_t w = 0; w < p.tables.words; w += kPieceWords) {
      combine_rows<kPieceWords / 4>(p, {w, p.tables.words}, out + w);
    }
  }
}

template <std::uint32_t kBlocks>
[[gnu::always_inline]] inline void admit_all(const std::uint64_t* rows, std::uint64_t words,
                                             const std::uint32_t* keys, std::uint32_t count,
                                             std::uint64_t* out) {
  std::fill_n(out, words, ~std::uint64_t{0});
  if constexpr (kBlocks != 0) {
    admit_keys<kBlocks>(rows, keys, count, {0, std::uint64_t{kBlocks} * 4}, out);
  } else {
    for (std::uint64_t w = 0; w < words; w += kPieceWords) {
      admit_keys<kPieceWords / 4>(rows, keys, count, {w, words}, out + w);
    }
  }
}

}  // namespace

template <std::uint32_t kBlocks>
struct Rows::Plain {
  static void combine(const Rows& rows, const abi::BoundRequest& request, std::uint64_t* out) {
    combine_all<kBlocks>({rows.tables_, rows.fields_, request}, out);
  }
  static void admit(const Rows& rows, const std::uint32_t* keys, std::uint32_t count,
                    std::uint64_t* out) {
    admit_all<kBlocks>(rows.principal_rows_.data(), rows.tables_.words, keys, count, out);
  }
};

#if defined(__x86_64__)
template <std::uint32_t kBlocks>
struct Rows::Wide {
  [[gnu::target("avx2")]] static void combine(const Rows& rows, const abi::BoundRequest& request,
                                              std::uint64_t* out) {
    combine_all<kBlocks>({rows.tables_, rows.fields_, request}, out);
  }
  [[gnu::target("avx2")]] static void admit(const Rows& rows, const std::uint32_t* keys,
                                            std::uint32_t count, std::uint64_t* out) {
    admit_all<kBlocks>(rows.principal_rows_.data(), rows.tables_.words, keys, count, out);
  }
};
#endif

template <template <std::uint32_t> typename Kernel>
void Rows::use(std::uint64_t words) {
  static_assert(kPieceWords == 16, "one instance per number of blocks");
  constexpr Combine kCombine[] = {Kernel<0>::combine, Kernel<1>::combine, Kernel<2>::combine,
                                  Kernel<3>::combine, Kernel<4>::combine};
  constexpr Admit kAdmit[] = {Kernel<0>::admit, Kernel<1>::admit, Kernel<2>::admit,
                              Kernel<3>::admit, Kernel<4>::admit};
  const std::size_t which = words <= kPieceWords ? words / 4 : 0;
  combine_ = kCombine[which];
  admit_ = kAdmit[which];
}

void Rows::run(const Conditions& conditions, const abi::BoundRequest& request,
               abi::ResidualKernel code, std::uint64_t* applies,
               std::uint64_t* unknown) const noexcept {
  combine_(*this, request, applies);
  for (std::uint64_t w = 0; w < tables_.words; ++w) {
    unknown[w] = 0;
    for (std::uint64_t rest = applies[w] & residual_row_[w]; rest != 0; rest &= rest - 1) {
      const auto i = static_cast<unsigned>(std::countr_zero(rest));
      const std::uint32_t residual = tables_.residual_of[w * 64 + i];
      const std::uint32_t truth = conditions.truth(tables_.residuals[residual], request, code);
      if (truth == abi::kFalse) {
        applies[w] &= ~(std::uint64_t{1} << i);
      } else if (truth == abi::kUnknown) {
        unknown[w] |= std::uint64_t{1} << i;
      }
    }
  }
}

std::size_t Rows::bytes() const {
  return (principal_rows_.size() + target_rows_.size() + context_rows_.size() +
          residual_row_.size()) *
         8;
}

}  // namespace gate::index
