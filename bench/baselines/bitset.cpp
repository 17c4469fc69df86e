#include "bench/baselines/bitset.h"

#include <array>
#include <bit>

namespace gate::bench {
namespace {

void set(std::vector<std::uint64_t>& bits, std::size_t i) {
  bits[i / 64] |= std::uint64_t{1} << (i % 64);
}

constexpr std::uint8_t compliance_mask(Compliance c) {
  return c == Compliance::kAny ? 3 : c == Compliance::kTrue ? 2 : 1;
}

}  // namespace

void BitsetEvaluator::Rows::settle(std::size_t words) {
  std::erase_if(lists, [this, words](const auto& entry) {
    if (entry.second.size() < words) {
      return false;
    }
    Words& bits = dense[entry.first];
    bits.resize(words);
    for (const std::uint32_t policy : entry.second) {
      set(bits, policy);
    }
    return true;
  });
}

void BitsetEvaluator::Rows::add_to(Id id, Words& bits) const {
  if (const auto row = dense.find(id); row != dense.end()) {
    for (std::size_t w = 0; w < bits.size(); ++w) {
      bits[w] |= row->second[w];
    }
  } else if (const auto list = lists.find(id); list != lists.end()) {
    for (const std::uint32_t policy : list->second) {
      set(bits, policy);
    }
  }
}

std::size_t BitsetEvaluator::Rows::bytes() const {
  constexpr std::size_t kNode = 48;  // of the hash table, about
  std::size_t total = 0;
  for (const auto& [id, list] : lists) {
    total += list.capacity() * sizeof(std::uint32_t) + kNode;
  }
  for (const auto& [id, bits] : dense) {
    total += bits.capacity() * sizeof(std::uint64_t) + kNode;
  }
  return total;
}

BitsetEvaluator::BitsetEvaluator(const std::vector<Policy>& policies)
    : policies_(policies), words_((policies.size() + 63) / 64) {
  for (Side* side : {&include_, &exclude_}) {
    for (Words* bits : {&side->everybody, &side->every_app, &side->anywhere}) {
      bits->resize(words_);
    }
  }
  on_.resize(words_);
  residual_.resize(words_);
  for (auto& mask : masks_) {
    for (Words& bits : mask) {
      bits.resize(words_);
    }
  }
  for (Words& bits : kinds_of_target_) {
    bits.resize(words_);
  }
  for (std::size_t i = 0; i < policies.size(); ++i) {
    add(policies[i], i);
  }
  for (Side* side : {&include_, &exclude_}) {
    for (Rows* rows : {&side->users, &side->groups, &side->roles, &side->kinds, &side->members[0],
                       &side->members[1], &side->members[2], &side->app_groups, &side->places}) {
      rows->settle(words_);
    }
  }
}

void BitsetEvaluator::add(const Policy& policy, std::size_t index) {
  const Conditions& c = policy.conditions;
  add(include_, policy.include, policy.include_targets, policy.target_kind, c.locations_in, index);
  add(exclude_, policy.exclude, policy.exclude_targets, policy.target_kind, c.locations_out, index);
  if (c.locations_in.empty()) {
    set(include_.anywhere, index);
  }
  if (policy.state == PolicyState::kOn) {
    set(on_, index);
  }
  if (c.model_test || c.expression) {
    set(residual_, index);
  }
  set(kinds_of_target_[static_cast<std::size_t>(policy.target_kind)], index);
  const std::array<std::uint8_t, kMasks> masks = {c.platforms,
                                                  c.clients,
                                                  c.sign_in_risk,
                                                  c.user_risk,
                                                  c.transfer,
                                                  c.trust,
                                                  compliance_mask(c.compliance)};
  for (std::size_t m = 0; m < kMasks; ++m) {
    for (std::size_t v = 0; v < 8; ++v) {
      if ((masks[m] >> v & 1U) != 0) {
        set(masks_[m][v], index);
      }
    }
  }
}

void BitsetEvaluator::add(Side& side, const Principals& who, const Targets& targets,
                          TargetKind kind, const std::vector<Id>& places, std::size_t index) {
  if (who.all) {
    set(side.everybody, index);
  }
  if (targets.all) {
    set(side.every_app, index);
  }
  for (const Id id : who.users) {
    side.users.add(id, index);
  }
  for (const Id id : who.groups) {
    side.groups.add(id, index);
  }
  for (const Id id : who.roles) {
    side.roles.add(id, index);
  }
  for (Id v = 0; v < kUserKindCount; ++v) {
    if ((who.guests >> v & 1U) != 0) {
      side.kinds.add(v, index);
    }
  }
  for (const Id id : targets.members) {
    side.members[static_cast<std::size_t>(kind)].add(id, index);
  }
  for (const Id id : targets.app_groups) {
    side.app_groups.add(id, index);
  }
  for (const Id id : places) {
    side.places.add(id, index);
  }
}

void BitsetEvaluator::gather(const Side& side, const BoundSignIn& s, Words& users, Words& targets,
                             Words& places) const {
  users = side.everybody;
  side.users.add_to(s.user, users);
  for (const Id id : s.groups) {
    side.groups.add_to(id, users);
  }
  for (std::uint32_t rest = s.roles; rest != 0; rest &= rest - 1) {
    side.roles.add_to(static_cast<Id>(std::countr_zero(rest)), users);
  }
  side.kinds.add_to(s.kind, users);
  targets = side.every_app;
  side.members[static_cast<std::size_t>(s.target_kind)].add_to(s.target, targets);
  for (std::uint32_t rest = s.app_groups; rest != 0; rest &= rest - 1) {
    side.app_groups.add_to(static_cast<Id>(std::countr_zero(rest)), targets);
  }
  places = side.anywhere;
  for (const Id id : s.places) {
    side.places.add_to(id, places);
  }
}

void BitsetEvaluator::evaluate(const BoundSignIn& s, Scratch& scratch, Answer& answer) const {
  answer.applied.clear();
  // All three of the excluding side land in one row: any of them refuses.
  gather(exclude_, s, scratch.users, scratch.targets, scratch.places);
  scratch.refused = scratch.users;
  for (std::size_t w = 0; w < words_; ++w) {
    scratch.refused[w] |= scratch.targets[w] | scratch.places[w];
  }
  gather(include_, s, scratch.users, scratch.targets, scratch.places);
  const Words& platform = masks_[0][s.platform];
  const Words& client = masks_[1][s.client];
  const Words& sign_in_risk = masks_[2][s.sign_in_risk];
  const Words& user_risk = masks_[3][s.user_risk];
  const Words& transfer = masks_[4][s.transfer];
  const Words& trust = masks_[5][s.trust];
  const Words& compliance = masks_[6][s.compliant ? 1 : 0];
  const Words& kind = kinds_of_target_[static_cast<std::size_t>(s.target_kind)];
  Demands demands;
  for (std::size_t w = 0; w < words_; ++w) {
    std::uint64_t rest = on_[w] & kind[w] & scratch.users[w] & scratch.targets[w] &
                         scratch.places[w] & ~scratch.refused[w] & platform[w] & client[w] &
                         sign_in_risk[w] & user_risk[w] & transfer[w] & trust[w] & compliance[w];
    for (; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(rest));
      const std::size_t i = w * 64 + bit;
      const Policy& policy = policies_[i];
      if ((residual_[w] >> bit & 1U) == 0 || residual_holds(policy.conditions, s)) {
        answer.applied.push_back(static_cast<std::uint32_t>(i));
        demands.add(policy);
      }
    }
  }
  demands.conclude(s, answer);
}

std::size_t BitsetEvaluator::bytes() const {
  std::size_t rows = (2 + 3 + 6) * words_ + kMasks * 8 * words_;
  std::size_t total = rows * sizeof(std::uint64_t);
  for (const Side* side : {&include_, &exclude_}) {
    for (const Rows* list :
         {&side->users, &side->groups, &side->roles, &side->kinds, &side->members[0],
          &side->members[1], &side->members[2], &side->app_groups, &side->places}) {
      total += list->bytes();
    }
  }
  return total;
}

}  // namespace gate::bench
