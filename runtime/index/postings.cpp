#include "runtime/index/postings.h"

#include <algorithm>
#include <bit>
#include <span>

#include "runtime/index/postings_builder.h"

namespace gate::index {

Postings::Postings(const ir::Program& program, const Features& features,
                   const Conditions& conditions) {
  PostingsBuilder(program, features, conditions, *this).build();
}

/// The principals and targets of a request, for "is it one of these": a small filter before the
/// list itself.
class Postings::Present {
 public:
  explicit Present(const Bound& bound)
      : principals_(bound.principals.keys, bound.principals.count),
        targets_(bound.request.target_keys, bound.request.target_count) {
    for (const std::uint32_t key : principals_) {
      const std::uint32_t bit = mixed(key) % kBits;
      filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  }
  [[nodiscard]] bool principal(std::span<const std::uint32_t> any_of) const {
    return std::any_of(any_of.begin(), any_of.end(), [this](std::uint32_t key) {
      const std::uint32_t bit = mixed(key) % kBits;
      return (filter_[bit / 64] >> (bit % 64) & 1U) != 0 &&
             std::find(principals_.begin(), principals_.end(), key) != principals_.end();
    });
  }
  [[nodiscard]] bool target(std::span<const std::uint32_t> any_of) const {
    return std::find_first_of(any_of.begin(), any_of.end(), targets_.begin(), targets_.end()) !=
           any_of.end();
  }

 private:
  static constexpr std::uint32_t kBits = 2048;
  std::uint64_t filter_[kBits / 64] = {};
  std::span<const std::uint32_t> principals_;
  std::span<const std::uint32_t> targets_;
};

/// One request on its way through the lists.
struct Postings::Run {
  const abi::BoundRequest& request;
  const Conditions& conditions;
  abi::ResidualKernel code;
  Applied& applied;
  Present present;
};

const Postings::List* Postings::find(std::uint32_t target, std::uint32_t principal) const noexcept {
  const std::size_t mask = pairs_.size() - 1;
  for (std::size_t at = pair_hash(target, principal) & mask;; at = (at + 1) & mask) {
    const Pair& pair = pairs_[at];
    if (pair.target == target && pair.principal == principal) {
      return &lists_[pair.list];
    }
    if (pair.target == kNone) {
      return nullptr;
    }
  }
}

void Postings::check(const Ref& ref, Run& run) const noexcept {
  if (ref.check == 0) {
    run.applied.add(ref.policy, false);
    return;
  }
  const Check& c = checks_[ref.check];
  const auto keys = [this](std::uint32_t begin, std::uint32_t end) {
    return std::span(keys_).subspan(begin, end - begin);
  };
  const auto included_principals = keys(c.included_principals, c.included_targets);
  const auto included_targets = keys(c.included_targets, c.end);
  if (run.present.principal(keys(c.excluded_principals, c.excluded_targets)) ||
      run.present.target(keys(c.excluded_targets, c.included_principals)) ||
      (!included_principals.empty() && !run.present.principal(included_principals)) ||
      (!included_targets.empty() && !run.present.target(included_targets))) {
    return;
  }
  std::uint32_t truth = abi::kTrue;
  if (c.residual != Conditions::kNoResidual) {
    const abi::Residual& residual = run.conditions.residuals()[c.residual];
    truth = run.code == nullptr
                ? run.conditions.truth(residual, run.request)
                : run.code(&run.request, &residual, run.conditions.constants().data(),
                           &run.conditions.calls());
  }
  if (truth != abi::kFalse) {
    run.applied.add(ref.policy, truth == abi::kUnknown);
  }
}

void Postings::scan_blocks(const List& list, Run& run) const noexcept {
  const std::uint64_t bits = (run.request.context & context_fields_) |
                             (run.request.context & (abi::kEnforcedPlan | abi::kReportPlan));
  constexpr std::size_t kBlock = 64 * kBlockWords;
  const std::uint64_t* block = blocks_.data() + list.masks * kBlock;
  for (std::uint32_t first = 0; first < list.count;
       first += static_cast<std::uint32_t>(kBlockPolicies), block += kBlock) {
    std::uint64_t pass[kBlockWords];
    std::fill_n(pass, kBlockWords, ~std::uint64_t{0});
    for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) {
      const std::uint64_t* row =
          block + static_cast<std::size_t>(std::countr_zero(rest)) * kBlockWords;
      for (std::size_t w = 0; w < kBlockWords; ++w) {
        pass[w] &= row[w];
      }
    }
    for (std::size_t w = 0; w < kBlockWords; ++w) {
      for (std::uint64_t rest = pass[w]; rest != 0; rest &= rest - 1) {
        const std::size_t column = w * 64 + static_cast<unsigned>(std::countr_zero(rest));
        check(refs_[list.refs + first + column], run);
      }
    }
  }
}

void Postings::scan(const List& list, Run& run) const noexcept {
  if (list.count >= kBlocksFrom) {
    scan_blocks(list, run);
    return;
  }
  const std::uint64_t* masks = masks_.data() + list.masks;
  for (std::uint32_t i = 0; i < list.count; ++i) {
    if ((run.request.context & ~masks[i]) == 0) {
      check(refs_[list.refs + i], run);
    }
  }
}

void Postings::run(const Bound& bound, const Conditions& conditions, abi::ResidualKernel code,
                   Applied& applied) const noexcept {
  const abi::BoundRequest& request = bound.request;
  Run run{request, conditions, code, applied, Present(bound)};
  const std::span principals(bound.principals.keys, bound.principals.count);
  const auto look = [this, &run, principals](std::uint32_t target, std::uint32_t filter) {
    const auto scan_pair = [this, &run, target, filter](std::uint32_t principal) {
      if (may_have(filter, principal)) {
        if (const List* list = find(target, principal)) {
          scan(*list, run);
        }
      }
    };
    for (const std::uint32_t principal : principals) {
      scan_pair(principal);
    }
    scan_pair(kAny);
  };
  for (std::uint32_t t = 0; t < request.target_count; ++t) {
    look(request.target_keys[t], request.target_keys[t]);
  }
  look(kAny, static_cast<std::uint32_t>(filters_.size() - 1));
}

std::size_t Postings::bytes() const {
  return pairs_.size() * sizeof(Pair) + filters_.size() * sizeof(Filter) +
         lists_.size() * sizeof(List) + refs_.size() * sizeof(Ref) +
         checks_.size() * sizeof(Check) + keys_.size() * 4 +
         (filter_bits_.size() + masks_.size() + blocks_.size()) * 8;
}

}  // namespace gate::index
