#include <bit>

#include "runtime/index/applied.h"
#include "runtime/index/index.h"

namespace gate::index {

template <std::size_t kPolicies, typename Each>
void Index::applied_by_postings(const Bound& bound, const abi::Entries& entries, Each each) const {
  Applied::Storage<kPolicies> storage;
  Applied applied(storage, condition_of_.size());
  postings_->run(bound, conditions_, entries.residual, applied);
  applied.for_each([&](std::uint32_t policy) {
    each(policy, applied.is_unknown(policy));
    return false;
  });
}

void Index::applied(const Bound& bound, std::vector<AppliedPolicy>& out) const {
  static constexpr abi::Entries kNoCode;
  const abi::Entries* code = code_.load(std::memory_order_acquire);
  const abi::Entries& entries = code == nullptr ? kNoCode : *code;
  const auto add = [&](std::uint32_t policy, bool unknown) {
    AppliedPolicy& each = out.emplace_back();
    each.policy = policy;
    each.unknown = unknown;
    if (unknown) {
      const ir::ExprId condition = condition_of_[policy];
      each.fact = conditions_.unknown_fact(program_, condition, bound.request);
    }
  };
  if (rows_ == nullptr) {
    constexpr std::size_t kSmall = 131'072;
    condition_of_.size() <= kSmall ? applied_by_postings<kSmall>(bound, entries, add)
                                   : applied_by_postings<ir::kPoliciesMax>(bound, entries, add);
    return;
  }
  std::uint64_t applies[abi::kRowWordsMax];
  std::uint64_t unknown[abi::kRowWordsMax];
  if (entries.rows != nullptr) {
    entries.rows(&bound.request, &rows_->tables(), applies, unknown);
  } else {
    rows_->run(conditions_, bound.request, entries.residual, applies, unknown);
  }
  std::size_t count = 0;
  for (std::uint64_t w = 0; w < rows_->tables().words; ++w) {
    count += static_cast<std::size_t>(std::popcount(applies[w]));
  }
  out.reserve(out.size() + count);
  for (std::uint64_t w = 0; w < rows_->tables().words; ++w) {
    for (std::uint64_t rest = applies[w]; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      add(static_cast<std::uint32_t>(w * 64 + bit), (unknown[w] >> bit & 1U) != 0);
    }
  }
}

}  // namespace gate::index
