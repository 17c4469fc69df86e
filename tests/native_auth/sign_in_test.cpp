// The sign-in as the clients do it: every first factor, every second factor, and what policies
// refuse.

#include "server/token/token_issuer.h"
#include "tests/native_auth/sign_in_fixture.h"

namespace gate::server::testing_support {
namespace {

TEST_F(SignIn, ByEmailCode) {
  const Reply started = server_.initiate("ben");
  ASSERT_EQ(started.status, 200);
  const Reply challenged = server_.challenge(started.token());
  ASSERT_EQ(challenged.status, 200);
  EXPECT_EQ(challenged.text("challenge_type"), "oob");
  EXPECT_EQ(challenged.text("binding_method"), "prompt");
  EXPECT_EQ(challenged.text("challenge_channel"), "email");
  EXPECT_EQ(challenged.text("challenge_target_label"), "b**@b***.example");
  EXPECT_EQ(challenged.body.at("code_length").as_int64(), 8);
  const std::string code = server_.last_code();
  EXPECT_EQ(code.size(), 8U);
  EXPECT_EQ(server_.delivered.back().to, "ben@bank.example");

  const Reply done = server_.submit("oob", challenged.token(), code);
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  EXPECT_EQ(done.text("token_type"), "Bearer");
  EXPECT_EQ(done.text("scope"), "openid profile offline_access");
  EXPECT_GT(done.body.at("expires_in").to_number<std::int64_t>(), 0);
  EXPECT_FALSE(done.text("refresh_token").empty());
  const auto info = parse_base64url(done.text("client_info"));
  EXPECT_EQ(std::string(info->begin(), info->end()),
            std::string(R"({"uid":"ben-id","utid":")") + TestServer::kTenant + R"("})");
  EXPECT_EQ(amr_of_reply(done), R"(["otp"])");
  const auto id = claims_of(done.text("id_token"));
  EXPECT_EQ(id.at("iss").as_string(),
            std::string("https://id.bank.example/") + TestServer::kTenant + "/v2.0");
  EXPECT_EQ(id.at("preferred_username").as_string(), "ben@bank.example");
  EXPECT_TRUE(id.contains("sid"));
}

TEST_F(SignIn, ByPassword) {
  const Reply challenged = server_.challenge(server_.initiate("amy").token());
  EXPECT_EQ(challenged.text("challenge_type"), "password");
  const Reply done = server_.submit("password", challenged.token(), TestServer::kPassword);
  ASSERT_EQ(done.status, 200);
  EXPECT_EQ(amr_of_reply(done), R"(["pwd"])");
  EXPECT_EQ(claims_of(done.text("access_token")).at("acr").as_string(), kAcrSingleFactor);
}

TEST_F(SignIn, TheTenantMayBeNamedByItsDomain) {
  const auto request = TestServer::form_request("/bank.example/oauth2/v2.0/initiate",
                                                {{"client_id", TestServer::kClient},
                                                 {"username", "BEN@bank.example"},
                                                 {"challenge_type", "oob redirect"}});
  EXPECT_EQ(TestServer::read(server_.send(request)).status, 200);
}

TEST_F(SignIn, AWrongPasswordKeepsTheTokenAndARightOneStillWorks) {
  const std::string token = server_.begin("amy");
  const Reply wrong = server_.submit("password", token, "not it");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.error(), "invalid_grant");
  EXPECT_EQ(wrong.code(), 50126);
  EXPECT_TRUE(wrong.token().empty());
  EXPECT_EQ(server_.submit("password", token, TestServer::kPassword).status, 200);
}

TEST_F(SignIn, AWrongCodeKeepsTheTokenAndARightOneStillWorks) {
  const std::string token = server_.begin("ben");
  const Reply wrong = server_.submit("oob", token, "00000000");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.error(), "invalid_grant");
  EXPECT_EQ(wrong.suberror(), "invalid_oob_value");
  EXPECT_TRUE(wrong.token().empty());
  EXPECT_EQ(server_.submit("oob", token, server_.last_code()).status, 200);
}

class SecondFactor : public SignIn, public testing::WithParamInterface<const char*> {};

TEST_P(SecondFactor, IsAskedForListedSentAndAccepted) {
  require_mfa();
  const Reply demanded = server_.first_factor("amy");
  ASSERT_EQ(demanded.status, 400);
  EXPECT_EQ(demanded.error(), "invalid_grant");
  EXPECT_EQ(demanded.suberror(), "mfa_required");
  EXPECT_EQ(demanded.code(), 50076);
  EXPECT_FALSE(demanded.has_tokens());
  const Reply listed = server_.introspect(demanded.token());
  ASSERT_EQ(listed.status, 200);
  EXPECT_EQ(listed.body.at("methods").as_array().size(), 2U);
  const Reply challenged =
      server_.challenge(listed.token(), TestServer::method_id(listed, GetParam()));
  ASSERT_EQ(challenged.status, 200);
  EXPECT_EQ(challenged.text("challenge_channel"), GetParam());
  const Reply done = server_.submit("mfa_oob", challenged.token(), server_.last_code());
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  EXPECT_EQ(amr_of_reply(done),
            std::string(GetParam()) == "sms" ? R"(["pwd","sms","mfa"])" : R"(["pwd","otp","mfa"])");
  EXPECT_EQ(claims_of(done.text("access_token")).at("acr").as_string(), kAcrTwoFactors);
}

INSTANTIATE_TEST_SUITE_P(Channels, SecondFactor, testing::Values("email", "sms"));

TEST_F(SignIn, TheSecondFactorMayBeSwitchedAndTheFirstCodeOfItDies) {
  require_mfa();
  const Reply listed = server_.introspect(server_.first_factor("amy").token());
  const Reply by_mail = server_.challenge(listed.token(), TestServer::method_id(listed, "email"));
  const std::string mail_code = server_.last_code();
  const Reply by_sms = server_.challenge(by_mail.token(), TestServer::method_id(listed, "sms"));
  const std::string sms_code = server_.last_code();
  EXPECT_EQ(server_.submit("mfa_oob", by_sms.token(), mail_code).suberror(), "invalid_oob_value");
  EXPECT_EQ(server_.submit("mfa_oob", by_sms.token(), sms_code).status, 200);
}

TEST_F(SignIn, WithoutAnIdThePreferredMethodIsUsedAndAResendGoesToTheSame) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  EXPECT_EQ(challenged.text("challenge_channel"), "sms") << "amy prefers her phone";
  EXPECT_EQ(server_.challenge(challenged.token()).text("challenge_channel"), "sms");
}

TEST_F(SignIn, C4_TheMailboxOfTheFirstFactorIsNoSecondOne) {
  // A policy that wrongly accepts another e-mail code: the server does not offer it.
  server_.decider.set([](const SignInFacts& facts) {
    PolicyVerdict verdict = require_two_methods(facts);
    if (verdict.outcome == Outcome::kChallenge) {
      verdict.second_factors = MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp);
    }
    return verdict;
  });
  const Reply demanded = server_.first_factor("dora");
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const Reply listed = server_.introspect(demanded.token());
  ASSERT_EQ(listed.body.at("methods").as_array().size(), 1U);
  EXPECT_FALSE(TestServer::method_id(listed, "sms").empty());
}

/// The app requires a code by e-mail in addition; no policy is on enrolment.
PolicyVerdict a_code_by_email_that_may_be_enrolled(const SignInFacts& facts) {
  PolicyVerdict verdict = require_two_methods(facts);
  if (verdict.outcome == Outcome::kChallenge) {
    verdict.second_factors = MethodSet::of(Method::kEmailOtp);
  }
  return facts.target_kind == TargetKind::kUserAction ? allow() : verdict;
}

TEST_F(SignIn, C4_TheMailboxOfTheFirstFactorCannotBeEnrolledAsTheSecond) {
  server_.decider.set(a_code_by_email_that_may_be_enrolled);
  const Reply demanded = server_.first_factor("ben");
  ASSERT_EQ(demanded.suberror(), "registration_required");
  const Reply refused =
      server_.post("/register/v1.0/challenge", {{"continuation_token", demanded.token()},
                                                {"challenge_type", "oob"},
                                                {"challenge_target", "Ben@bank.example"},
                                                {"challenge_channel", "email"}});
  EXPECT_EQ(refused.error(), "invalid_request");
  EXPECT_EQ(refused.code(), 901001);
}

TEST_F(SignIn, C4_ATaggedAddressOfTheFirstFactorsMailboxCannotBeEnrolledEither) {
  server_.decider.set(a_code_by_email_that_may_be_enrolled);
  const Reply demanded = server_.first_factor("ben");
  const Reply refused =
      server_.post("/register/v1.0/challenge", {{"continuation_token", demanded.token()},
                                                {"challenge_type", "oob"},
                                                {"challenge_target", "ben+mfa@bank.example"},
                                                {"challenge_channel", "email"}});
  EXPECT_EQ(refused.code(), 901001);
}

TEST_F(SignIn, ABlockIsAPlainErrorWithoutAnythingToGoOnWith) {
  server_.decider.set([](const SignInFacts&) { return block(); });
  const std::string token = server_.begin("amy");
  const Reply refused = server_.submit("password", token, TestServer::kPassword);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(refused.code(), 53003);
  EXPECT_TRUE(refused.token().empty());
  EXPECT_FALSE(refused.has_tokens());
  EXPECT_EQ(server_.submit("password", token, TestServer::kPassword).error(), "invalid_grant");
}

TEST_F(SignIn, AClientThatCannotAskIsSentToTheBrowser) {
  require_mfa();
  const auto sign_in = [&](const std::string& user, const std::string& capabilities) {
    const Reply challenged = server_.challenge(server_.initiate(user, capabilities).token());
    return server_.submit("password", challenged.token(), TestServer::kPassword);
  };
  const Reply no_mfa = sign_in("amy", "registration_required");
  EXPECT_EQ(no_mfa.status, 200);
  EXPECT_EQ(no_mfa.text("challenge_type"), "redirect");
  EXPECT_EQ(no_mfa.text("redirect_reason"), "Client is missing mfa_required capability");
  const Reply no_enrolment = sign_in("carl", "mfa_required");
  EXPECT_EQ(no_enrolment.text("redirect_reason"),
            "Client is missing registration_required capability");
  EXPECT_EQ(sign_in("carl", "mfa_required,registration_required").suberror(),
            "registration_required")
      << "the documentation shows a comma once";
}

TEST_F(SignIn, AnAccountWhoseMethodTheClientDoesNotSpeakIsSentToTheBrowser) {
  const Reply redirected =
      server_.post("/oauth2/v2.0/initiate",
                   {{"username", "amy@bank.example"}, {"challenge_type", "oob redirect"}});
  EXPECT_EQ(redirected.status, 200);
  EXPECT_EQ(redirected.text("challenge_type"), "redirect");
}

TEST_F(SignIn, C2_AStricterPolicyPublishedMidFlowWins) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  server_.decider.set([](const SignInFacts&) { return block(); });
  const Reply refused = server_.submit("mfa_oob", challenged.token(), server_.last_code());
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_FALSE(refused.has_tokens());
}

TEST_F(SignIn, C2_ADemandThatGrewMidFlowEndsInAPlainErrorNotInAnotherPrompt) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  server_.decider.set([](const SignInFacts&) {
    PolicyVerdict verdict;
    verdict.outcome = Outcome::kChallenge;
    verdict.second_factors = MethodSet::of(Method::kEmailOtp);
    return verdict;
  });
  const Reply refused = server_.submit("mfa_oob", challenged.token(), server_.last_code());
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_TRUE(refused.token().empty());
}

TEST_F(SignIn, T6_ARevokedUserGetsNothingFromAFlowUnderWay) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  const std::string code = server_.last_code();
  server_.revoke("amy-id");
  const Reply refused = server_.submit("mfa_oob", challenged.token(), code);
  EXPECT_EQ(refused.status, 400);
  EXPECT_FALSE(refused.has_tokens());
}

TEST_F(SignIn, T6_ACodeSentToAChannelThatWasBlockedSinceIsWorthNothing) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  const std::string code = server_.last_code();
  const auto channels = server_.channels("amy-id");
  server_.set_blocked("amy-id", channels[0], true);
  const Reply refused = server_.submit("mfa_oob", challenged.token(), code);
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(refused.suberror(), "provider_blocked_by_rep");
  EXPECT_FALSE(refused.has_tokens());
}

TEST_F(SignIn, T6_AFirstFactorOverAMailboxThatWasBlockedSinceCarriesNoFlowToTokens) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("dora").token());
  ASSERT_EQ(challenged.text("challenge_channel"), "sms");
  const std::string code = server_.last_code();
  const auto channels = server_.channels("dora-id");
  ASSERT_EQ(channels[1].kind, ChannelKind::kEmail);
  server_.set_blocked("dora-id", channels[1], true);
  const Reply refused = server_.submit("mfa_oob", challenged.token(), code);
  EXPECT_EQ(refused.error(), "invalid_grant") << boost::json::serialize(refused.body);
  EXPECT_FALSE(refused.has_tokens());
  server_.set_blocked("dora-id", channels[1], false);
  EXPECT_EQ(server_.submit("mfa_oob", challenged.token(), code).error(), "invalid_grant")
      << "the flow is over";
}

TEST_F(SignIn, T6_ACodeToAChannelThatIsNoLongerVerifiedIsWorthNothing) {
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  const std::string code = server_.last_code();
  Channel phone = server_.channels("amy-id")[0];
  phone.verified = false;
  ASSERT_TRUE(server_.store->write([&](UnitOfWork& work) {
    return work.put_channel(TestServer::kTenant, "amy-id", phone, server_.clock.now());
  }));
  EXPECT_FALSE(server_.submit("mfa_oob", challenged.token(), code).has_tokens());
}

TEST_F(SignIn, S14_AnotherPasswordEndsFlowsAndSessionsOfTheOldOne) {
  const std::string session = server_.first_factor("amy").text("refresh_token");
  ASSERT_FALSE(session.empty());
  require_mfa();
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  const std::string code = server_.last_code();
  Provisioning changed;
  Provisioning::User amy;
  amy.tenant_id = TestServer::kTenant;
  amy.id = "amy-id";
  amy.username = "amy@bank.example";
  amy.password_hash = "$argon2id$v=19$m=19456,t=2,p=1$another";
  changed.users = {amy};
  server_.provision(changed);
  EXPECT_EQ(server_.submit("mfa_oob", challenged.token(), code).error(), "invalid_grant");
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_EQ(server_.refresh(session).suberror(), "bad_token");
  const std::string later = server_.first_factor("ben").text("refresh_token");
  server_.provision(changed);
  EXPECT_EQ(server_.refresh(later).status, 200) << "the same file again changes nothing";
}

TEST_F(SignIn, S10_AScopeThatWasTakenFromTheClientIsNotSignedAtRefresh) {
  const std::string own = TestServer::kPay;
  const Reply tokens =
      server_.post("/oauth2/v2.0/token", {{"continuation_token", server_.begin("amy")},
                                          {"grant_type", "password"},
                                          {"password", TestServer::kPassword},
                                          {"scope", "openid offline_access " + own}});
  ASSERT_EQ(tokens.status, 200);
  Provisioning without;
  without.clients = {
      {TestServer::kTenant, TestServer::kClient, "retail-app", {TestServer::kOrigin}, false, {}}};
  server_.provision(without);
  const Reply renewed = server_.post(
      "/oauth2/v2.0/token",
      {{"grant_type", "refresh_token"}, {"refresh_token", tokens.text("refresh_token")}});
  ASSERT_EQ(renewed.status, 200) << boost::json::serialize(renewed.body);
  EXPECT_EQ(renewed.text("scope"), "openid offline_access");
  EXPECT_EQ(claims_of(renewed.text("access_token")).at("scope").as_string(),
            "openid offline_access");
}

TEST_F(SignIn, N13_6_ABlockedChannelIsNeitherListedNorSentTo) {
  require_mfa();
  const auto channels = server_.channels("amy-id");
  ASSERT_EQ(channels[0].kind, ChannelKind::kSms);
  server_.set_blocked("amy-id", channels[0], true);
  const Reply listed = server_.introspect(server_.first_factor("amy").token());
  EXPECT_EQ(TestServer::method_id(listed, "sms"), "");
  EXPECT_NE(TestServer::method_id(listed, "email"), "");
  const Reply refused = server_.challenge(listed.token(), channels[0].channel_id);
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(refused.suberror(), "provider_blocked_by_rep");
  EXPECT_EQ(server_.last_code(), "");
}

TEST_F(SignIn, AnAuthenticationContextIsDecidedWithTheAppAndShownInTheAccessToken) {
  server_.decider.set([](const SignInFacts& facts) {
    return facts.target_kind == TargetKind::kAuthContext ? require_two_methods(facts) : allow();
  });
  const std::string claims = R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})";
  const std::string token = server_.begin("amy");
  const Reply demanded = server_.post("/oauth2/v2.0/token", {{"continuation_token", token},
                                                             {"grant_type", "password"},
                                                             {"password", TestServer::kPassword},
                                                             {"scope", TestServer::kPay},
                                                             {"claims", claims}});
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const Reply challenged = server_.challenge(demanded.token());
  const Reply done = server_.post("/oauth2/v2.0/token", {{"continuation_token", challenged.token()},
                                                         {"grant_type", "mfa_oob"},
                                                         {"oob", server_.last_code()},
                                                         {"scope", TestServer::kPay}});
  ASSERT_EQ(done.status, 200) << "MSAL drops claims on the second call; the flow remembers";
  EXPECT_EQ(boost::json::serialize(claims_of(done.text("access_token")).at("acrs")), R"(["c1"])");
}

TEST_F(SignIn, S10_AContextWithoutAPolicyIsRefusedAndNeverSigned) {
  for (const char* name : {"C1", "c1 ", "c1,c2", "root", "c9", " c1", ""}) {
    const std::string claims =
        std::string(R"({"access_token":{"acrs":{"value":")") + name + R"("}}})";
    const Reply refused =
        server_.post("/oauth2/v2.0/token", {{"continuation_token", server_.begin("amy")},
                                            {"grant_type", "password"},
                                            {"password", TestServer::kPassword},
                                            {"claims", claims}});
    EXPECT_EQ(refused.error(), "invalid_request") << name;
    EXPECT_FALSE(refused.has_tokens()) << name;
    const Reply tokens = server_.first_factor("amy");
    ASSERT_TRUE(tokens.has_tokens());
    const Reply renewed =
        server_.post("/oauth2/v2.0/token", {{"grant_type", "refresh_token"},
                                            {"refresh_token", tokens.text("refresh_token")},
                                            {"claims", claims}});
    EXPECT_EQ(renewed.error(), "invalid_request") << name;
  }
}

TEST_F(SignIn, S10_ARefreshNeverWidensTheScope) {
  const auto sign_in = [this](const std::string& scope) {
    return server_.post("/oauth2/v2.0/token", {{"continuation_token", server_.begin("amy")},
                                               {"grant_type", "password"},
                                               {"password", TestServer::kPassword},
                                               {"scope", scope}});
  };
  const Reply narrow = sign_in("openid offline_access");
  const auto refresh = [this, &narrow](const std::string& scope) {
    return server_.post("/oauth2/v2.0/token", {{"grant_type", "refresh_token"},
                                               {"refresh_token", narrow.text("refresh_token")},
                                               {"scope", scope}});
  };
  const std::string own = TestServer::kPay;
  for (const std::string& wider :
       {std::string("openid profile"), "openid " + own, "openid " + own + "/x"}) {
    EXPECT_EQ(refresh(wider).error(), "invalid_scope") << wider;
  }
  const Reply renewed = refresh("openid");
  EXPECT_EQ(renewed.text("scope"), "openid") << boost::json::serialize(renewed.body);
  const Reply once = sign_in("openid");
  EXPECT_EQ(once.status, 200);
  EXPECT_EQ(once.text("refresh_token"), "") << "given to clients that ask for offline_access";
  EXPECT_FALSE(once.body.contains("refresh_token_expires_in"));
}

TEST_F(SignIn, C2_APolicySetReplacedWhileItDecidesIsAskedAgain) {
  int asked = 0;
  server_.decider.set([&](const SignInFacts&) {
    if (++asked == 1) {
      server_.decider.replace();
      return allow();
    }
    return block();
  });
  EXPECT_EQ(server_.first_factor("amy").error(), "access_denied");
  EXPECT_EQ(asked, 2);
  const auto rows = server_.audit_rows();
  ASSERT_EQ(rows.size(), 1U) << "what was decided by the old set is not recorded";
  EXPECT_EQ(rows[0].policy_digest, "digest-of-the-test-policy-1");
}

TEST_F(SignIn, C2_WhereSetsAreReplacedAllTheTimeNothingIsIssued) {
  server_.decider.set([&](const SignInFacts&) {
    server_.decider.replace();
    return allow();
  });
  const std::string token = server_.begin("amy");
  EXPECT_EQ(server_.submit("password", token, TestServer::kPassword).error(), "invalid_grant");
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_TRUE(server_.submit("password", token, TestServer::kPassword).has_tokens())
      << "the flow stands where it stood";
}

TEST_F(SignIn, C2_ARefreshIsDecidedAgainToo) {
  const Reply tokens = server_.first_factor("amy");
  int asked = 0;
  server_.decider.set([&](const SignInFacts&) {
    if (++asked == 1) {
      server_.decider.replace();
      return allow();
    }
    return block();
  });
  EXPECT_EQ(server_.refresh(tokens.text("refresh_token")).suberror(), "message_only");
}

TEST_F(SignIn, F5_EveryDecisionLeavesAnAuditRowWithItsPolicyAndReasons) {
  require_mfa();
  const Reply demanded = server_.first_factor("amy");
  const Reply challenged = server_.challenge(demanded.token());
  ASSERT_EQ(server_.submit("mfa_oob", challenged.token(), server_.last_code()).status, 200);
  const auto rows = server_.audit_rows(10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].outcome, "challenge");
  EXPECT_EQ(rows[0].required_text, "mfa");
  EXPECT_EQ(rows[1].outcome, "allow");
  EXPECT_EQ(rows[1].user_id, "amy-id");
  EXPECT_EQ(rows[1].client_id, TestServer::kClient);
  EXPECT_EQ(rows[1].policy_digest, "digest-of-the-test-policy");
  EXPECT_EQ(rows[0].flow_id, rows[1].flow_id);
}

}  // namespace
}  // namespace gate::server::testing_support
