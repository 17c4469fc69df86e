#include "server/risk/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "server/risk/assessment.h"

namespace gate::server {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Micros kNow = 1'800'000'000'000'000;
constexpr Coordinates kVienna{48.2, 16.4};
constexpr Coordinates kNewYork{40.7, -74.0};

bool fires(std::string_view rule, const RiskInput& input) {
  for (const RiskRule& each : risk_rules()) {
    if (each.name == rule) {
      return each.holds(input);
    }
  }
  ADD_FAILURE() << "there is no rule " << rule;
  return false;
}

SignInEntry entry(Micros ago, std::string country = "", bool device_known = false) {
  SignInEntry made;
  made.at = kNow - ago;
  made.country = std::move(country);
  made.device_known = device_known;
  return made;
}

class RiskRules : public testing::Test {
 protected:
  RiskRules() { input_.now = kNow; }
  RiskInput input_;
};

TEST_F(RiskRules, NothingIsRiskyOfWhichNothingIsKnown) {
  for (const RiskRule& rule : risk_rules()) {
    EXPECT_FALSE(rule.holds(input_)) << rule.name;
  }
  const RiskAssessment none = assess_risk(input_, true, std::nullopt);
  EXPECT_EQ(none.level, Risk::kNone);
  EXPECT_THAT(none.reasons, IsEmpty());
}

TEST_F(RiskRules, ADeviceIsNewWhereTheUserHasHadAKnownOne) {
  input_.device = DeviceKnowledge::kUnknown;
  EXPECT_FALSE(fires("new_device", input_)) << "a client that sends no keys";
  input_.history = {entry(kMicrosPerHour)};
  EXPECT_FALSE(fires("new_device", input_));
  input_.history.push_back(entry(kMicrosPerDay, "", true));
  EXPECT_TRUE(fires("new_device", input_));
  input_.device = DeviceKnowledge::kKnown;
  EXPECT_FALSE(fires("new_device", input_));
  input_.device = DeviceKnowledge::kNotAsked;
  EXPECT_FALSE(fires("new_device", input_));
}

TEST_F(RiskRules, ACountryIsNewWhereNoEarlierSignInCameFromIt) {
  input_.countries_are_known = true;
  input_.place.country = "US";
  EXPECT_FALSE(fires("new_country", input_)) << "a first sign-in";
  input_.history = {entry(kMicrosPerHour)};
  EXPECT_FALSE(fires("new_country", input_)) << "before there was a database";
  input_.history = {entry(kMicrosPerHour, "AT"), entry(kMicrosPerDay, "DE")};
  EXPECT_TRUE(fires("new_country", input_));
  input_.place.country = "DE";
  EXPECT_FALSE(fires("new_country", input_));
  input_.place.country = "";
  EXPECT_TRUE(fires("new_country", input_)) << "an address that can be found nowhere";
  input_.countries_are_known = false;
  EXPECT_FALSE(fires("new_country", input_));
}

TEST_F(RiskRules, NobodyTravelsThatFast) {
  input_.place.at = kNewYork;  // 6,800 km from Vienna
  EXPECT_FALSE(fires("impossible_travel", input_));
  const auto from_vienna = [&](Micros ago) {
    SignInEntry last = entry(ago);
    last.place = GridPoint{482, 164};
    input_.history = {entry(ago / 2), last};
    return fires("impossible_travel", input_);
  };
  EXPECT_TRUE(from_vienna(kMicrosPerHour));
  EXPECT_TRUE(from_vienna(6 * kMicrosPerHour));
  EXPECT_FALSE(from_vienna(7 * kMicrosPerHour));
  EXPECT_TRUE(from_vienna(-kMicrosPerHour)) << "the clock was set back";
  input_.place.at = Coordinates{47.0, 15.4};  // 150 km: databases are not more exact
  EXPECT_FALSE(from_vienna(kMicrosPerSecond));
  input_.place.at = std::nullopt;
  EXPECT_FALSE(from_vienna(kMicrosPerSecond));
}

TEST_F(RiskRules, TheDateLineIsNoDistance) {
  SignInEntry last = entry(kMicrosPerMinute);
  last.place = GridPoint{0, 1799};
  input_.history = {last};
  input_.place.at = Coordinates{0, -179.9};
  EXPECT_FALSE(fires("impossible_travel", input_));
  input_.place.at = Coordinates{0, 0};
  EXPECT_TRUE(fires("impossible_travel", input_));
}

TEST_F(RiskRules, FailuresAndNetworksCount) {
  input_.failures = 4;
  EXPECT_FALSE(fires("failures", input_));
  input_.failures = 5;
  EXPECT_TRUE(fires("failures", input_));
  input_.failures = 19;
  EXPECT_FALSE(fires("many_failures", input_));
  input_.failures = 20;
  EXPECT_TRUE(fires("many_failures", input_));
  input_.place.network = NetworkKind::kHosting;
  EXPECT_TRUE(fires("hosting_network", input_));
  EXPECT_FALSE(fires("anonymous_network", input_));
  input_.place.network = NetworkKind::kAnonymous;
  EXPECT_FALSE(fires("hosting_network", input_));
  EXPECT_TRUE(fires("anonymous_network", input_));
}

TEST_F(RiskRules, PointsAddUpToALevel) {
  EXPECT_EQ(level_of(9), Risk::kNone);
  EXPECT_EQ(level_of(10), Risk::kLow);
  EXPECT_EQ(level_of(24), Risk::kLow);
  EXPECT_EQ(level_of(25), Risk::kMedium);
  EXPECT_EQ(level_of(49), Risk::kMedium);
  EXPECT_EQ(level_of(50), Risk::kHigh);
  input_.device = DeviceKnowledge::kUnknown;
  input_.failures = 5;
  input_.history = {entry(kMicrosPerDay, "AT", true)};
  RiskAssessment found = assess_risk(input_, true, std::nullopt);
  EXPECT_EQ(found.level, Risk::kMedium) << "15 and 10 points";
  EXPECT_THAT(found.reasons, Contains("risk_rule: new_device, 15 points"));
  EXPECT_THAT(found.reasons, Contains("risk_rule: failures, 10 points"));
  EXPECT_THAT(found.reasons, Contains("sign_in_risk: medium"));
  input_.countries_are_known = true;
  input_.place.country = "US";
  EXPECT_EQ(assess_risk(input_, true, std::nullopt).level, Risk::kHigh);
  EXPECT_EQ(assess_risk(input_, false, std::nullopt).level, Risk::kNone) << "risk.built_in = false";
}

/// An attacker can cause failures by guessing. They alone must not lock the owner out (B8).
TEST_F(RiskRules, B8_FailuresAloneAreNeverHigh) {
  input_.failures = 1'000'000;
  EXPECT_EQ(assess_risk(input_, true, std::nullopt).level, Risk::kMedium);
}

TEST_F(RiskRules, TheHigherOfRulesAndEngineCountsAndNoAnswerIsHigh) {
  input_.place.network = NetworkKind::kAnonymous;  // medium
  EXPECT_EQ(assess_risk(input_, true, EngineAnswer(Risk::kLow)).level, Risk::kMedium);
  EXPECT_EQ(assess_risk(input_, true, EngineAnswer(Risk::kHigh)).level, Risk::kHigh);
  const RiskAssessment unknown = assess_risk(input_, true, EngineAnswer(std::optional<Risk>()));
  EXPECT_EQ(unknown.level, Risk::kHigh);
  EXPECT_THAT(unknown.reasons, Contains("risk_engine: no answer, counts as high"));
  const RiskAssessment quiet = assess_risk(RiskInput{}, true, EngineAnswer(Risk::kNone));
  EXPECT_EQ(quiet.level, Risk::kNone);
  EXPECT_THAT(quiet.reasons, Contains("risk_engine: none"));
}

TEST(RiskPage, ShowsEveryRuleWithItsPoints) {
  std::ifstream file(std::filesystem::path(GATE_SOURCE_DIR) / "docs/risk.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  std::set<std::string_view> names;
  for (const RiskRule& rule : risk_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_THAT(page,
                HasSubstr("| `" + std::string(rule.name) + "` | " + std::to_string(rule.points) +
                          " | " + std::string(rule.doc) + " |"));
  }
}

}  // namespace
}  // namespace gate::server
