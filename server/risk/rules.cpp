#include "server/risk/rules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gate::server {
namespace {

#define GATE_RISK_NUMBER(id, value) constexpr int kNumber##id = value;
#include "server/risk/risk_rule.def"

constexpr double kEarthRadiusKm = 6371;
constexpr double kDegreesOfHalfTurn = 180;
constexpr double kTenths = 10;
constexpr double kMicrosPerHourReal = kMicrosPerHour;

double radians(double degrees) {
  return degrees * std::numbers::pi / kDegreesOfHalfTurn;
}

/// The haversine formula, on a sphere.
double kilometres(const Coordinates& a, const Coordinates& b) {
  const double latitude = std::sin(radians(b.latitude - a.latitude) / 2);
  const double longitude = std::sin(radians(b.longitude - a.longitude) / 2);
  const double h = latitude * latitude + std::cos(radians(a.latitude)) *
                                             std::cos(radians(b.latitude)) * longitude * longitude;
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(std::min(1.0, h)));
}

Coordinates coordinates_of(const GridPoint& point) {
  return {point.latitude / kTenths, point.longitude / kTenths};
}

bool new_device(const RiskInput& input) {
  return input.device == DeviceKnowledge::kUnknown &&
         std::any_of(input.history.begin(), input.history.end(),
                     [](const SignInEntry& entry) { return entry.device_known; });
}

bool new_country(const RiskInput& input) {
  if (!input.countries_are_known) {
    return false;
  }
  bool any_known = false;
  for (const SignInEntry& entry : input.history) {
    if (entry.country.empty()) {
      continue;
    }
    any_known = true;
    if (entry.country == input.place.country) {
      return false;
    }
  }
  return any_known;
}

bool impossible_travel(const RiskInput& input) {
  const auto last = std::find_if(input.history.begin(), input.history.end(),
                                 [](const SignInEntry& entry) { return entry.place.has_value(); });
  if (!input.place.at || last == input.history.end()) {
    return false;
  }
  const double distance = kilometres(coordinates_of(*last->place), *input.place.at);
  // A clock that was set back makes the time zero, and any distance too far.
  const double hours =
      static_cast<double>(std::max<Micros>(0, input.now - last->at)) / kMicrosPerHourReal;
  return distance > kNumberTravelKilometres && distance > hours * kNumberTravelKilometresPerHour;
}

bool failures(const RiskInput& input) {
  return input.failures >= kNumberFailures;
}

bool many_failures(const RiskInput& input) {
  return input.failures >= kNumberManyFailures;
}

bool hosting_network(const RiskInput& input) {
  return input.place.network == NetworkKind::kHosting;
}

bool anonymous_network(const RiskInput& input) {
  return input.place.network == NetworkKind::kAnonymous;
}

constexpr RiskRule kRules[] = {
#define GATE_RISK_RULE(name, points, doc) {#name, points, doc, name},
#include "server/risk/risk_rule.def"
};

}  // namespace

std::span<const RiskRule> risk_rules() {
  return kRules;
}

Risk level_of(int points) {
  Risk level = Risk::kNone;
#define GATE_RISK_LEVEL(level_, from) \
  if (points >= (from)) {             \
    level = Risk::k##level_;          \
  }
#include "server/risk/risk_rule.def"
  return level;
}

}  // namespace gate::server
