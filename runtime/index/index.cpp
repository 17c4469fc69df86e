#include "runtime/index/index.h"

#include <bit>

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

/// Hands the applying policies to the decision rules.
class Index::Verdict {
 public:
  Verdict(const Index& index, const Bound& bound)
      : index_(index), bound_(bound), maker_(index.decisions_, bound.facts) {}
  void apply(std::uint32_t policy, bool unknown) noexcept {
    std::uint16_t fact = abi::kNoFact;
    if (unknown) {
      // Only so many reasons are kept, so the facts behind further ones need not be looked for,
      // unless one of them would refuse access.
      const bool asked =
          unknowns_++ < Decision::kReasonsMax || index_.decisions_.refusing_fact() != abi::kNoFact;
      fact = asked
                 ? index_.conditions_.unknown_fact(
                       index_.program_, index_.program_.policies[policy].condition, bound_.request)
                 : abi::kNowFact;
    }
    maker_.apply(policy, fact);
  }
  [[nodiscard]] Decision finish() noexcept { return maker_.finish(); }

 private:
  const Index& index_;
  const Bound& bound_;
  DecisionMaker maker_;
  std::size_t unknowns_ = 0;
};

Decision Index::decide_by_rows(const Bound& bound, const abi::Entries& entries) const noexcept {
  std::uint64_t applies[abi::kRowWordsMax];
  std::uint64_t unknown[abi::kRowWordsMax];
  if (entries.rows != nullptr) {
    entries.rows(&bound.request, &rows_->tables(), applies, unknown);
  } else {
    rows_->run(conditions_, bound.request, applies, unknown);
  }
  Verdict verdict(*this, bound);
  for (std::uint64_t w = 0; w < rows_->tables().words; ++w) {
    for (std::uint64_t rest = applies[w]; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      verdict.apply(static_cast<std::uint32_t>(w * 64 + bit), (unknown[w] >> bit & 1U) != 0);
    }
  }
  return verdict.finish();
}

template <std::size_t kPolicies>
Decision Index::decide_by_postings(const Bound& bound, const abi::Entries& entries) const noexcept {
  Applied::Storage<kPolicies> storage;
  Applied applied(storage, program_.policies.size());
  postings_->run(bound.request, conditions_, entries.residual, applied);
  Verdict verdict(*this, bound);
  applied.for_each(
      [&verdict](std::uint32_t policy, bool unknown) { verdict.apply(policy, unknown); });
  return verdict.finish();
}

Decision Index::decide(const Bound& bound) const noexcept {
  static constexpr abi::Entries kNoCode;
  const abi::Entries* code = code_.load(std::memory_order_acquire);
  const abi::Entries& entries = code == nullptr ? kNoCode : *code;
  if (rows_ != nullptr) {
    return decide_by_rows(bound, entries);
  }
  constexpr std::size_t kSmall = 131'072;
  return program_.policies.size() <= kSmall ? decide_by_postings<kSmall>(bound, entries)
                                            : decide_by_postings<ir::kPoliciesMax>(bound, entries);
}

Decision Index::decide(const SignInRequest& request, Plan plan) const noexcept {
  Bound bound;
  const RequestFault fault = binding_.bind(request, plan, bound);
  return fault == RequestFault::kNone ? decide(bound) : rejected(fault);
}

std::size_t Index::bytes() const {
  return binding_.bytes() + conditions_.bytes() + (rows_ ? rows_->bytes() : 0) +
         (postings_ ? postings_->bytes() : 0);
}

}  // namespace gate::index
