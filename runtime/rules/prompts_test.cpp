// Who can be asked for what: restricted methods, registration, facts that must not be absent.

#include <gtest/gtest.h>

#include <gate/policy_set.hpp>

#include "runtime/ir/builder.h"
#include "runtime/ir/text.h"
#include "runtime/ir/verify.h"
#include "runtime/set/build.h"

namespace gate {
namespace {

using ir::Control;

class Prompts : public testing::Test {
 protected:
  /// One policy on everybody and every app: `when` asks for `control`.
  std::shared_ptr<const PolicySet> set(ir::ExprId when, Control control) {
    ir::Effect effect;
    effect.clauses = {builder.clause({{control}})};
    ir::Policy policy;
    policy.id = "p";
    policy.include.all_users = true;
    policy.include_targets.all = true;
    policy.condition = when;
    policy.effect = builder.effect(effect);
    builder.policy(policy);
    ir::Program program = builder.finish();
    const auto text = ir::print_text(program, ir::Sources::kKeep);
    const auto again = ir::parse_text(text);
    EXPECT_TRUE(again.has_value() && *again == program) << text;
    auto built = build_policy_set(std::move(program));
    GATE_CHECK(built, "the set must build");
    return std::shared_ptr<const PolicySet>(std::move(*built));
  }
  std::shared_ptr<const PolicySet> mfa() {
    return set(builder.constant(true), {ControlKind::kMfa, 0});
  }
  static Decision decide(const std::shared_ptr<const PolicySet>& set, const SignInFacts& facts) {
    return set->evaluate(SignInView(facts).request());
  }
  static SignInFacts password() {
    SignInFacts facts;
    facts.client = ClientApp::kBrowser;
    facts.completed = {{Method::kPassword, 0}};
    return facts;
  }
  ir::ExprId risky() {
    return builder.context_in(ir::ContextFact::kSignInRisk,
                              ir::context_field(ir::ContextFact::kSignInRisk).bit(3));
  }

  ir::ProgramBuilder builder;
};

TEST_F(Prompts, RestrictedFido2CountsForTheNamedModelsOnly) {  // conditional-access 1.5
  const auto key =
      builder.restriction({Method::kFido2, {"de1e552d-db1d-4423-a619-566b625cdc84"}, {}, {}});
  const auto strength = builder.strength({"Keys", {ir::restriction_bit(key)}});
  const auto policies = set(builder.constant(true), {ControlKind::kStrength, strength});
  auto facts = password();
  EXPECT_EQ(decide(policies, facts).second_factors, MethodSet::of(Method::kFido2));
  facts.completed.push_back({Method::kFido2, 0});
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);  // which model is not known
  facts.strings = {{"fido2.aaguid", "DE1E552D-DB1D-4423-A619-566B625CDC84"}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
  facts.strings = {{"fido2.aaguid", "00000000-0000-0000-0000-000000000000"}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
}

TEST_F(Prompts, CertificatesNeedIssuerAndPolicyWhereBothAreNamed) {
  const auto both = builder.restriction({Method::kX509MultiFactor, {}, {"aa", "bb"}, {"1.2.3"}});
  const auto strength = builder.strength({"Cards", {ir::restriction_bit(both)}});
  const auto policies = set(builder.constant(true), {ControlKind::kStrength, strength});
  auto facts = password();
  facts.completed.push_back({Method::kX509MultiFactor, 0});
  facts.strings = {{"x509.issuer_ski", "BB"}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
  facts.lists = {{"x509.policy_oids", {"9.9", "1.2.3"}}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
  facts.strings = {{"x509.issuer_ski", "cc"}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
}

TEST_F(Prompts, RestrictionsAreNumberedByTheirContents) {
  const auto program = [](bool swapped) {
    ir::ProgramBuilder b;
    std::vector<ir::MethodRestriction> all = {{Method::kFido2, {"a"}, {}, {}},
                                              {Method::kFido2, {"b"}, {}, {}}};
    std::uint32_t first = b.restriction(all[swapped ? 1 : 0]);
    std::uint32_t second = b.restriction(all[swapped ? 0 : 1]);
    if (swapped) {
      std::swap(first, second);
    }
    const auto one = b.strength({"One", {ir::restriction_bit(first)}});
    const auto two = b.strength({"Two", {ir::restriction_bit(second)}});
    ir::Effect effect;
    effect.clauses = {b.clause({{{ControlKind::kStrength, one}}}),
                      b.clause({{{ControlKind::kStrength, two}}})};
    ir::Policy policy;
    policy.condition = b.constant(true);
    policy.effect = b.effect(effect);
    b.policy(policy);
    return b.finish();
  };
  EXPECT_EQ(program(false), program(true));
  EXPECT_TRUE(ir::verify(program(true)).has_value());
}

TEST_F(Prompts, NoSecondFactorIsRegisteredInARiskySignIn) {  // conditional-access 2.5
  const auto policies = set(risky(), {ControlKind::kMfa, 0});
  auto facts = password();
  facts.sign_in_risk = Risk::kHigh;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);  // not known: as if registered
  facts.lists = {{"user.registered_methods", {"password"}}};
  const Decision refused = decide(policies, facts);
  EXPECT_EQ(refused.outcome, Outcome::kBlock);
  EXPECT_EQ(refused.error_code, 53004);
  EXPECT_EQ(refused.reasons[0].code, ReasonCode::kCannotRegister);
  facts.lists = {{"user.registered_methods", {"password", "sms_otp"}}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
}

TEST_F(Prompts, WhoHasNoMethodRegistersOneWhereOneCanBeRegistered) {  // conditional-access 2.7
  auto facts = password();
  facts.lists = {{"user.registered_methods", {"password"}}};
  EXPECT_EQ(decide(mfa(), facts).outcome, Outcome::kChallenge);
  const auto card = builder.strength({"Card", {MethodSet::of(Method::kX509MultiFactor)}});
  const auto policies = set(builder.constant(true), {ControlKind::kStrength, card});
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kBlock);
}

TEST_F(Prompts, DirectConnectUsersCannotBeAsked) {  // conditional-access 2.7
  const auto policies = mfa();
  auto facts = password();
  facts.user_kind = UserKind::kB2bDirectConnectUser;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kBlock);
  facts.satisfied = {{ControlKind::kMfa, ""}};  // the home tenant's claim, trusted
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
}

TEST_F(Prompts, APolicyThatNeedsThePositionRefusesWithoutIt) {  // conditional-access 2.4
  ir::StringSlot slot;
  slot.name = ir::kGpsCountrySignal;
  const auto here = builder.string_test({builder.string_slot(slot), ir::StringOp::kEquals, {"AT"}});
  const auto policies = set(here, {ControlKind::kMfa, 0});
  auto facts = password();
  const Decision refused = decide(policies, facts);
  EXPECT_EQ(refused.outcome, Outcome::kBlock);
  EXPECT_EQ(refused.reasons[0].code, ReasonCode::kFactRefused);
  EXPECT_EQ(policies->fact(refused.reasons[0].detail), "gps_country");
  facts.signals = {{"gps_country", std::string("at")}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
  facts.signals = {{"gps_country", std::string("DE")}};
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
}

TEST_F(Prompts, ExtensionAttributesShowOnManagedDevices) {  // conditional-access 3
  ir::StringSlot slot;
  slot.name = "device.extension_attribute1";
  slot.signal = false;
  const auto saw = builder.string_test({builder.string_slot(slot), ir::StringOp::kEquals, {"saw"}});
  const auto policies = set(saw, {ControlKind::kMfa, 0});
  auto facts = password();
  facts.strings = {{"device.extension_attribute1", "SAW"}};
  facts.device.registered = true;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
  facts.device.managed = Tristate::kTrue;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
  facts.device.managed = Tristate::kFalse;
  facts.device.trust = DeviceTrust::kServerAd;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kChallenge);
  facts.device.registered = false;
  EXPECT_EQ(decide(policies, facts).outcome, Outcome::kAllow);
}

TEST_F(Prompts, AWorkforceTenantTakesNoEmailCodeAsSecondFactor) {  // conditional-access 1.5
  auto facts = password();
  facts.completed.push_back({Method::kEmailOtp, 0});
  EXPECT_EQ(decide(mfa(), facts).outcome, Outcome::kAllow);
  builder.use_workforce_mfa();
  EXPECT_EQ(decide(mfa(), facts).outcome, Outcome::kChallenge);
}

TEST_F(Prompts, ATraceSaysWhatEachPolicyWouldDecideAlone) {  // conditional-access 2.6
  const auto policies = mfa();
  auto facts = password();
  const SignInView view(facts);
  EXPECT_EQ(policies->explain(view.request(), ExplainScope::kEvery).policies.at(0).outcome,
            Outcome::kChallenge);
}

TEST_F(Prompts, S10_AContextIsProtectedByAPolicyThatIsOnAndNamesIt) {
  const auto policy_on = [this](const char* context, PolicyState state) {
    ir::Effect effect;
    effect.clauses = {builder.clause({{Control{ControlKind::kMfa, 0}}})};
    ir::Policy policy;
    policy.id = context;
    policy.state = state;
    policy.include.all_users = true;
    policy.include_targets.kind = TargetKind::kAuthContext;
    policy.include_targets.members = {builder.symbol(ir::SymbolKind::kAuthContext, context)};
    policy.condition = builder.constant(true);
    policy.effect = builder.effect(effect);
    builder.policy(policy);
  };
  policy_on("c1", PolicyState::kOn);
  policy_on("c2", PolicyState::kReportOnly);
  policy_on("c3", PolicyState::kOff);
  const ir::Program program = builder.finish();
  for (const Backend backend : {Backend::kInterpreter, Backend::kNative}) {
    const auto set = build_policy_set(ir::Program(program), backend);
    ASSERT_TRUE(set);
    EXPECT_TRUE((*set)->protects_context("c1"));
    for (const char* other : {"C1", "c1 ", "c2", "c3", "c4", ""}) {
      EXPECT_FALSE((*set)->protects_context(other)) << other;
    }
  }
}

}  // namespace
}  // namespace gate
