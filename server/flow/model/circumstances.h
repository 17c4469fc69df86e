#pragma once

#include <gate/result.hpp>

#include "server/domain/client_hints.h"
#include "server/flow/model/services.h"
#include "server/risk/assessment.h"

namespace gate::server {

/// What is known about a request beside its user: its place and its risk. Found once per
/// request, because the risk engine may take up to its deadline, and every decision of the request
/// must be about the same facts.
struct Circumstances {
  Place place;
  std::int64_t failures = 0;  ///< wrong passwords and codes in a row
  RiskAssessment risk;
};

/// Whose circumstances.
struct CircumstancesOf {
  std::string_view user_id;        ///< for a name that no user has, a key of it (C6)
  std::string_view account_key{};  ///< the failures of an unknown device are counted under it
  DeviceKnowledge device = DeviceKnowledge::kNotAsked;
  std::int64_t failures_at_least = 0;  ///< those that are known already
  std::int64_t right_ones = 0;  ///< tries of this request that are counted and were no failures
  Flow flow = Flow::kSignIn;
};

/// Looks up the place, reads what the risk rules need in one snapshot, and asks the risk engine if
/// there is one; then it takes up to the deadline of the engine.
[[nodiscard]] Result<Circumstances> find_circumstances(const FlowServices& services,
                                                       const Caller& caller,
                                                       const CircumstancesOf& subject);

/// The entry of a complete sign-in for later rules.
[[nodiscard]] SignInEntry sign_in_entry(const Place& place, bool device_known, Micros now);

}  // namespace gate::server
