#include "runtime/index/postings.h"

#include <algorithm>
#include <bit>
#include <span>

#include "runtime/index/open_addressing.h"
#include "runtime/index/postings_builder.h"

namespace gate::index {

Postings::Postings(const ir::Program& program, const Features& features,
                   const Conditions& conditions) {
  PostingsBuilder(program, features, conditions, *this).build();
}

/// One request on its way through the lists: all lists are read before the first policy is checked,
/// so that memory is waited for once a step and not once a policy.
struct Postings::Run {
  static constexpr std::uint32_t kHitsAtOnce = 128;

  Run(const Bound& whose, const Conditions& all_conditions, abi::ResidualKernel kernel,
      Applied& out) noexcept
      : bound(whose), conditions(all_conditions), code(kernel), applied(out) {}

  const Bound& bound;
  const Conditions& conditions;
  abi::ResidualKernel code;
  Applied& applied;
  std::uint32_t hit_count = 0;
  const Entry* hits[kHitsAtOnce + kBlocksFrom];  ///< whose context mask lets the request through
};

bool Postings::has_principal(const Bound& bound, std::span<const std::uint32_t> any_of) noexcept {
  const std::uint32_t* begin = bound.principals.keys;
  const std::uint32_t* end = begin + bound.principals.count;
  return std::any_of(any_of.begin(), any_of.end(), [&](std::uint32_t key) {
    const std::uint32_t bit = mixed(key) % BoundLists::kFilterBits;
    return (bound.lists.principals[bit / 64] >> (bit % 64) & 1U) != 0 &&
           std::find(begin, end, key) != end;
  });
}

bool Postings::has_target(const Bound& bound, std::span<const std::uint32_t> any_of) noexcept {
  const std::uint32_t* begin = bound.request.target_keys;
  const std::uint32_t* end = begin + bound.request.target_count;
  return std::find_first_of(any_of.begin(), any_of.end(), begin, end) != any_of.end();
}

void Postings::check(const Entry& entry, Run& run) const noexcept {
  const Check& c = checks_[entry.check & ~kMore];
  const auto keys = [this](std::uint32_t begin, std::uint32_t end) {
    return std::span(keys_).subspan(begin, end - begin);
  };
  if ((c.excluded & run.bound.lists.signature) != 0 &&
      (has_principal(run.bound, keys(c.excluded_principals, c.excluded_targets)) ||
       has_target(run.bound, keys(c.excluded_targets, c.included_principals)))) {
    return;
  }
  const auto included_principals = keys(c.included_principals, c.included_targets);
  const auto included_targets = keys(c.included_targets, c.end);
  if ((!included_principals.empty() && !has_principal(run.bound, included_principals)) ||
      (!included_targets.empty() && !has_target(run.bound, included_targets))) {
    return;
  }
  std::uint32_t truth = abi::kTrue;
  if (c.residual != Conditions::kNoResidual) {
    const abi::Residual& residual = run.conditions.residuals()[c.residual];
    truth = run.conditions.truth(residual, run.bound.request, run.code);
  }
  if (truth != abi::kFalse) {
    run.applied.add(entry.policy, truth == abi::kUnknown);
  }
}

/// Adds the policies among the hits that apply. What is written without a branch is written either
/// way: which hit is which kind is different in every request, and a wrong guess costs more.
void Postings::settle(Run& run) const noexcept {
  const std::uint64_t signature = run.bound.lists.signature;
  std::uint32_t plain[Run::kHitsAtOnce + kBlocksFrom];
  std::uint32_t plain_count = 0;
  std::uint32_t check_count = 0;
  const Check* const checks = checks_.data();
  const std::uint32_t hit_count = run.hit_count;
  for (std::uint32_t i = 0; i < hit_count; ++i) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): scan() has set the first hit_count
    __builtin_prefetch(checks + (run.hits[i]->check & ~kMore));
  }
  for (std::uint32_t i = 0; i < hit_count; ++i) {
    const Entry* entry = run.hits[i];
    const bool more =
        ((checks[entry->check & ~kMore].excluded & signature) != 0) | (entry->check >= kMore);
    run.hits[check_count] = entry;
    check_count += std::uint32_t{more};
    plain[plain_count] = entry->policy;
    plain_count += std::uint32_t{!more};
  }
  run.hit_count = 0;
  run.applied.add(plain, plain_count);
  for (std::uint32_t i = 0; i < check_count; ++i) {
    check(*run.hits[i], run);
  }
}

void Postings::scan_blocks(const LongList& list, Run& run) const noexcept {
  const std::uint64_t context = run.bound.request.context;
  const std::uint64_t bits = context & (context_fields_ | abi::kEnforcedPlan | abi::kReportPlan);
  constexpr std::size_t kBlock = 64 * kBlockWords;
  const std::uint64_t* block = blocks_.data() + list.block * kBlock;
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
      const Entry* entries = entries_.data() + list.first + first + w * 64;
      std::uint32_t hits = run.hit_count;
      for (std::uint64_t rest = pass[w]; rest != 0; rest &= rest - 1) {
        run.hits[hits++] = entries + std::countr_zero(rest);
      }
      run.hit_count = hits;
      if (hits >= Run::kHitsAtOnce) {
        settle(run);
      }
    }
  }
}

void Postings::scan(const Pair& pair, Run& run) const noexcept {
  if (pair.count == kLong) {
    scan_blocks(long_lists_[pair.first], run);
    return;
  }
  const std::uint64_t context = run.bound.request.context;
  const Entry* entries = entries_.data() + pair.first;
  std::uint32_t hits = run.hit_count;
  for (std::uint32_t e = 0; e < pair.count; ++e) {
    run.hits[hits] = entries + e;
    hits += std::uint32_t{(context & ~entries[e].mask) == 0};
  }
  run.hit_count = hits;
  if (hits >= Run::kHitsAtOnce) {
    settle(run);
  }
}

template <typename F>
void Postings::look_up(const Probe* probes, std::uint32_t count, F f) const noexcept {
  const std::size_t slots = pairs_.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    const Probe& probe = probes[i];
    for (std::size_t at = first_slot(pair_hash(probe.target, probe.principal), slots);;
         at = next_slot(at, slots)) {
      const Pair& pair = pairs_[at];
      if (pair.target == probe.target && pair.principal == probe.principal) {
        if (pair.count != kLong) {
          __builtin_prefetch(&entries_[pair.first]);
        }
        f(static_cast<std::uint32_t>(at));
        break;
      }
      if (pair.target == kNone) {
        break;
      }
    }
  }
}

/// f(index in pairs_) for every list that the request is to be held against.
template <typename F>
void Postings::for_each_list(const Bound& bound, F f) const noexcept {
  constexpr std::uint32_t kAtOnce = 64;
  Probe probes[kAtOnce];
  std::uint32_t count = 0;
  const std::span principals(bound.principals.keys, bound.principals.count);
  const auto look = [&](std::uint32_t target, std::uint32_t filter) {
    const auto probe = [&](std::uint32_t principal) {
      if (!may_have(filter, principal)) {
        return;
      }
      if (count == kAtOnce) {
        look_up(probes, count, f);
        count = 0;
      }
      __builtin_prefetch(&pairs_[first_slot(pair_hash(target, principal), pairs_.size())]);
      probes[count++] = {target, principal};
    };
    for (const std::uint32_t principal : principals) {
      probe(principal);
    }
    probe(kAny);
  };
  for (std::uint32_t t = 0; t < bound.request.target_count; ++t) {
    look(bound.request.target_keys[t], bound.request.target_keys[t]);
  }
  look(kAny, static_cast<std::uint32_t>(filters_.size() - 1));
  look_up(probes, count, f);
}

void Postings::find_lists(Bound& bound) const noexcept {
  BoundLists& out = bound.lists;
  std::uint32_t found = 0;
  for_each_list(bound, [&out, &found](std::uint32_t list) {
    out.lists[std::min(found, BoundLists::kMax - 1)] = list;
    found = std::min(found + 1, BoundLists::kMax + 1);
  });
  out.count = found;
  std::fill(std::begin(out.principals), std::end(out.principals), 0);
  std::uint64_t signature = 0;
  const auto sign = [&signature](std::uint8_t bit) {
    signature |= bit == kNotExcluded ? 0 : std::uint64_t{1} << bit;
  };
  for (std::uint32_t i = 0; i < bound.principals.count; ++i) {
    const std::uint32_t key = bound.principals.keys[i];
    const std::uint32_t bit = mixed(key) % BoundLists::kFilterBits;
    out.principals[bit / 64] |= std::uint64_t{1} << (bit % 64);
    sign(principal_bits_[key]);
  }
  for (std::uint32_t i = 0; i < bound.request.target_count; ++i) {
    sign(target_bits_[bound.request.target_keys[i]]);
  }
  out.signature = signature;
}

void Postings::run(const Bound& bound, const Conditions& conditions, abi::ResidualKernel code,
                   Applied& applied) const noexcept {
  Run run(bound, conditions, code, applied);
  const auto scan_list = [this, &run](std::uint32_t list) { scan(pairs_[list], run); };
  if (bound.lists.count <= BoundLists::kMax) {
    std::for_each_n(bound.lists.lists, bound.lists.count, scan_list);
  } else {
    for_each_list(bound, scan_list);
  }
  settle(run);
}

std::size_t Postings::bytes() const {
  return pairs_.size() * sizeof(Pair) + filters_.size() * sizeof(Filter) +
         entries_.size() * sizeof(Entry) + long_lists_.size() * sizeof(LongList) +
         checks_.size() * sizeof(Check) + keys_.size() * 4 +
         (filter_bits_.size() + blocks_.size()) * 8 + principal_bits_.size() + target_bits_.size();
}

}  // namespace gate::index
