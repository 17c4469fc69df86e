#include "runtime/replay/comparer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "runtime/ir/built_in_number.h"
#include "runtime/set/state.h"

namespace gate::replay {
namespace {

Change change_of(Outcome from, Outcome to) {
  if (from == to) {
    return Change::kOtherwise;
  }
  if (to == Outcome::kBlock) {
    return Change::kNewlyBlocked;
  }
  return from == Outcome::kAllow ? Change::kNewlyChallenged : Change::kReleased;
}

/// The stricter one holds; Outcome counts from the strictest up.
Outcome strictest(std::span<const Decision> decisions) {
  Outcome out = Outcome::kAllow;
  for (const Decision& decision : decisions) {
    out = std::min(out, decision.outcome);
  }
  return out;
}

bool asks_for_time(const ir::Program& program) {
  return !program.time_tests.empty() ||
         std::any_of(
             program.int_slots.begin(), program.int_slots.end(), [](const ir::IntSlot& slot) {
               return !slot.signal && ir::built_in_number(slot.name) == ir::BuiltInNumber::kNow;
             });
}

std::vector<std::uint32_t> difference(const std::vector<std::uint32_t>& a,
                                      const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

std::string_view name(Change change) noexcept {
  static constexpr std::array<std::string_view, kChangeCount> kNames = {
      "unchanged", "newly_blocked", "newly_challenged", "released", "changed"};
  return kNames[static_cast<std::size_t>(change)];
}

struct Comparer::View {
  struct Policy {
    bool stands_in_the_way = false;   ///< on its own it would not allow
    bool stops = false;               ///< on its own it would block
    std::vector<std::uint32_t> asks;  ///< controls, ascending
    bool blocks = false;
    bool same_demand(const Policy& o) const { return blocks == o.blocks && asks == o.asks; }
  };
  std::map<std::uint32_t, Policy> applied;  ///< those that are on
  std::vector<std::uint32_t> unmet;         ///< controls, ascending
};

Comparer::Comparer(std::shared_ptr<const PolicySet> now, std::shared_ptr<const PolicySet> old) {
  now_.set = std::move(now);
  old_.set = std::move(old);
  number(now_);
  number(old_);
  own_policies_ = policies_.size();
}

void Comparer::number(Side& side) {
  if (side.set == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < side.set->policy_count(); ++i) {
    const PolicyInfo policy = side.set->policy(i);
    side.policies.push_back(policies_.number(policy.id, policy.name));
  }
  for (std::size_t i = 0; i < side.set->clause_count(); ++i) {
    side.controls.push_back(controls_.number(side.set->clause(i), side.set->clause(i)));
  }
  asks_for_time_ = asks_for_time_ || replay::asks_for_time(internal::state_of(*side.set).common);
}

std::uint32_t Comparer::recorded_policy(std::string_view id, std::string_view name) {
  return policies_.number(id.empty() ? name : id, name, own_policies_ + kRecordedPoliciesMax);
}

Comparer::View Comparer::view(const Side& side, std::span<const SignInRequest> requests,
                              std::span<const Decision> decisions) const {
  View out;
  for (const SignInRequest& request : requests) {
    for (const AppliedPolicy& applied : side.set->explain(request).applied) {
      if (applied.state != PolicyState::kOn) {
        continue;
      }
      View::Policy& policy = out.applied[side.policies[applied.policy]];
      policy.stands_in_the_way |= applied.outcome != Outcome::kAllow;
      policy.stops |= applied.outcome == Outcome::kBlock;
      policy.blocks |= side.set->policy(applied.policy).blocks;
      for (std::size_t c = 0; c < side.controls.size(); ++c) {
        if (applied.required.contains(c)) {
          policy.asks.push_back(side.controls[c]);
        }
      }
      std::sort(policy.asks.begin(), policy.asks.end());
      policy.asks.erase(std::unique(policy.asks.begin(), policy.asks.end()), policy.asks.end());
    }
  }
  for (const Decision& decision : decisions) {
    for (std::size_t c = 0; c < side.controls.size(); ++c) {
      if (decision.unmet.contains(c)) {
        out.unmet.push_back(side.controls[c]);
      }
    }
  }
  std::sort(out.unmet.begin(), out.unmet.end());
  out.unmet.erase(std::unique(out.unmet.begin(), out.unmet.end()), out.unmet.end());
  return out;
}

bool Comparer::same(std::span<const Decision> now, std::span<const Decision> old) const {
  const auto numbers = [](const Side& side, const ClauseSet& clauses) {
    std::vector<std::uint32_t> out;
    for_each_clause(clauses, [&](std::uint32_t c) { out.push_back(side.controls[c]); });
    std::sort(out.begin(), out.end());
    return out;
  };
  const bool equal_numbers = now_.controls == old_.controls;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const Decision& a = now[i];
    const Decision& b = old[i];
    if (a.outcome != b.outcome || a.error_code != b.error_code ||
        a.reauthenticate != b.reauthenticate || a.session != b.session) {
      return false;
    }
    if (equal_numbers ? a.unmet != b.unmet || a.required != b.required
                      : numbers(now_, a.unmet) != numbers(old_, b.unmet) ||
                            numbers(now_, a.required) != numbers(old_, b.required)) {
      return false;
    }
  }
  return true;
}

void Comparer::against_old(std::span<const SignInRequest> requests, std::span<const Decision> now,
                           std::span<const Decision> old, Comparison& out) const {
  out.from = strictest(old);
  out.to = strictest(now);
  if (same(now, old)) {
    return;
  }
  out.change = change_of(out.from, out.to);
  const View after = view(now_, requests, now);
  const View before = view(old_, requests, old);
  out.newly_asked = difference(after.unmet, before.unmet);
  out.no_longer_asked = difference(before.unmet, after.unmet);
  const bool tighter =
      out.change == Change::kNewlyBlocked || out.change == Change::kNewlyChallenged;
  const bool looser = out.change == Change::kReleased;
  // A policy that made it stricter is unmet now; one that made it less strict was unmet before.
  // Of what is blocked now, only what blocks makes the difference.
  const auto differing = [&out](const View& one, const View& other, bool only_in_the_way) {
    const bool only_stops = only_in_the_way && out.change == Change::kNewlyBlocked;
    for (const auto& [number, policy] : one.applied) {
      const auto found = other.applied.find(number);
      const bool differs = found == other.applied.end() || !found->second.same_demand(policy) ||
                           found->second.stands_in_the_way != policy.stands_in_the_way ||
                           found->second.stops != policy.stops;
      if (differs && (!only_in_the_way || (only_stops ? policy.stops : policy.stands_in_the_way))) {
        out.policies.push_back(number);
      }
    }
  };
  if (!looser) {
    differing(after, before, tighter);
  }
  if (!tighter) {
    differing(before, after, looser);
  }
  std::sort(out.policies.begin(), out.policies.end());
  out.policies.erase(std::unique(out.policies.begin(), out.policies.end()), out.policies.end());
}

void Comparer::against_record(std::span<const SignInRequest> requests,
                              std::span<const Decision> now, const Recorded& recorded,
                              Comparison& out) const {
  out.from = recorded.outcome;
  out.to = strictest(now);
  if (out.from == out.to && !recorded.knows_policies) {
    return;
  }
  const View after = view(now_, requests, now);
  std::vector<std::uint32_t> applied;
  std::vector<std::uint32_t> in_the_way;
  for (const auto& [number, policy] : after.applied) {
    applied.push_back(number);
    if (out.to == Outcome::kBlock ? policy.stops : policy.stands_in_the_way) {
      in_the_way.push_back(number);
    }
  }
  if (out.from == out.to && applied == recorded.policies) {
    return;
  }
  out.change = change_of(out.from, out.to);
  if (out.to != Outcome::kAllow) {
    out.newly_asked = after.unmet;
  }
  if (!recorded.knows_policies) {
    out.policies = out.change == Change::kReleased ? std::vector<std::uint32_t>() : in_the_way;
    return;
  }
  const auto gone = difference(recorded.policies, applied);
  if (out.change == Change::kReleased) {
    out.policies = gone;
  } else if (out.change == Change::kOtherwise) {
    std::set_symmetric_difference(applied.begin(), applied.end(), recorded.policies.begin(),
                                  recorded.policies.end(), std::back_inserter(out.policies));
  } else {
    out.policies = in_the_way;
  }
}

Comparison Comparer::compare(std::span<const SignInRequest> requests,
                             const Recorded* recorded) const {
  std::array<Decision, kRequestsMax> now_made;
  std::array<Decision, kRequestsMax> old_made;
  const auto decide = [requests](const Side& side, std::array<Decision, kRequestsMax>& out) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      out[i] = side.set->evaluate(requests[i]);
    }
    return std::span<const Decision>(out).first(requests.size());
  };
  Comparison out;
  const auto now = decide(now_, now_made);
  if (old_.set != nullptr) {
    against_old(requests, now, decide(old_, old_made), out);
  } else if (recorded != nullptr) {
    against_record(requests, now, *recorded, out);
  } else {
    out.to = out.from = strictest(now);
    out.held_against_something = false;
  }
  return out;
}

}  // namespace gate::replay
