#include "server/flow/step_up/factors.h"

#include <algorithm>

#include "server/flow/model/methods.h"

namespace gate::server {

std::vector<CompletedFactor> fresh_factors(const TokenCase& about,
                                           const std::vector<Channel>& channels,
                                           const std::vector<CompletedFactor>& completed,
                                           Micros allowance) {
  std::vector<CompletedFactor> fresh;
  for (const CompletedFactor& factor : completed) {
    CompletedFactor older = factor;
    older.at -= allowance;
    if (stands(factor, channels) && !decide_on_tokens(about, {older}).reauthenticate) {
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
               bool is_first) {
  std::erase_if(completed, [&factor](const CompletedFactor& older) {
    return older.method == factor.method && older.channel_id == factor.channel_id;
  });
  completed.insert(is_first ? completed.begin() : completed.end(), factor);
}

}  // namespace gate::server
