#include "runtime/index/postings_builder.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "runtime/index/open_addressing.h"
#include "runtime/ir/context.h"

namespace gate::index {
namespace {

std::uint64_t pair_of(std::uint32_t target, std::uint32_t principal) {
  return std::uint64_t{target} << 32 | principal;
}

}  // namespace

void PostingsBuilder::build() {
  out_.checks_.emplace_back();  // 0: nothing to check
  number_excluded();
  for (std::uint32_t i = 0; i < program_.policies.size(); ++i) {
    if (program_.policies[i].state != PolicyState::kOff && conditions_.context_mask(i) != 0) {
      add(i);
    }
  }
  lay_out_lists();
  index_pairs();
  give_room_back();
}

/// The keys that most policies exclude get a bit of their own, the others share the rest.
void PostingsBuilder::number_excluded() {
  struct Count {
    std::uint32_t policies = 0;
    std::uint8_t* bit = nullptr;
  };
  out_.principal_bits_.assign(features_.principal_keys(), Postings::kNotExcluded);
  out_.target_bits_.assign(features_.target_keys(), Postings::kNotExcluded);
  std::vector<Count> counts(out_.principal_bits_.size() + out_.target_bits_.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i].bit = i < out_.principal_bits_.size()
                        ? &out_.principal_bits_[i]
                        : &out_.target_bits_[i - out_.principal_bits_.size()];
  }
  for (const ir::Policy& policy : program_.policies) {
    if (policy.state == PolicyState::kOff) {
      continue;  // its names have no keys
    }
    for (const std::uint32_t key : keys_of(policy.exclude)) {
      ++counts[key].policies;
    }
    for (const std::uint32_t key : keys_of(policy.exclude_targets)) {
      ++counts[out_.principal_bits_.size() + key].policies;
    }
  }
  std::stable_sort(counts.begin(), counts.end(),
                   [](const Count& a, const Count& b) { return a.policies > b.policies; });
  constexpr std::size_t kBits = 64;
  constexpr std::size_t kOwn = 32;
  for (std::size_t i = 0; i < counts.size() && counts[i].policies > 0; ++i) {
    *counts[i].bit = static_cast<std::uint8_t>(i < kOwn ? i : kOwn + (i - kOwn) % (kBits - kOwn));
  }
}

/// Tables grow by doubling, and are kept for as long as the set is.
void PostingsBuilder::give_room_back() {
  out_.filters_.shrink_to_fit();
  out_.filter_bits_.shrink_to_fit();
  out_.long_lists_.shrink_to_fit();
  out_.blocks_.shrink_to_fit();
  out_.checks_.shrink_to_fit();
  out_.keys_.shrink_to_fit();
}

PostingsBuilder::Keys PostingsBuilder::keys_of(const ir::PrincipalSet& set) const {
  Keys keys;
  for (const Feature f : features_.of(set)) {
    keys.push_back(features_.key(f));
  }
  return keys;
}
PostingsBuilder::Keys PostingsBuilder::keys_of(const ir::TargetSet& set) const {
  Keys keys;
  for (const Feature f : features_.of(set)) {
    keys.push_back(features_.key(f));
  }
  return keys;
}

/// The keys to stand under: what "all users" contains is left out; service principals are not in
/// it.
PostingsBuilder::Keys PostingsBuilder::anchors(const ir::PrincipalSet& set) const {
  if (!set.all_users) {
    return keys_of(set);
  }
  ir::PrincipalSet rest;
  rest.all_users = true;
  rest.all_service_principals = set.all_service_principals;
  std::copy_if(set.members.begin(), set.members.end(), std::back_inserter(rest.members),
               [this](ir::SymbolId id) {
                 return program_.symbols[id].kind == ir::SymbolKind::kServicePrincipal;
               });
  return keys_of(rest);
}
/// What "all targets" contains is left out.
PostingsBuilder::Keys PostingsBuilder::anchors_of_targets(const ir::Policy& policy) const {
  if (!policy.include_targets.all) {
    return keys_of(policy.include_targets);
  }
  ir::Policy every = policy;
  every.include_targets.members.clear();
  Keys keys;
  for (const Feature feature : features_.targets_of(program_, every)) {
    keys.push_back(features_.key(feature));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void PostingsBuilder::add(std::uint32_t policy) {
  const ir::Policy& p = program_.policies[policy];
  Keys principals = anchors(p.include);
  Keys targets = anchors_of_targets(p);
  if (principals.empty() || targets.empty()) {
    return;  // no user, or no target: never applies
  }
  Keys check_principals;
  Keys check_targets;
  if (principals.size() * targets.size() > kPairsMax) {
    if (principals.size() > targets.size()) {
      check_principals = std::exchange(principals, {Postings::kAny});
    } else {
      check_targets = std::exchange(targets, {Postings::kAny});
    }
  }
  Postings::Entry entry;
  entry.policy = policy;
  entry.mask = conditions_.context_mask(policy);
  add_check(p, check_principals, check_targets, conditions_.residual_of(policy), entry);
  for (const std::uint32_t target : targets) {
    for (const std::uint32_t principal : principals) {
      placed_.push_back({pair_of(target, principal), entry});
    }
  }
  const std::uint64_t forbidden = ~entry.mask;
  for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
    const std::uint64_t field = ir::context_field(static_cast<ir::ContextFact>(f)).mask();
    if ((forbidden & field) != 0) {
      out_.context_fields_ |= field;
    }
  }
}

void PostingsBuilder::add_check(const ir::Policy& policy, const Keys& included_principals,
                                const Keys& included_targets, std::uint32_t residual,
                                Postings::Entry& entry) {
  const Keys excluded_principals = keys_of(policy.exclude);
  const Keys excluded_targets = keys_of(policy.exclude_targets);
  Keys all{residual};
  for (const Keys* keys :
       {&excluded_principals, &excluded_targets, &included_principals, &included_targets}) {
    all.push_back(static_cast<std::uint32_t>(keys->size()));
    all.insert(all.end(), keys->begin(), keys->end());
  }
  if (all == Keys{Conditions::kNoResidual, 0, 0, 0, 0}) {
    return;
  }
  const auto [it, fresh] =
      check_ids_.try_emplace(all, static_cast<std::uint32_t>(out_.checks_.size()));
  if (fresh) {
    Postings::Check check;
    for (const std::uint32_t key : excluded_principals) {
      check.excluded |= std::uint64_t{1} << out_.principal_bits_[key];
    }
    for (const std::uint32_t key : excluded_targets) {
      check.excluded |= std::uint64_t{1} << out_.target_bits_[key];
    }
    const auto append = [this](const Keys& keys) {
      const auto begin = static_cast<std::uint32_t>(out_.keys_.size());
      out_.keys_.insert(out_.keys_.end(), keys.begin(), keys.end());
      return begin;
    };
    check.excluded_principals = append(excluded_principals);
    check.excluded_targets = append(excluded_targets);
    check.included_principals = append(included_principals);
    check.included_targets = append(included_targets);
    check.end = static_cast<std::uint32_t>(out_.keys_.size());
    check.residual = residual;
    out_.checks_.push_back(check);
  }
  const bool more = residual != Conditions::kNoResidual || !included_principals.empty() ||
                    !included_targets.empty();
  entry.check = it->second | (more ? Postings::kMore : 0);
}

void PostingsBuilder::lay_out_lists() {
  std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.pair, a.entry.policy) < std::tie(b.pair, b.entry.policy);
  });
  out_.entries_.reserve(placed_.size());
  for (std::size_t i = 0; i < placed_.size();) {
    const std::uint64_t pair = placed_[i].pair;
    const auto first = static_cast<std::uint32_t>(out_.entries_.size());
    for (; i < placed_.size() && placed_[i].pair == pair; ++i) {
      out_.entries_.push_back(placed_[i].entry);
    }
    Postings::Pair& list = lists_.emplace_back(
        list_of(first, static_cast<std::uint32_t>(out_.entries_.size()) - first));
    list.target = static_cast<std::uint32_t>(pair >> 32);
    list.principal = static_cast<std::uint32_t>(pair);
  }
  decltype(placed_)().swap(placed_);  // `= {}` would keep the room
}

Postings::Pair PostingsBuilder::list_of(std::uint32_t first, std::uint32_t count) {
  if (count < Postings::kBlocksFrom) {
    return {Postings::kNone, Postings::kNone, first & (Postings::kEntriesMax - 1),
            count & Postings::kLong};
  }
  constexpr std::size_t kBlock = std::size_t{64} * Postings::kBlockWords;
  const auto block = static_cast<std::uint32_t>(out_.blocks_.size() / kBlock);
  const std::size_t blocks = (count + Postings::kBlockPolicies - 1) / Postings::kBlockPolicies;
  out_.blocks_.resize(out_.blocks_.size() + blocks * kBlock);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint64_t* at = out_.blocks_.data() + (block + i / Postings::kBlockPolicies) * kBlock;
    const std::size_t column = i % Postings::kBlockPolicies;
    for (std::uint64_t rest = out_.entries_[first + i].mask; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
      at[bit * Postings::kBlockWords + column / 64] |= std::uint64_t{1} << (column % 64);
    }
  }
  const auto number = static_cast<std::uint32_t>(out_.long_lists_.size());
  out_.long_lists_.push_back({first, count, block});
  return {Postings::kNone, Postings::kNone, number & (Postings::kEntriesMax - 1), Postings::kLong};
}

void PostingsBuilder::index_pairs() {
  // Three of four slots are taken; what is not there is mostly known from the filters.
  out_.pairs_.resize(lists_.size() + lists_.size() / 3 + 1);
  std::vector<std::uint32_t> pairs_of_target(features_.target_keys() + 1);
  const auto filter_of = [this](std::uint32_t target) {
    return target == Postings::kAny ? features_.target_keys() : target;
  };
  for (const Postings::Pair& list : lists_) {
    ++pairs_of_target[filter_of(list.target)];
    std::size_t at =
        first_slot(Postings::pair_hash(list.target, list.principal), out_.pairs_.size());
    while (out_.pairs_[at].target != Postings::kNone) {
      at = next_slot(at, out_.pairs_.size());
    }
    out_.pairs_[at] = list;
  }
  constexpr std::uint32_t kBitsPerPair = 8;
  for (const std::uint32_t pairs : pairs_of_target) {
    const std::uint32_t bits = std::bit_ceil(std::max(pairs * kBitsPerPair, 64U));
    out_.filters_.push_back({static_cast<std::uint32_t>(out_.filter_bits_.size()), bits - 1});
    out_.filter_bits_.resize(out_.filter_bits_.size() + bits / 64);
  }
  for (const Postings::Pair& list : lists_) {
    const Postings::Filter& filter = out_.filters_[filter_of(list.target)];
    const std::uint32_t bit = Postings::mixed(list.principal) & filter.mask;
    out_.filter_bits_[filter.begin + bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

}  // namespace gate::index
