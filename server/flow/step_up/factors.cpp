#include "server/flow/step_up/factors.h"

#include <algorithm>

#include "server/flow/model/methods.h"

namespace gate::server {

std::vector<CompletedFactor> fresh_factors(const TokenCase& about,
                                           const std::vector<Channel>& channels,
                                           const std::vector<CompletedFactor>& completed,
                                           Micros allowance) {
  // What the tenant allows no longer does not carry on either.
  const TenantRules& rules = about.caller.tenant.rules;
  const MethodSet allowed = rules.first_factors | rules.second_factors;
  std::vector<CompletedFactor> fresh;
  for (const CompletedFactor& factor : completed) {
    CompletedFactor older = factor;
    older.at -= allowance;
    if (allowed.contains(factor.method) && stands(factor, channels) &&
        !decide_on_tokens(about, {older}).reauthenticate) {
      fresh.push_back(factor);
    }
  }
  return fresh;
}

void leave_stale_factors(const TokenCase& about, const std::vector<Channel>& channels,
                         std::vector<CompletedFactor>& completed) {
  const std::vector<CompletedFactor> inherited(completed.begin() + 1, completed.end());
  const std::vector<CompletedFactor> fresh = fresh_factors(about, channels, inherited, 0);
  completed.resize(1);
  completed.insert(completed.end(), fresh.begin(), fresh.end());
}

void add_proof(std::vector<CompletedFactor>& completed, const CompletedFactor& factor,
               const std::vector<Channel>& channels, bool is_first) {
  const auto carried_reset = [&channels](const CompletedFactor& older) {
    return std::any_of(channels.begin(), channels.end(), [&older](const Channel& channel) {
      return channel.carried_reset && channel.channel_id == older.channel_id;
    });
  };
  std::erase_if(completed, [&](const CompletedFactor& older) {
    return (older.method == factor.method && older.channel_id == factor.channel_id) ||
           (factor.method == Method::kPassword && carried_reset(older));
  });
  completed.insert(is_first ? completed.begin() : completed.end(), factor);
}

}  // namespace gate::server
