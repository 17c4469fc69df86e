// What a tenant decides for itself: the methods that it allows, in every flow, and its lifetimes.

#include "tests/native_auth/sign_in_fixture.h"

namespace gate::server::testing_support {
namespace {

constexpr MethodSet kPasswordOnly = MethodSet::of(Method::kPassword);
constexpr MethodSet kEmailOnly = MethodSet::of(Method::kEmailOtp);
constexpr MethodSet kSmsOnly = MethodSet::of(Method::kSmsOtp);

class TenantRulesTest : public SignIn {
 protected:
  Reply enrol(const std::string& token, const std::string& channel, const std::string& target) {
    return server_.post("/register/v1.0/challenge", {{"continuation_token", token},
                                                     {"challenge_type", "oob"},
                                                     {"challenge_target", target},
                                                     {"challenge_channel", channel}});
  }
  Reply listed_for_enrolment(const std::string& token) {
    return server_.post("/register/v1.0/introspect", {{"continuation_token", token}});
  }
  Reply start_reset(const std::string& user) {
    return server_.post("/resetpassword/v1.0/start",
                        {{"username", user + "@bank.example"}, {"challenge_type", "oob redirect"}});
  }
  [[nodiscard]] std::size_t messages() {
    (void)server_.last_code();
    return server_.delivered.size();
  }
};

TEST_F(TenantRulesTest, AFirstFactorThatIsNotAllowedIsNotOffered) {
  server_.set_rules({.first_factors = kEmailOnly});
  const Reply by_code = server_.challenge(server_.initiate("amy").token());
  EXPECT_EQ(by_code.text("challenge_type"), "oob") << "amy has a password and a mailbox";
  EXPECT_TRUE(server_.submit("oob", by_code.token(), server_.last_code()).has_tokens());
  EXPECT_EQ(server_.initiate("carl").text("challenge_type"), "redirect") << "a password alone";
  EXPECT_EQ(server_.challenge(server_.initiate("unknown").token()).text("challenge_type"), "oob");

  server_.set_rules({.first_factors = kPasswordOnly});
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(server_.initiate("ben").text("challenge_type"), "redirect") << "a mailbox alone";
  for (const char* unknown : {"unknown", "other", "third", "fourth"}) {
    EXPECT_EQ(server_.challenge(server_.initiate(unknown).token()).text("challenge_type"),
              "password")
        << "C6: an unknown name has no method that known ones cannot have";
  }
}

TEST_F(TenantRulesTest, AFirstFactorThatIsForbiddenDuringTheFlowIsNotAcceptedAnyMore) {
  const std::string by_password = server_.begin("amy");
  const std::string by_code = server_.begin("ben");
  const std::string code = server_.last_code();
  const std::string not_sent = server_.initiate("ben").token();
  server_.set_rules({.first_factors = kEmailOnly});
  EXPECT_FALSE(server_.submit("password", by_password, TestServer::kPassword).has_tokens());
  server_.set_rules({.first_factors = kPasswordOnly});
  EXPECT_FALSE(server_.submit("oob", by_code, code).has_tokens());
  const std::size_t before = messages();
  EXPECT_EQ(server_.challenge(not_sent).error(), "access_denied");
  EXPECT_EQ(messages(), before) << "and no code is sent";
}

TEST_F(TenantRulesTest, ASecondFactorThatIsNotAllowedIsNotListedSentOrAccepted) {
  require_mfa();
  const Reply demanded = server_.first_factor("amy");
  const Reply both = server_.introspect(demanded.token());
  const std::string phone = TestServer::method_id(both, "sms");
  ASSERT_FALSE(phone.empty());
  const Reply sent = server_.challenge(both.token(), phone);
  const std::string code = server_.last_code();
  server_.set_rules({.second_factors = kEmailOnly});
  EXPECT_FALSE(server_.submit("mfa_oob", sent.token(), code).has_tokens())
      << "the tenant forbade it after the code was sent";

  const Reply again = server_.introspect(server_.first_factor("amy").token());
  EXPECT_EQ(TestServer::method_id(again, "sms"), "");
  EXPECT_NE(TestServer::method_id(again, "email"), "");
  const std::size_t before = messages();
  EXPECT_EQ(server_.challenge(again.token(), phone).status, 400);
  EXPECT_EQ(messages(), before);
  const Reply mail = server_.challenge(again.token(), TestServer::method_id(again, "email"));
  EXPECT_TRUE(server_.submit("mfa_oob", mail.token(), server_.last_code()).has_tokens());

  server_.set_rules({.second_factors = MethodSet()});
  EXPECT_EQ(server_.first_factor("amy").text("challenge_type"), "redirect")
      << "no second factor at all: what policy wants cannot be met here";
}

TEST_F(TenantRulesTest, ASecondFactorThatIsNotAllowedIsNotEnrolled) {
  require_mfa();
  server_.set_rules({.second_factors = kSmsOnly});
  const Reply open = listed_for_enrolment(server_.first_factor("carl").token());
  EXPECT_EQ(TestServer::method_id(open, "email"), "");
  EXPECT_EQ(TestServer::method_id(open, "sms"), "sms");
  const std::size_t before = messages();
  EXPECT_EQ(enrol(open.token(), "email", "carl@mail.example").status, 400);
  EXPECT_EQ(messages(), before);

  server_.set_rules({});
  const Reply listed = listed_for_enrolment(server_.first_factor("carl").token());
  const Reply sent = enrol(listed.token(), "sms", "+15550100777");
  const std::string code = server_.last_code();
  const std::string unlisted = server_.first_factor("carl").token();
  server_.set_rules({.second_factors = MethodSet()});
  EXPECT_NE(server_
                .post("/register/v1.0/continue",
                      {{"continuation_token", sent.token()}, {"grant_type", "oob"}, {"oob", code}})
                .status,
            200)
      << "forbidden after the code was sent";
  EXPECT_TRUE(server_.channels("carl-id").empty());
  EXPECT_EQ(listed_for_enrolment(unlisted).text("challenge_type"), "redirect");
}

TEST_F(TenantRulesTest, WherePasswordsAreNotAllowedNoneIsReset) {
  server_.set_rules({.answers = Answers::kCompatible, .first_factors = kEmailOnly});
  EXPECT_EQ(start_reset("amy").code(), 500222);
  server_.set_rules({.first_factors = kEmailOnly});
  const Reply sent = server_.post(
      "/resetpassword/v1.0/challenge",
      {{"continuation_token", start_reset("amy").token()}, {"challenge_type", "oob redirect"}});
  EXPECT_EQ(sent.text("challenge_type"), "oob") << "as for an unknown name (C6)";
  EXPECT_EQ(messages(), 0U);
  server_.set_rules({.first_factors = kPasswordOnly});
  const Reply started = server_.post(
      "/resetpassword/v1.0/challenge",
      {{"continuation_token", start_reset("amy").token()}, {"challenge_type", "oob redirect"}});
  EXPECT_EQ(started.status, 200);
  EXPECT_EQ(messages(), 1U) << "the code proves the mailbox; it is no first factor of a sign-in";
}

TEST_F(TenantRulesTest, LifetimesAreThoseOfTheTenant) {
  TenantRules rules;
  rules.lifetimes = {.access_token = 5 * kMicrosPerMinute,
                     .session = 2 * kMicrosPerDay,
                     .email_code = kMicrosPerMinute,
                     .sms_code = 2 * kMicrosPerMinute};
  server_.set_rules(rules);
  const Reply done = server_.first_factor("amy");
  ASSERT_TRUE(done.has_tokens());
  EXPECT_EQ(done.body.at("expires_in").to_number<int>(), 300);
  const auto claims = claims_of(done.text("access_token"));
  EXPECT_EQ(claims.at("exp").to_number<std::int64_t>() - claims.at("iat").to_number<std::int64_t>(),
            300);
  const Reply renewed = server_.refresh(done.text("refresh_token"));
  EXPECT_EQ(renewed.body.at("expires_in").to_number<int>(), 300);
  server_.clock.advance(2 * kMicrosPerDay);
  EXPECT_FALSE(server_.refresh(renewed.text("refresh_token")).has_tokens());

  const auto code_works_after = [this](Micros wait) {
    const std::string token = server_.begin("ben");
    const std::string code = server_.last_code();
    server_.clock.advance(wait);
    return server_.submit("oob", token, code).has_tokens();
  };
  EXPECT_TRUE(code_works_after(kMicrosPerMinute - 1));
  EXPECT_FALSE(code_works_after(kMicrosPerMinute));
  EXPECT_NE(server_.delivered.back().body.find("valid for 1 minutes"), std::string::npos)
      << "and the message says so: " << server_.delivered.back().body;

  server_.set_rules({});
  EXPECT_TRUE(code_works_after(2 * kMicrosPerMinute));
  EXPECT_EQ(server_.first_factor("amy").body.at("expires_in").to_number<int>(), 600);
}

TEST_F(TenantRulesTest, ACodeBySmsLivesAsLongAsTheTenantSays) {
  require_mfa();
  TenantRules rules;
  rules.lifetimes.sms_code = kMicrosPerMinute;
  server_.set_rules(rules);
  const auto works_after = [this](Micros wait) {
    const Reply listed = server_.introspect(server_.first_factor("amy").token());
    const Reply sent = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
    const std::string code = server_.last_code();
    server_.clock.advance(wait);
    return server_.submit("mfa_oob", sent.token(), code).has_tokens();
  };
  EXPECT_TRUE(works_after(kMicrosPerMinute - 1));
  EXPECT_FALSE(works_after(kMicrosPerMinute));
}

}  // namespace
}  // namespace gate::server::testing_support
