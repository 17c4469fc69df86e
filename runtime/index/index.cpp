#include "runtime/index/index.h"

#include "runtime/index/listed_policies.h"
#include "runtime/index/row_policies.h"
#include "runtime/index/verdict.h"

namespace gate::index {

Index::Index(const ir::Program& program, const DecisionTables& decisions, Layout layout)
    : program_(program),
      decisions_(decisions),
      narrow_(decisions.clause_count() <= 64),
      binding_(program),
      conditions_(program) {
  const bool by_rows = layout == Layout::kRows
                           ? program.policies.size() <= Rows::kPoliciesMax
                           : layout == Layout::kBySize && Rows::suits(program, binding_.features());
  if (by_rows) {
    rows_ = std::make_unique<Rows>(program, binding_.features(), conditions_);
    effect_rows_ = std::make_unique<EffectRows>(program, decisions.bits(), rows_->tables().words);
  } else {
    postings_ = std::make_unique<Postings>(program, binding_.features(), conditions_);
  }
  conditions_.forget_masks();
}

void Index::attach(const abi::Entries& entries) noexcept {
  attached_ = entries;
  code_.store(&attached_, std::memory_order_release);
}

template <std::size_t kWords, typename Source>
void Index::conclude(const Bound& bound, Source source, Decision& out) const noexcept {
  const auto fact = [this, &bound](std::uint32_t policy) {
    return conditions_.unknown_fact(program_, program_.policies[policy].condition, bound.request);
  };
  if (!bound.standing.each_policy &&
      Verdict<Source, decltype(fact), kWords>(decisions_, bound.facts, bound.standing, source, fact)
          .decide(out)) {
    return;
  }
  DecisionMaker maker(decisions_, bound.facts);
  source.for_each([&](std::uint32_t policy, const auto&) {
    maker.apply(policy, source.is_unknown(policy) ? fact(policy) : abi::kNoFact);
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
  const std::uint64_t words = rows_->tables().words;
  const EffectTable& effects = decisions_.bits();
  if (!narrow_) {
    conclude<kWide>(bound, RowPolicies<kWide, 0>(effects, *effect_rows_, applies, unknown, words),
                    out);
  } else if (words == 4) {
    conclude<1>(bound, RowPolicies<1, 4>(effects, *effect_rows_, applies, unknown, words), out);
  } else {
    conclude<1>(bound, RowPolicies<1, 0>(effects, *effect_rows_, applies, unknown, words), out);
  }
}

template <std::size_t kPolicies>
void Index::decide_by_postings(const Bound& bound, const abi::Entries& entries,
                               Decision& out) const noexcept {
  Applied::Storage<kPolicies> storage;
  Applied applied(storage, program_.policies.size());
  postings_->run(bound, conditions_, entries.residual, applied);
  if (narrow_) {
    conclude<1>(bound, ListedPolicies<1>(decisions_.bits(), applied), out);
  } else {
    conclude<kWide>(bound, ListedPolicies<kWide>(decisions_.bits(), applied), out);
  }
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
  Decision decision = kBlank;
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
  return binding_.bytes() + conditions_.bytes() +
         (rows_ ? rows_->bytes() + effect_rows_->bytes() : 0) +
         (postings_ ? postings_->bytes() : 0);
}

}  // namespace gate::index
