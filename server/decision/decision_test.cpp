#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "server/decision/decider.h"
#include "server/decision/facts.h"
#include "server/decision/supplied_facts.h"

namespace gate::server {
namespace {

/// Returns a verdict for each target.
struct ScriptedDecider final : Decider {
  std::map<std::string, PolicyVerdict> by_target;
  PolicyVerdict decide(std::string_view, const SignInFacts& facts) const override {
    return by_target.at(facts.target);
  }
  std::string digest(std::string_view) const override { return "d1"; }
  bool protects_context(std::string_view, std::string_view auth_context) const override {
    return by_target.contains(std::string(auth_context));
  }
};

PolicyVerdict verdict(Outcome outcome, MethodSet factors = {}, std::string digest = "d1") {
  PolicyVerdict v;
  v.outcome = outcome;
  v.second_factors = factors;
  v.policy_digest = std::move(digest);
  return v;
}

class ContextTest : public testing::Test {
 protected:
  PolicyVerdict decide(PolicyVerdict app, PolicyVerdict context) {
    ScriptedDecider decider;
    decider.by_target = {{"app", std::move(app)}, {"c1", std::move(context)}};
    SignInFacts facts;
    facts.target = "app";
    return decide_for_app_and_context(decider, "t", facts, "c1");
  }
  const MethodSet email_ = MethodSet::of(Method::kEmailOtp);
  const MethodSet sms_ = MethodSet::of(Method::kSmsOtp);
};

TEST_F(ContextTest, AskingForAContextNeverShedsWhatTheAppDemands) {
  EXPECT_EQ(decide(verdict(Outcome::kBlock), verdict(Outcome::kAllow)).outcome, Outcome::kBlock);
  const auto challenged = decide(verdict(Outcome::kChallenge, sms_), verdict(Outcome::kAllow));
  EXPECT_EQ(challenged.outcome, Outcome::kChallenge);
  EXPECT_EQ(challenged.second_factors, sms_);
}

TEST_F(ContextTest, AFactorHasToServeBoth) {
  const auto both =
      decide(verdict(Outcome::kChallenge, email_ | sms_), verdict(Outcome::kChallenge, sms_));
  EXPECT_EQ(both.second_factors, sms_);
  EXPECT_EQ(decide(verdict(Outcome::kAllow), verdict(Outcome::kChallenge, email_)).second_factors,
            email_);
}

TEST_F(ContextTest, ASetReplacedInBetweenBlocks) {
  EXPECT_EQ(decide(verdict(Outcome::kAllow), verdict(Outcome::kAllow, {}, "d2")).outcome,
            Outcome::kBlock);
}

TEST(Verdict, DefaultMadeBlocks) {
  EXPECT_EQ(PolicyVerdict{}.outcome, Outcome::kBlock);
}

class FactsTest : public testing::Test {
 protected:
  SignInFacts gather() {
    return gather_facts({.user = user_,
                         .client = client_,
                         .resource = resource_,
                         .hints = hints_,
                         .completed = completed_,
                         .session_began_at = now_,
                         .now = now_});
  }
  User user_;
  Client client_;
  Resource resource_;
  ClientHints hints_;
  std::vector<CompletedFactor> completed_;
  Micros now_ = 1'800'000'000'000'000;
};

TEST_F(FactsTest, ComeFromDirectoryClientAndConnection) {
  user_.username = "amy@bank.example";
  user_.groups = {"Pilot"};
  user_.sign_in_risk = "high";
  client_.name = "retail-app";
  resource_.name = "payments";
  hints_.address = "198.51.100.7";
  completed_ = {{Method::kPassword, now_ - 90 * kMicrosPerSecond, ""}};
  const SignInFacts facts = gather();
  EXPECT_EQ(facts.user, "amy@bank.example");
  EXPECT_EQ(facts.target, "payments") << "S5: the resource, not the client";
  EXPECT_EQ(facts.ip, "198.51.100.7");
  EXPECT_EQ(facts.country, "");
  EXPECT_EQ(facts.sign_in_risk, Risk::kHigh);
  ASSERT_EQ(facts.completed.size(), 1U);
  EXPECT_EQ(facts.completed[0].age_s, 90U);
}

/// When a fact becomes supplied, add it to supplied_facts.def and delete its line here.
TEST_F(FactsTest, S2_WhatIsNotInTheTableOfSuppliedFactsIsNotSupplied) {
  user_.username = "amy@bank.example";
  hints_.address = "198.51.100.7";
  const SignInFacts facts = gather();
  EXPECT_EQ(facts.country, "");
  EXPECT_EQ(facts.external_tenant, "");
  EXPECT_TRUE(facts.app_groups.empty());
  EXPECT_EQ(facts.service_principal_risk, Risk::kNone);
  EXPECT_EQ(facts.insider_risk, InsiderRisk::kNone);
  EXPECT_FALSE(facts.device.registered || facts.device.reported_lost || facts.device.first_seen_s);
  EXPECT_TRUE(facts.satisfied.empty() && facts.strings.empty() && facts.lists.empty());
  std::set<std::string_view> paths;
  for (const SuppliedFact& each : supplied_facts({})) {
    EXPECT_TRUE(paths.insert(each.path).second) << each.path;
  }
  for (const char* path :
       {"country", "user.tenant", "app.groups", "service_principal_risk", "insider_risk",
        "device.registered", "device.reported_lost", "device.first_seen", "satisfied"}) {
    EXPECT_FALSE(paths.contains(path)) << path;
  }
}

TEST_F(FactsTest, S2_TheCountryIsSuppliedExactlyWhereAFileIsConfigured) {
  const auto supplies_country = [](const FactSupplySources& sources) {
    const std::vector<SuppliedFact> facts = supplied_facts(sources);
    return std::any_of(facts.begin(), facts.end(),
                       [](const SuppliedFact& each) { return each.path == "country"; });
  };
  EXPECT_FALSE(supplies_country({}));
  EXPECT_TRUE(supplies_country({.country_file = true}));
  const SignInFacts facts = gather_facts({.user = user_,
                                          .client = client_,
                                          .resource = resource_,
                                          .hints = hints_,
                                          .country = "AT",
                                          .completed = completed_,
                                          .now = now_});
  EXPECT_EQ(facts.country, "AT");
}

TEST_F(FactsTest, TheHighestRiskOfAllSourcesCounts) {
  const auto risk_by = [this](Risk assessed) {
    return gather_facts({.user = user_,
                         .client = client_,
                         .resource = resource_,
                         .hints = hints_,
                         .sign_in_risk = assessed,
                         .completed = completed_,
                         .now = now_})
        .sign_in_risk;
  };
  user_.sign_in_risk = "medium";
  EXPECT_EQ(risk_by(Risk::kNone), Risk::kMedium) << "the entry is the floor";
  EXPECT_EQ(risk_by(Risk::kHigh), Risk::kHigh);
  EXPECT_EQ(risk_of(user_), Risk::kNone);
  user_.user_risk = "low";
  EXPECT_EQ(risk_of(user_), Risk::kLow);
  user_.raised_risk = "medium";
  EXPECT_EQ(risk_of(user_), Risk::kMedium);
  user_.user_risk = "high";
  EXPECT_EQ(risk_of(user_), Risk::kHigh);
  user_ = User{};
  user_.password_leaked = true;
  EXPECT_EQ(gather().user_risk, Risk::kHigh);
}

TEST_F(FactsTest, SignalsOfARequestAreBelievedFromTrustedClientsOnly) {
  user_.signals = {{"amount", "10"}};
  hints_.signals = {{"amount", "5000"}, {"new_payee", "true"}};
  EXPECT_EQ(gather().signals.size(), 1U);
  client_.trusted_signals = true;
  const SignInFacts facts = gather();
  ASSERT_EQ(facts.signals.size(), 2U);
  EXPECT_EQ(std::get<std::int64_t>(facts.signals[0].value), 5000);
  EXPECT_EQ(std::get<bool>(facts.signals[1].value), true);
}

TEST_F(FactsTest, SignalsAreBoundedInNumberAndSize) {
  client_.trusted_signals = true;
  for (std::size_t i = 0; i <= kSignalsMax; ++i) {
    hints_.signals.emplace_back("s" + std::to_string(i), "1");
  }
  EXPECT_EQ(gather().signals.size(), kSignalsMax);
  hints_.signals = {{"a", std::string(kSignalBytesMax, 'x')},
                    {"b", std::string(kSignalBytesMax + 1, 'x')}};
  EXPECT_EQ(gather().signals.size(), 1U);
}

TEST_F(FactsTest, SignalValuesHaveTheirType) {
  EXPECT_EQ(std::get<std::int64_t>(parse_signal("-7")), -7);
  EXPECT_EQ(std::get<bool>(parse_signal("false")), false);
  EXPECT_EQ(std::get<std::string>(parse_signal("\"12\"")), "12");
  EXPECT_EQ(std::get<std::string>(parse_signal("12x")), "12x");
}

}  // namespace
}  // namespace gate::server
