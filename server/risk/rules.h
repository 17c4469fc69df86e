#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "server/domain/place.h"
#include "server/domain/sign_in_entry.h"
#include "server/ports/clock.h"

namespace gate::server {

/// What is known of the device of a request.
enum class DeviceKnowledge : std::uint8_t {
  kKnown,
  kUnknown,
  kNotAsked,  ///< a refresh: its token was given to the device
};

/// The input of the rules, about one request of one user.
struct RiskInput {
  Micros now = 0;
  Place place;
  bool countries_are_known = false;  ///< a database of countries is in use
  DeviceKnowledge device = DeviceKnowledge::kNotAsked;
  std::int64_t failures = 0;         ///< wrong passwords and codes in a row, before this request
  std::vector<SignInEntry> history;  ///< the complete sign-ins of the user, newest first
};

/// One rule of server/risk/risk_rule.def. `holds` is a pure function.
struct RiskRule {
  std::string_view name;
  int points = 0;
  std::string_view doc;
  bool (*holds)(const RiskInput&) = nullptr;
};
[[nodiscard]] std::span<const RiskRule> risk_rules();

/// The level of a sum of points.
[[nodiscard]] Risk level_of(int points);

}  // namespace gate::server
