#include "bench/baselines/plain_loop.h"

#include <algorithm>

namespace gate::bench {
namespace {

bool in_mask(std::uint8_t mask, std::uint8_t value) {
  return (mask >> value & 1U) != 0;
}

/// Policies name a handful, sign-ins have a dozen: look up each of the policy's in the sign-in's.
bool meets(const std::vector<Id>& few, const std::vector<Id>& sorted) {
  return std::any_of(few.begin(), few.end(), [&sorted](Id id) {
    return std::binary_search(sorted.begin(), sorted.end(), id);
  });
}

bool in(const Principals& who, const BoundSignIn& s) {
  if (who.all || in_mask(who.guests, s.kind) ||
      std::find(who.users.begin(), who.users.end(), s.user) != who.users.end() ||
      meets(who.groups, s.groups)) {
    return true;
  }
  return std::any_of(who.roles.begin(), who.roles.end(),
                     [&s](Id role) { return (s.roles >> role & 1U) != 0; });
}

bool in(const Targets& targets, const BoundSignIn& s) {
  return targets.all ||
         std::find(targets.members.begin(), targets.members.end(), s.target) !=
             targets.members.end() ||
         std::any_of(targets.app_groups.begin(), targets.app_groups.end(),
                     [&s](Id group) { return (s.app_groups >> group & 1U) != 0; });
}

bool masks_hold(const Conditions& c, const BoundSignIn& s) {
  return in_mask(c.platforms, s.platform) && in_mask(c.clients, s.client) &&
         in_mask(c.sign_in_risk, s.sign_in_risk) && in_mask(c.user_risk, s.user_risk) &&
         in_mask(c.transfer, s.transfer) && in_mask(c.trust, s.trust) &&
         (c.compliance == Compliance::kAny || (c.compliance == Compliance::kTrue) == s.compliant);
}

}  // namespace

bool applies(const Policy& policy, const BoundSignIn& s) {
  const Conditions& c = policy.conditions;
  return policy.target_kind == s.target_kind && masks_hold(c, s) && in(policy.include_targets, s) &&
         !in(policy.exclude_targets, s) && in(policy.include, s) && !in(policy.exclude, s) &&
         (c.locations_in.empty() || meets(c.locations_in, s.places)) &&
         !meets(c.locations_out, s.places) && residual_holds(c, s);
}

void PlainLoop::evaluate(const BoundSignIn& sign_in, Answer& answer) const {
  answer.applied.clear();
  Demands demands;
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    const Policy& policy = policies_[i];
    if (policy.state == PolicyState::kOn && applies(policy, sign_in)) {
      answer.applied.push_back(static_cast<std::uint32_t>(i));
      demands.add(policy);
    }
  }
  demands.conclude(sign_in, answer);
}

}  // namespace gate::bench
