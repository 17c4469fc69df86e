// Enrolment of a second factor at first use: when it is open, what it accepts, and what policies
// refuse.

#include "tests/native_auth/sign_in_fixture.h"

namespace gate::server::testing_support {
namespace {

class Enrolment : public SignIn {
 protected:
  Reply demand(const std::string& user) {
    require_mfa();
    return server_.first_factor(user);
  }
  Reply enrol(const std::string& token, const std::string& channel, const std::string& target) {
    return server_.post("/register/v1.0/challenge", {{"continuation_token", token},
                                                     {"challenge_type", "oob"},
                                                     {"challenge_target", target},
                                                     {"challenge_channel", channel}});
  }
  Reply prove(const std::string& token, const std::string& code) {
    return server_.post("/register/v1.0/continue",
                        {{"continuation_token", token}, {"grant_type", "oob"}, {"oob", code}});
  }
};

TEST_F(Enrolment, AtFirstUseEndsInTokensAndTheMethodStays) {
  const Reply demanded = demand("carl");
  ASSERT_EQ(demanded.status, 400);
  EXPECT_EQ(demanded.suberror(), "registration_required");
  const Reply listed =
      server_.post("/register/v1.0/introspect", {{"continuation_token", demanded.token()}});
  ASSERT_EQ(listed.status, 200);
  EXPECT_EQ(TestServer::method_id(listed, "sms"), "sms");
  const Reply sent = enrol(listed.token(), "sms", "+1 555 010 0777");
  ASSERT_EQ(sent.status, 200) << boost::json::serialize(sent.body);
  EXPECT_EQ(sent.text("challenge_type"), "oob");
  EXPECT_EQ(sent.text("challenge_target"), "+15550100777");
  EXPECT_EQ(sent.text("challenge_channel"), "sms");
  const Reply wrong = prove(sent.token(), "00000000");
  EXPECT_EQ(wrong.suberror(), "invalid_oob_value");
  const Reply proven = prove(sent.token(), server_.last_code());
  ASSERT_EQ(proven.status, 200);
  EXPECT_FALSE(proven.has_tokens());
  const Reply done = server_.submit("continuation_token", proven.token(), "");
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  EXPECT_EQ(amr_of_reply(done), R"(["pwd","sms","mfa"])");
  EXPECT_EQ(demand("carl").suberror(), "mfa_required");
}

TEST_F(Enrolment, F6_TheOtherMethodsAreToldOfANewOne) {
  const Reply listed =
      server_.post("/register/v1.0/introspect", {{"continuation_token", demand("ben").token()}});
  const Reply sent = enrol(listed.token(), "sms", "+15550100777");
  const Reply wrong = prove(sent.token(), "00000000");
  const std::string code = server_.last_code();
  const std::size_t before = server_.delivered.size();
  ASSERT_EQ(prove(sent.token(), code).status, 200);
  (void)server_.last_code();
  ASSERT_EQ(server_.delivered.size(), before + 1) << "the mailbox, and not the new phone";
  const OutboxMessage& notice = server_.delivered.back();
  EXPECT_EQ(notice.to, "ben@bank.example");
  EXPECT_EQ(notice.code, "");
  EXPECT_EQ(notice.subject, "A sign-in method was added");
  EXPECT_EQ(
      notice.body,
      "A sign-in method was added to your account at Bank. If you did not do this, contact us at "
      "once.");
}

TEST_F(Enrolment, IsClosedToUsersWithAMethod) {
  const Reply demanded = demand("amy");
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  EXPECT_EQ(enrol(demanded.token(), "sms", "+15550100777").error(), "invalid_grant");
  EXPECT_EQ(
      server_.post("/register/v1.0/introspect", {{"continuation_token", demanded.token()}}).error(),
      "invalid_grant");
}

TEST_F(Enrolment, RefusesContactsThatCannotBeReached) {
  const Reply demanded = demand("carl");
  for (const auto& [channel, target] :
       {std::pair{"sms", "0800 123"}, std::pair{"email", "carl"},
        std::pair{"voice", "+15550100777"}, std::pair{"sms", "carl@bank.example"}}) {
    EXPECT_EQ(enrol(demanded.token(), channel, target).code(), 901001) << target;
  }
}

TEST_F(Enrolment, AnotherAddressMayBeTakenBeforeProof) {
  const Reply demanded = demand("carl");
  const Reply first = enrol(demanded.token(), "sms", "+15550100777");
  const std::string first_code = server_.last_code();
  const Reply second = enrol(first.token(), "email", "carl@home.example");
  EXPECT_EQ(prove(second.token(), first_code).suberror(), "invalid_oob_value");
  EXPECT_EQ(prove(second.token(), server_.last_code()).status, 200);
  const auto channels = server_.channels("carl-id");
  ASSERT_EQ(channels.size(), 1U);
  EXPECT_EQ(channels[0].address, "carl@home.example");
}

/// Two methods for the app; `enrolment` for the user action.
ScriptedDecider::Policy with_enrolment(PolicyVerdict (*enrolment)()) {
  return [enrolment](const SignInFacts& facts) {
    const bool action = facts.target_kind == TargetKind::kUserAction;
    EXPECT_TRUE(!action || facts.target == "register_security_info") << facts.target;
    return action ? enrolment() : require_two_methods(facts);
  };
}

TEST_F(Enrolment, C2_PoliciesOnRegisterSecurityInfoDecideWhetherItBegins) {
  server_.decider.set(with_enrolment(block));
  const Reply refused = server_.first_factor("carl");
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(refused.code(), 53003);
  EXPECT_TRUE(refused.token().empty());
  const std::vector<AuditRecord> rows = server_.audit_rows(10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].type, "register");
  EXPECT_EQ(rows[1].outcome, "block");
  EXPECT_EQ(rows[1].reasons, "policy_blocks: test");
}

TEST_F(Enrolment, C2_PoliciesOnRegisterSecurityInfoAreAskedAgainWhenTheMethodIsBound) {
  const Reply sent = enrol(demand("carl").token(), "sms", "+15550100777");
  server_.decider.set(with_enrolment(block));
  const Reply refused = prove(sent.token(), server_.last_code());
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_TRUE(refused.token().empty());
  EXPECT_TRUE(server_.channels("carl-id").empty());
  server_.decider.set(require_two_methods);
  EXPECT_EQ(prove(sent.token(), server_.last_code()).error(), "invalid_grant")
      << "the flow is over";
}

PolicyVerdict block_and_revoke() {
  PolicyVerdict verdict = block();
  verdict.session.flags = SessionControls::kRevokeAll;
  return verdict;
}

TEST_F(Enrolment, C2_APolicyOnRegisterSecurityInfoMayRevokeAllWhenEnrolmentBegins) {
  const std::string session = server_.first_factor("carl").text("refresh_token");
  ASSERT_FALSE(session.empty());
  server_.decider.set(with_enrolment(block_and_revoke));
  EXPECT_EQ(server_.first_factor("carl").error(), "access_denied");
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(session).suberror(), "bad_token");
}

TEST_F(Enrolment, C2_APolicyOnRegisterSecurityInfoMayRevokeAllWhenTheMethodIsBound) {
  const std::string session = server_.first_factor("carl").text("refresh_token");
  const Reply sent = enrol(demand("carl").token(), "sms", "+15550100777");
  server_.decider.set(with_enrolment(block_and_revoke));
  EXPECT_EQ(prove(sent.token(), server_.last_code()).error(), "access_denied");
  EXPECT_TRUE(server_.channels("carl-id").empty());
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(session).suberror(), "bad_token");
}

PolicyVerdict demand_that_no_method_meets() {
  PolicyVerdict verdict = require_two_methods({});
  verdict.outcome = Outcome::kChallenge;
  return verdict;
}

TEST_F(Enrolment, C2_ADemandOnRegisterSecurityInfoThatNothingMeetsIsANo) {
  server_.decider.set(with_enrolment(demand_that_no_method_meets));
  EXPECT_EQ(server_.first_factor("carl").error(), "access_denied");
}

TEST_F(Enrolment, C2_ADemandForMfaIsMetByTheFirstMethodThatIsEnrolled) {
  std::size_t asked = 0;
  server_.decider.set([&asked](const SignInFacts& facts) {
    asked += facts.target_kind == TargetKind::kUserAction ? 1 : 0;
    return require_two_methods(facts);
  });
  const Reply sent = enrol(server_.first_factor("carl").token(), "sms", "+15550100777");
  ASSERT_GE(asked, 2U);
  const std::size_t before = asked;
  const Reply proven = prove(sent.token(), server_.last_code());
  ASSERT_EQ(proven.status, 200);
  EXPECT_GT(asked, before) << "asked again when the method is bound";
  EXPECT_TRUE(server_.submit("continuation_token", proven.token(), "").has_tokens());
}

/// The app requires a code by e-mail; enrolment requires any second factor.
PolicyVerdict another_method_than_is_enrolled(const SignInFacts& facts) {
  PolicyVerdict verdict = require_two_methods(facts);
  if (facts.target_kind == TargetKind::kApp && verdict.outcome == Outcome::kChallenge) {
    verdict.second_factors = MethodSet::of(Method::kEmailOtp);
  }
  return verdict;
}

TEST_F(Enrolment, C2_AUserWithAMethodEnrolsNoOtherWithoutProvingIt) {
  for (const bool blocked : {false, true}) {
    const auto phone = server_.channels("dora-id")[0];
    ASSERT_EQ(phone.kind, ChannelKind::kSms);
    server_.set_blocked("dora-id", phone, blocked);
    server_.decider.set(another_method_than_is_enrolled);
    const Reply refused = server_.first_factor("dora");
    EXPECT_EQ(refused.error(), "access_denied") << blocked;
    EXPECT_TRUE(refused.token().empty());
  }
}

TEST_F(Enrolment, C2_TheServersOwnRefusalOfAnotherMethodRevokesNothing) {
  const std::string session = server_.first_factor("dora").text("refresh_token");
  ASSERT_FALSE(session.empty());
  // The flag of policies that admit the enrolment; the server refuses it (S16).
  server_.decider.set([](const SignInFacts& facts) {
    PolicyVerdict verdict = another_method_than_is_enrolled(facts);
    if (facts.target_kind == TargetKind::kUserAction) {
      verdict = allow();
      verdict.session.flags = SessionControls::kRevokeAll;
    }
    return verdict;
  });
  EXPECT_EQ(server_.first_factor("dora").error(), "access_denied");
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(session).status, 200);
}

/// Two methods for the app; no policy on enrolment.
PolicyVerdict only_the_app_is_targeted(const SignInFacts& facts) {
  return facts.target_kind == TargetKind::kUserAction ? allow() : require_two_methods(facts);
}

TEST_F(Enrolment, S16_OfTwoFlowsTheFirstThatBindsAMethodIsTheOnlyOne) {
  server_.decider.set(only_the_app_is_targeted);
  const Reply owner = enrol(server_.first_factor("carl").token(), "sms", "+15550100777");
  const std::string owners_code = server_.last_code();
  const Reply thief = enrol(server_.first_factor("carl").token(), "sms", "+15550100778");
  const std::string thiefs_code = server_.last_code();
  EXPECT_EQ(prove(owner.token(), owners_code).status, 200);
  const Reply refused = prove(thief.token(), thiefs_code);
  EXPECT_EQ(refused.error(), "access_denied") << boost::json::serialize(refused.body);
  EXPECT_TRUE(refused.token().empty());
  EXPECT_EQ(server_.channels("carl-id").size(), 1U);
}

TEST_F(Enrolment, S16_ABlockedMethodCountsWhereNoPolicyIsOnEnrolling) {
  server_.decider.set(only_the_app_is_targeted);
  const Reply sent = enrol(server_.first_factor("carl").token(), "sms", "+15550100777");
  ASSERT_EQ(prove(sent.token(), server_.last_code()).status, 200);
  const auto phone = server_.channels("carl-id")[0];
  server_.set_blocked("carl-id", phone, true);
  const Reply refused = server_.first_factor("carl");
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_TRUE(refused.token().empty());
}

TEST_F(Enrolment, IsNoWayAroundABlockedChannel) {
  const auto phone = server_.channels("dora-id")[0];
  ASSERT_EQ(phone.kind, ChannelKind::kSms);
  server_.set_blocked("dora-id", phone, true);
  const Reply demanded = demand("dora");
  EXPECT_EQ(demanded.status, 200);
  EXPECT_EQ(demanded.text("challenge_type"), "redirect");
}

TEST_F(Enrolment, T6_AMethodThatWasBlockedAfterItWasBoundGivesNoTokens) {
  server_.decider.set(only_the_app_is_targeted);
  const Reply sent = enrol(server_.first_factor("carl").token(), "sms", "+15550100777");
  const Reply proven = prove(sent.token(), server_.last_code());
  ASSERT_EQ(proven.status, 200);
  server_.set_blocked("carl-id", server_.channels("carl-id")[0], true);
  const Reply refused = server_.submit("continuation_token", proven.token(), "");
  EXPECT_EQ(refused.error(), "invalid_grant") << boost::json::serialize(refused.body);
  EXPECT_FALSE(refused.has_tokens());
}

}  // namespace
}  // namespace gate::server::testing_support
