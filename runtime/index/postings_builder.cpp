#include "runtime/index/postings_builder.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "runtime/ir/context.h"

namespace gate::index {
namespace {

std::uint64_t pair_of(std::uint32_t target, std::uint32_t principal) {
  return std::uint64_t{target} << 32 | principal;
}

}  // namespace

void PostingsBuilder::build() {
  out_.checks_.emplace_back();  // 0: nothing to check
  for (std::uint32_t i = 0; i < program_.policies.size(); ++i) {
    if (program_.policies[i].state != PolicyState::kOff && conditions_.context_mask(i) != 0) {
      add(i);
    }
  }
  lay_out_lists();
  index_pairs();
  give_room_back();
}

/// Tables grow by doubling, and are kept for as long as the set is.
void PostingsBuilder::give_room_back() {
  out_.filters_.shrink_to_fit();
  out_.filter_bits_.shrink_to_fit();
  out_.lists_.shrink_to_fit();
  out_.masks_.shrink_to_fit();
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
PostingsBuilder::Keys PostingsBuilder::anchors(const ir::TargetSet& set) const {
  return set.all ? Keys{features_.key(features_.all_targets(set.kind))} : keys_of(set);
}

void PostingsBuilder::add(std::uint32_t policy) {
  const ir::Policy& p = program_.policies[policy];
  Keys principals = anchors(p.include);
  Keys targets = anchors(p.include_targets);
  if (principals.empty() || targets.empty()) {
    return;  // nobody, or nothing: never applies
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
  const std::uint32_t check =
      check_for(p, check_principals, check_targets, conditions_.residual_of(policy));
  for (const std::uint32_t target : targets) {
    for (const std::uint32_t principal : principals) {
      entries_.push_back({pair_of(target, principal), {policy, check}});
    }
  }
  const std::uint64_t forbidden = ~conditions_.context_mask(policy);
  for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
    const std::uint64_t field = ir::context_field(static_cast<ir::ContextFact>(f)).mask();
    if ((forbidden & field) != 0) {
      out_.context_fields_ |= field;
    }
  }
}

std::uint32_t PostingsBuilder::check_for(const ir::Policy& policy, const Keys& included_principals,
                                         const Keys& included_targets, std::uint32_t residual) {
  const Keys excluded_principals = keys_of(policy.exclude);
  const Keys excluded_targets = keys_of(policy.exclude_targets);
  Keys all{residual};
  for (const Keys* keys :
       {&excluded_principals, &excluded_targets, &included_principals, &included_targets}) {
    all.push_back(static_cast<std::uint32_t>(keys->size()));
    all.insert(all.end(), keys->begin(), keys->end());
  }
  if (all == Keys{Conditions::kNoResidual, 0, 0, 0, 0}) {
    return 0;
  }
  const auto [it, fresh] =
      check_ids_.try_emplace(all, static_cast<std::uint32_t>(out_.checks_.size()));
  if (fresh) {
    Postings::Check check;
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
  return it->second;
}

void PostingsBuilder::lay_out_lists() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.pair, a.ref.policy) < std::tie(b.pair, b.ref.policy);
  });
  out_.refs_.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size();) {
    const std::uint64_t pair = entries_[i].pair;
    Postings::List list;
    list.refs = static_cast<std::uint32_t>(out_.refs_.size());
    for (; i < entries_.size() && entries_[i].pair == pair; ++i) {
      out_.refs_.push_back(entries_[i].ref);
    }
    list.count = static_cast<std::uint32_t>(out_.refs_.size()) - list.refs;
    add_masks(list);
    pair_of_list_.push_back(pair);
    out_.lists_.push_back(list);
  }
  entries_ = {};
}

void PostingsBuilder::add_masks(Postings::List& list) {
  if (list.count < Postings::kBlocksFrom) {
    list.masks = static_cast<std::uint32_t>(out_.masks_.size());
    for (std::uint32_t i = 0; i < list.count; ++i) {
      out_.masks_.push_back(conditions_.context_mask(out_.refs_[list.refs + i].policy));
    }
    return;
  }
  constexpr std::size_t kBlock = std::size_t{64} * Postings::kBlockWords;
  list.masks = static_cast<std::uint32_t>(out_.blocks_.size() / kBlock);
  const std::size_t blocks = (list.count + Postings::kBlockPolicies - 1) / Postings::kBlockPolicies;
  out_.blocks_.resize(out_.blocks_.size() + blocks * kBlock);
  for (std::uint32_t i = 0; i < list.count; ++i) {
    std::uint64_t* block =
        out_.blocks_.data() + (list.masks + i / Postings::kBlockPolicies) * kBlock;
    const std::size_t column = i % Postings::kBlockPolicies;
    const std::uint64_t mask = conditions_.context_mask(out_.refs_[list.refs + i].policy);
    for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
      block[bit * Postings::kBlockWords + column / 64] |= std::uint64_t{1} << (column % 64);
    }
  }
}

void PostingsBuilder::index_pairs() {
  out_.pairs_.resize(std::bit_ceil(std::max<std::size_t>(pair_of_list_.size() * 2, 2)));
  std::vector<std::uint32_t> pairs_of_target(features_.target_keys() + 1);
  const auto filter_of = [this](std::uint32_t target) {
    return target == Postings::kAny ? features_.target_keys() : target;
  };
  for (std::uint32_t l = 0; l < pair_of_list_.size(); ++l) {
    const auto target = static_cast<std::uint32_t>(pair_of_list_[l] >> 32);
    const auto principal = static_cast<std::uint32_t>(pair_of_list_[l]);
    ++pairs_of_target[filter_of(target)];
    const std::size_t mask = out_.pairs_.size() - 1;
    std::size_t at = Postings::pair_hash(target, principal) & mask;
    while (out_.pairs_[at].target != Postings::kNone) {
      at = (at + 1) & mask;
    }
    out_.pairs_[at] = {target, principal, l};
  }
  constexpr std::uint32_t kBitsPerPair = 8;
  for (const std::uint32_t pairs : pairs_of_target) {
    const std::uint32_t bits = std::bit_ceil(std::max(pairs * kBitsPerPair, 64U));
    out_.filters_.push_back({static_cast<std::uint32_t>(out_.filter_bits_.size()), bits - 1});
    out_.filter_bits_.resize(out_.filter_bits_.size() + bits / 64);
  }
  for (const std::uint64_t pair : pair_of_list_) {
    const Postings::Filter& filter =
        out_.filters_[filter_of(static_cast<std::uint32_t>(pair >> 32))];
    const std::uint32_t bit = Postings::mixed(static_cast<std::uint32_t>(pair)) & filter.mask;
    out_.filter_bits_[filter.begin + bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

}  // namespace gate::index
