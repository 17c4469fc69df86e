#include "runtime/index/index.h"

#include <type_traits>

#include "runtime/index/listed_policies.h"
#include "runtime/index/policy_combiner.h"
#include "runtime/index/row_policies.h"

namespace gate::index {

constinit const Decision kBlank;

void Index::attach(const abi::Entries& entries) noexcept {
  attached_ = entries;
  code_.store(&attached_, std::memory_order_release);
}

std::uint16_t Index::unknown_fact(const Bound& bound, std::uint32_t policy) const noexcept {
  return conditions_.unknown_fact(program_, condition_of_[policy], bound.request);
}

template <std::size_t kWords, typename Source, typename Answer>
[[gnu::always_inline]] inline void Index::combine(const Bound& bound, Source source,
                                                  Answer& out) const noexcept {
  if (!bound.status.each_policy) {
    const auto fact = [this, &bound](std::uint32_t policy) { return unknown_fact(bound, policy); };
    PolicyCombiner<Source, decltype(fact), kWords> combiner(decisions_, bound.facts, bound.status,
                                                            source, fact);
    if (combiner.decide(out)) {
      return;
    }
  }
  combine_each(bound, Source(source), out);  // a copy: `source` itself stays in registers
}

template <typename Source, typename Answer>
[[gnu::noinline]] void Index::combine_each(const Bound& bound, const Source& source,
                                           Answer& out) const noexcept {
  DecisionMaker maker(decisions_, bound.facts);
  if (decisions_.may_displace(bound.facts)) {
    source.for_each([&maker](std::uint32_t policy) { maker.look_for_strengths(policy); });
  }
  source.for_each([&](std::uint32_t policy) {
    maker.apply(policy, source.is_unknown(policy) ? unknown_fact(bound, policy) : abi::kNoFact);
  });
  if constexpr (std::is_same_v<Answer, Decision>) {
    out = maker.finish();
  } else {
    out = verdict_of(maker.finish());
  }
}

/// The functions that decide by rows, of whatever width.
template <typename Answer>
struct Index::ByRows {
  template <std::size_t kClauseWords, std::size_t kRowWords, bool kCounts>
  [[gnu::always_inline]] static void decide(const Index& index, const Bound& bound,
                                            const abi::Entries& entries, Answer& out) noexcept {
    using Policies = RowPolicies<kClauseWords, kRowWords, kCounts>;
    std::uint64_t applies[Policies::kRowWordsMax];
    std::uint64_t unknown[Policies::kRowWordsMax];
    const Rows& rows = *index.rows_;
    if (entries.rows != nullptr) {
      entries.rows(&bound.request, &rows.tables(), applies, unknown);
    } else {
      rows.run(index.conditions_, bound.request, entries.residual, applies, unknown);
    }
    index.combine<kClauseWords>(bound,
                                Policies(index.decisions_.bits(), *index.effect_rows_, applies,
                                         unknown, rows.tables().words),
                                out);
  }
  /// For any processor.
  template <std::size_t kClauseWords, std::size_t kRowWords>
  static void plain(const Index& index, const Bound& bound, const abi::Entries& entries,
                    Answer& out) noexcept {
    decide<kClauseWords, kRowWords, false>(index, bound, entries, out);
  }
#if defined(__x86_64__)
  /// For one that Rows::can_be_wide() speaks of.
  template <std::size_t kClauseWords, std::size_t kRowWords>
  [[gnu::target("avx2,bmi,bmi2,popcnt")]] static void wide(const Index& index, const Bound& bound,
                                                           const abi::Entries& entries,
                                                           Answer& out) noexcept {
    decide<kClauseWords, kRowWords, true>(index, bound, entries, out);
  }
#endif
  static DecideByRows<Answer> which(bool narrow, const Rows& rows) noexcept {
#if defined(__x86_64__)
    if (rows.is_wide()) {
      return !narrow ? wide<kWide, 0> : rows.tables().words == 4 ? wide<1, 4> : wide<1, 0>;
    }
#endif
    return !narrow ? plain<kWide, 0> : rows.tables().words == 4 ? plain<1, 4> : plain<1, 0>;
  }
};

Index::Index(const ir::Program& program, const DecisionTables& decisions, Options options)
    : program_(program),
      decisions_(decisions),
      narrow_(decisions.clause_count() <= 64),
      each_policy_(!options.early_stop),
      binding_(program),
      conditions_(program) {
  const Layout layout = options.layout;
  const bool by_rows = layout == Layout::kRows
                           ? program.policies.size() <= Rows::kPoliciesMax
                           : layout == Layout::kBySize && Rows::suits(program, binding_.features());
  if (by_rows) {
    rows_ = std::make_unique<Rows>(program, binding_.features(), conditions_, options.wide);
    effect_rows_ = std::make_unique<EffectRows>(program, decisions.bits(), rows_->tables().words);
    decide_by_rows_ = ByRows<Decision>::which(narrow_, *rows_);
    outcome_by_rows_ = ByRows<Verdict>::which(narrow_, *rows_);
  } else {
    postings_ = std::make_unique<Postings>(program, binding_.features(), conditions_);
    conditions_.forget_residuals();
  }
  conditions_.forget_masks();
  condition_of_.reserve(program.policies.size());
  for (const ir::Policy& policy : program.policies) {
    condition_of_.push_back(policy.condition);
  }
}

template <std::size_t kPolicies, typename Answer>
void Index::decide_by_postings(const Bound& bound, const abi::Entries& entries,
                               Answer& out) const noexcept {
  Applied::Storage<kPolicies> storage;
  Applied applied(storage, condition_of_.size());
  postings_->run(bound, conditions_, entries.residual, applied);
  if (narrow_) {
    combine<1>(bound, ListedPolicies<1>(decisions_.bits(), applied), out);
  } else {
    combine<kWide>(bound, ListedPolicies<kWide>(decisions_.bits(), applied), out);
  }
}

template <typename Request>
RequestFault Index::bind(const Request& request, const BoundPrincipal* who, Plan plan,
                         Bound& out) const noexcept {
  const RequestFault fault = binding_.bind(request, who, plan, out);
  if (fault != RequestFault::kNone) {
    return fault;
  }
  decisions_.status_of(out.facts, out.status);
  out.status.each_policy |= each_policy_;
  if (rows_ != nullptr && who == nullptr) {
    rows_->admit(out.principals.keys, out.principals.count, out.principal_row);
    out.request.principal_row = out.principal_row;
  } else if (rows_ != nullptr) {
    out.request.principal_row = who->row.data();
  } else {
    postings_->find_lists(out);
  }
  return RequestFault::kNone;
}

void Index::bind_principal(const SignInRequest& request, PrincipalRoom& out) const noexcept {
  binding_.bind_principal(request, out);
  if (rows_ != nullptr) {
    rows_->admit(out.keys, static_cast<std::uint32_t>(out.bound.keys.size()), out.row);
    out.bound.row = {out.row, rows_->tables().words};
  }
}

template <typename Answer>
void Index::decide(const Bound& bound, Answer& out) const noexcept {
  static constexpr abi::Entries kNoCode;
  const abi::Entries* code = code_.load(std::memory_order_acquire);
  const abi::Entries& entries = code == nullptr ? kNoCode : *code;
  constexpr std::size_t kSmall = 131'072;
  if (rows_ != nullptr) {
    if constexpr (std::is_same_v<Answer, Decision>) {
      decide_by_rows_(*this, bound, entries, out);
    } else {
      outcome_by_rows_(*this, bound, entries, out);
    }
  } else if (condition_of_.size() <= kSmall) {
    decide_by_postings<kSmall>(bound, entries, out);
  } else {
    decide_by_postings<ir::kPoliciesMax>(bound, entries, out);
  }
}

template <typename Request, typename Answer>
void Index::decide(const Request& request, const BoundPrincipal* who, Plan plan,
                   Answer& out) const noexcept {
  Bound bound;
  const RequestFault fault = bind(request, who, plan, bound);
  if (fault == RequestFault::kNone) {
    decide(bound, out);
  } else if constexpr (std::is_same_v<Answer, Decision>) {
    out = rejected(fault);
  } else {
    out = verdict_of(rejected(fault));
  }
}

Decision Index::decide(const SignInRequest& request, Plan plan) const noexcept {
  Decision decision = kBlank;
  decide(request, nullptr, plan, decision);
  return decision;
}

template RequestFault Index::bind(const SignInRequest&, const BoundPrincipal*, Plan,
                                  Bound&) const noexcept;
template RequestFault Index::bind(const InternedRequest&, const BoundPrincipal*, Plan,
                                  Bound&) const noexcept;
template void Index::decide(const Bound&, Decision&) const noexcept;
template void Index::decide(const Bound&, Verdict&) const noexcept;
template void Index::decide(const SignInRequest&, const BoundPrincipal*, Plan,
                            Decision&) const noexcept;
template void Index::decide(const SignInRequest&, const BoundPrincipal*, Plan,
                            Verdict&) const noexcept;
template void Index::decide(const InternedRequest&, const BoundPrincipal*, Plan,
                            Decision&) const noexcept;
template void Index::decide(const InternedRequest&, const BoundPrincipal*, Plan,
                            Verdict&) const noexcept;

std::size_t Index::bytes() const {
  return binding_.bytes() + conditions_.bytes() + condition_of_.capacity() * sizeof(ir::ExprId) +
         (rows_ ? rows_->bytes() + effect_rows_->bytes() : 0) +
         (postings_ ? postings_->bytes() : 0);
}

}  // namespace gate::index
