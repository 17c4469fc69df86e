#include "runtime/index/index.h"

#include <bit>

#include "runtime/index/verdict.h"

namespace gate::index {

Index::Index(const ir::Program& program, const DecisionTables& decisions, Layout layout)
    : program_(program), decisions_(decisions), binding_(program), conditions_(program) {
  const bool by_rows = layout == Layout::kRows
                           ? program.policies.size() <= Rows::kPoliciesMax
                           : layout == Layout::kBySize && Rows::suits(program, binding_.features());
  if (by_rows) {
    rows_ = std::make_unique<Rows>(program, binding_.features(), conditions_);
  } else {
    postings_ = std::make_unique<Postings>(program, binding_.features(), conditions_);
  }
  conditions_.forget_masks();
}

void Index::attach(const abi::Entries& entries) noexcept {
  attached_ = entries;
  code_.store(&attached_, std::memory_order_release);
}

namespace {

/// The policies that apply, from the form of the row kernels. Numbers are drawn from a word four at
/// a time, whether there are as many or not: the number of bits is what no processor can guess.
class RowList {
 public:
  RowList(const std::uint64_t* applies, const std::uint64_t* unknown, std::uint64_t words)
      : unknown_(unknown) {
    for (std::uint64_t w = 0; w < words; ++w) {
      std::uint64_t rest = applies[w];
      some_unknown_ |= unknown[w];
      std::size_t at = count_;
      count_ += bits_in(rest);
      do {
        for (std::size_t i = 0; i < kAtOnce; ++i) {
          policies_[at + i] = static_cast<std::uint16_t>(w * 64 + lowest(rest));
          rest &= rest - 1;
        }
        at += kAtOnce;
      } while (rest != 0);
    }
  }
  template <typename F>
  void for_each(F f) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (f(policies_[i])) {
        return;
      }
    }
  }
  [[nodiscard]] bool some_unknown() const noexcept { return some_unknown_ != 0; }
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return (unknown_[policy / 64] >> (policy % 64) & 1U) != 0;
  }

 private:
  static constexpr std::size_t kAtOnce = 4;
  /// Of no bit at all: 63.
  static unsigned lowest(std::uint64_t word) {
    return static_cast<unsigned>(std::countr_zero(word | std::uint64_t{1} << 63));
  }
  /// std::popcount calls a function where the instruction is not a given.
  static std::size_t bits_in(std::uint64_t w) {
    w -= w >> 1 & 0x5555555555555555;
    w = (w & 0x3333333333333333) + (w >> 2 & 0x3333333333333333);
    return ((w + (w >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56;
  }
  const std::uint64_t* unknown_;
  std::uint64_t some_unknown_ = 0;
  std::size_t count_ = 0;
  std::uint16_t policies_[abi::kRowWordsMax * 64 + kAtOnce];
};

/// A list together with the question that only the index answers.
template <typename List, typename Fact>
struct Source {
  const List& list;
  Fact fact;
  template <typename F>
  void for_each(F f) const noexcept {
    list.for_each(f);
  }
  [[nodiscard]] bool some_unknown() const noexcept { return list.some_unknown(); }
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return list.is_unknown(policy);
  }
  [[nodiscard]] std::uint16_t unknown_fact(std::uint32_t policy) const noexcept {
    return fact(policy);
  }
};

}  // namespace

template <typename List>
void Index::conclude(const Bound& bound, const List& applied, Decision& out) const noexcept {
  const auto fact = [this, &bound](std::uint32_t policy) {
    return conditions_.unknown_fact(program_, program_.policies[policy].condition, bound.request);
  };
  const Source<List, decltype(fact)> source{applied, fact};
  if (!bound.standing.each_policy) {
    using Any = decltype(source);
    constexpr std::size_t kWords = kClausesMax / 64;
    const bool decided =
        decisions_.clause_count() <= 64
            ? Verdict<Any, 1>(decisions_, bound.facts, bound.standing, source).decide(out)
            : Verdict<Any, kWords>(decisions_, bound.facts, bound.standing, source).decide(out);
    if (decided) {
      return;
    }
  }
  DecisionMaker maker(decisions_, bound.facts);
  applied.for_each([&](std::uint32_t policy) {
    maker.apply(policy, applied.is_unknown(policy) ? fact(policy) : abi::kNoFact);
    return false;
  });
  out = maker.finish();
}

void Index::decide_by_rows(const Bound& bound, const abi::Entries& entries,
                           Decision& out) const noexcept {
  std::uint64_t applies[abi::kRowWordsMax];
  std::uint64_t unknown[abi::kRowWordsMax];
  if (entries.rows != nullptr) {
    entries.rows(&bound.request, &rows_->tables(), applies, unknown);
  } else {
    rows_->run(conditions_, bound.request, applies, unknown);
  }
  conclude(bound, RowList(applies, unknown, rows_->tables().words), out);
}

template <std::size_t kPolicies>
void Index::decide_by_postings(const Bound& bound, const abi::Entries& entries,
                               Decision& out) const noexcept {
  Applied::Storage<kPolicies> storage;
  Applied applied(storage, program_.policies.size());
  postings_->run(bound, conditions_, entries.residual, applied);
  conclude(bound, applied, out);
}

RequestFault Index::bind(const SignInRequest& request, Plan plan, Bound& out) const noexcept {
  const RequestFault fault = binding_.bind(request, plan, out);
  if (fault == RequestFault::kNone) {
    decisions_.stand(out.facts, out.standing);
    if (rows_ != nullptr) {
      rows_->admit(out.principals.keys, out.principals.count, out.principal_row);
      out.request.principal_row = out.principal_row;
    }
  }
  return fault;
}

void Index::decide(const Bound& bound, Decision& out) const noexcept {
  static constexpr abi::Entries kNoCode;
  const abi::Entries* code = code_.load(std::memory_order_acquire);
  const abi::Entries& entries = code == nullptr ? kNoCode : *code;
  constexpr std::size_t kSmall = 131'072;
  if (rows_ != nullptr) {
    decide_by_rows(bound, entries, out);
  } else if (program_.policies.size() <= kSmall) {
    decide_by_postings<kSmall>(bound, entries, out);
  } else {
    decide_by_postings<ir::kPoliciesMax>(bound, entries, out);
  }
}

Decision Index::decide(const SignInRequest& request, Plan plan) const noexcept {
  Decision decision;
  Bound bound;
  const RequestFault fault = bind(request, plan, bound);
  if (fault == RequestFault::kNone) {
    decide(bound, decision);
  } else {
    decision = rejected(fault);
  }
  return decision;
}

std::size_t Index::bytes() const {
  return binding_.bytes() + conditions_.bytes() + (rows_ ? rows_->bytes() : 0) +
         (postings_ ? postings_->bytes() : 0);
}

}  // namespace gate::index
