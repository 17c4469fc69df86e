#include <gtest/gtest.h>

#include <gate/evaluator.hpp>

#include "runtime/ir/builder.h"
#include "runtime/set/build.h"

namespace gate {
namespace {

/// A set of policies on everybody and every app, one per effect.
class Set {
 public:
  Set& require(std::vector<ir::Control> any_of, SessionControls session = {}) {
    ir::Effect e;
    if (!any_of.empty()) {
      e.clauses = {b_.clause({std::move(any_of)})};
    }
    e.session = session;
    return policy(e);
  }
  Set& block() {
    ir::Effect e;
    e.block = true;
    return policy(e);
  }
  Set& default_deny() {
    b_.default_deny(true);
    return *this;
  }
  std::uint32_t strength(const char* name, std::vector<MethodSet> combinations) {
    return b_.strength({name, std::move(combinations)});
  }
  std::shared_ptr<const PolicySet> build() {
    auto set = build_policy_set(b_.finish());
    GATE_CHECK(set, "the set must build");
    return std::shared_ptr<const PolicySet>(std::move(*set));
  }

 private:
  Set& policy(const ir::Effect& e) {
    ir::Policy p;
    p.id = "p" + std::to_string(count_++);
    p.include.all_users = true;
    p.include_targets.all = true;
    p.condition = b_.constant(true);
    p.effect = b_.effect(e);
    b_.policy(p);
    return *this;
  }
  ir::ProgramBuilder b_;
  int count_ = 0;
};

constexpr ir::Control kMfa{ControlKind::kMfa, 0};
constexpr ir::Control kCompliant{ControlKind::kCompliantDevice, 0};

struct Facts : SignInFacts {
  Facts(std::initializer_list<CompletedMethod> done = {}) { completed = done; }
};
Decision decide(const std::shared_ptr<const PolicySet>& set, const SignInFacts& facts) {
  return set->evaluate(SignInView(facts).request());
}

TEST(Decide, DefaultMadeDecisionBlocks) {
  EXPECT_EQ(Decision{}.outcome, Outcome::kBlock);
}

TEST(Decide, AnEvaluatorWithoutPoliciesBlocks) {
  const Decision d = Evaluator().evaluate(SignInRequest{});
  EXPECT_EQ(d.outcome, Outcome::kBlock);
  EXPECT_EQ(d.reasons[0].code, ReasonCode::kNoPolicySet);
}

TEST(Decide, NoPolicyAppliesAllowsUnlessTheSetDeniesByDefault) {
  const Decision allowed = decide(Set().build(), {});
  EXPECT_EQ(allowed.outcome, Outcome::kAllow);
  EXPECT_EQ(allowed.reasons[0].code, ReasonCode::kNoPolicyApplies);
  const Decision denied = decide(Set().default_deny().build(), {});
  EXPECT_EQ(denied.outcome, Outcome::kBlock);
  EXPECT_EQ(denied.reasons[0].code, ReasonCode::kDefaultDeny);
}

TEST(Decide, MfaAfterAPasswordIsChallengedForWhatCompletesIt) {
  const auto set = Set().require({kMfa}).build();
  const Decision d = decide(set, Facts{{Method::kPassword, 0}});
  EXPECT_EQ(d.outcome, Outcome::kChallenge);
  EXPECT_TRUE(d.second_factors.contains(Method::kEmailOtp));
  EXPECT_TRUE(d.second_factors.contains(Method::kSmsOtp));
  EXPECT_FALSE(d.second_factors.contains(Method::kPassword));
  EXPECT_EQ(decide(set, Facts{{Method::kPassword, 0}, {Method::kSmsOtp, 0}}).outcome,
            Outcome::kAllow);
}

TEST(Decide, C4_TheSameMethodTwiceIsOneFactor) {
  const auto set = Set().require({kMfa}).build();
  const Decision d = decide(set, Facts{{Method::kEmailOtp, 9}, {Method::kEmailOtp, 0}});
  EXPECT_EQ(d.outcome, Outcome::kChallenge);
  EXPECT_FALSE(d.second_factors.contains(Method::kEmailOtp));
  EXPECT_TRUE(d.second_factors.contains(Method::kSmsOtp));
}

TEST(Decide, SecondFactorsMustServeEveryUnmetClause) {
  Set set;
  const std::uint32_t fido =
      set.strength("Fido", {MethodSet::of(Method::kFido2), MethodSet::of(Method::kWindowsHello)});
  const Decision d = decide(set.require({kMfa}).require({{ControlKind::kStrength, fido}}).build(),
                            Facts{{Method::kPassword, 0}});
  EXPECT_EQ(d.second_factors, MethodSet::of(Method::kFido2) | MethodSet::of(Method::kWindowsHello));
}

TEST(Decide, AMissingDeviceStateBlocksEvenBesideAChallenge) {
  const auto set = Set().require({kMfa}).require({kCompliant}).build();
  Facts facts{{Method::kPassword, 0}};
  Decision d = decide(set, facts);
  EXPECT_EQ(d.outcome, Outcome::kBlock);
  EXPECT_EQ(d.error_code, 53000);
  facts.device.compliant = Tristate::kTrue;
  EXPECT_EQ(decide(set, facts).error_code, 53000) << "an unregistered device is never compliant";
  facts.device.registered = true;
  EXPECT_EQ(decide(set, facts).outcome, Outcome::kChallenge);
}

TEST(Decide, AnyOfIsMetByItsDeviceOrPromptedFor) {
  const auto set = Set().require({kMfa, kCompliant}).build();
  Facts facts{{Method::kPassword, 0}};
  EXPECT_EQ(decide(set, facts).outcome, Outcome::kChallenge);
  facts.device.registered = true;
  facts.device.compliant = Tristate::kTrue;
  EXPECT_EQ(decide(set, facts).outcome, Outcome::kAllow);
}

TEST(Decide, BlockBeatsEverything) {
  const Decision d = decide(Set().require({kMfa}).block().build(), Facts{{Method::kFido2, 0}});
  EXPECT_EQ(d.outcome, Outcome::kBlock);
  EXPECT_EQ(d.error_code, 53003);
  EXPECT_EQ(d.reasons[0], (Reason{ReasonCode::kPolicyBlocks, 0, 1}));
}

TEST(Decide, CAD006_APasswordChangeNeedsMfaFirst) {
  const auto set = Set().require({{ControlKind::kPasswordChange, 0}}).build();
  const Decision d = decide(set, Facts{{Method::kPassword, 0}});
  EXPECT_EQ(d.outcome, Outcome::kChallenge);
  std::vector<std::string_view> unmet;
  for (std::size_t i = 0; i < set->clause_count(); ++i) {
    if (d.unmet.contains(i)) {
      unmet.push_back(set->clause(i));
    }
  }
  EXPECT_EQ(unmet.size(), 2U);
  EXPECT_TRUE(d.second_factors.contains(Method::kSmsOtp));
}

TEST(Decide, AStaleFactorIsAskedForAgain) {
  SessionControls hour;
  hour.sign_in_frequency_s = 3600;
  const auto set = Set().require({}, hour).build();
  EXPECT_EQ(decide(set, Facts{{Method::kPassword, 3600}}).outcome, Outcome::kAllow);
  const Decision d = decide(set, Facts{{Method::kPassword, 3601}, {Method::kSmsOtp, 1}});
  EXPECT_EQ(d.outcome, Outcome::kChallenge);
  EXPECT_TRUE(d.reauthenticate);
  Facts refresh;
  refresh.flow = Flow::kRefresh;
  EXPECT_TRUE(decide(set, refresh).reauthenticate) << "an unknown age is stale";
  refresh.session_age_s = 3600;
  EXPECT_FALSE(decide(set, refresh).reauthenticate);
}

TEST(Decide, EveryTimeToleratesFiveMinutes) {
  SessionControls every;
  every.sign_in_frequency_s = SessionControls::kEveryTime;
  const auto set = Set().require({}, every).build();
  EXPECT_FALSE(decide(set, Facts{{Method::kPassword, 300}}).reauthenticate);
  EXPECT_TRUE(decide(set, Facts{{Method::kPassword, 301}}).reauthenticate);
}

TEST(Decide, ALegacyClientCannotBePrompted) {
  const auto set = Set().require({kMfa}).build();
  Facts facts{{Method::kPassword, 0}};
  facts.client = ClientApp::kOther;
  EXPECT_EQ(decide(set, facts).outcome, Outcome::kBlock);
}

TEST(Decide, AMalformedRequestIsRefusedBeforeAnyPolicy) {
  const auto set = Set().build();
  const auto fault = [&set](auto change) {
    SignInFacts facts;
    change(facts);
    const Decision d = decide(set, facts);
    EXPECT_EQ(d.outcome, Outcome::kBlock);
    EXPECT_EQ(d.reasons[0].code, ReasonCode::kRequestRejected);
    return static_cast<RequestFault>(d.reasons[0].detail);
  };
  EXPECT_EQ(fault([](SignInFacts& f) { f.ip = "1.2.3"; }), RequestFault::kMalformedIp);
  EXPECT_EQ(fault([](SignInFacts& f) { f.country = "XYZ"; }), RequestFault::kMalformedCountry);
  EXPECT_EQ(fault([](SignInFacts& f) { f.groups.resize(2049); }), RequestFault::kTooManyPrincipals);
  EXPECT_EQ(fault([](SignInFacts& f) { f.user.resize(4097); }), RequestFault::kStringTooLong);
  EXPECT_EQ(fault([](SignInFacts& f) { f.client = static_cast<ClientApp>(99); }),
            RequestFault::kEnumOutOfRange);
  EXPECT_EQ(fault([](SignInFacts& f) { f.session_age_s = -1; }), RequestFault::kNumberOutOfRange);
  EXPECT_EQ(fault([](SignInFacts& f) { f.app_groups.resize(257); }), RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](SignInFacts& f) { f.user = "\xC0\xAF"; }), RequestFault::kMalformedText);
  EXPECT_EQ(fault([](SignInFacts& f) { f.groups = {"ok", "\xED\xA0\x80"}; }),
            RequestFault::kMalformedText);
  EXPECT_EQ(fault([](SignInFacts& f) { f.signals = {{"s", "\xFF"}}; }),
            RequestFault::kMalformedText);
}

TEST(Evaluator, NumbersTheSetsItPutsInForce) {
  Evaluator evaluator(Set().build());
  EXPECT_EQ(evaluator.snapshot().generation, 1U);
  EXPECT_EQ(evaluator.replace(Set().block().build()), 2U);
  const Decision d = evaluator.evaluate(SignInRequest{});
  EXPECT_EQ(d.generation, 2U);
  EXPECT_EQ(d.outcome, Outcome::kBlock);
}

}  // namespace
}  // namespace gate
