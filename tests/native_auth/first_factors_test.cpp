// The first factors of one user: two of them, one, or none (docs/provisioning.md, `first_factors`).

#include "server/account/provision.h"
#include "tests/native_auth/sign_in_fixture.h"

namespace gate::server::testing_support {
namespace {

constexpr MethodSet kPasswordOnly = MethodSet::of(Method::kPassword);
constexpr MethodSet kEmailOnly = MethodSet::of(Method::kEmailOtp);
constexpr const char* kBoth = "password oob redirect";
constexpr const char* kCode = "oob redirect";
constexpr const char* kByPassword = "password redirect";

class FirstFactors : public SignIn {
 protected:
  static Provisioning::User entry(const std::string& name, std::optional<MethodSet> factors) {
    Provisioning::User user;
    user.tenant_id = TestServer::kTenant;
    user.id = name + "-id";
    user.username = name + "@bank.example";
    user.first_factors = factors;
    return user;
  }
  void list(const std::string& name, std::optional<MethodSet> factors) {
    Provisioning wanted;
    wanted.users = {entry(name, factors)};
    server_.provision(wanted);
  }
  Result<void> try_to_provision(const Provisioning::User& user) {
    Provisioning wanted;
    wanted.users = {user};
    return server_.store->write(
        [&](UnitOfWork& work) { return apply_provisioning(work, wanted, server_.clock.now()); });
  }
  Reply start(const std::string& user, const char* types) {
    return server_.post("/oauth2/v2.0/initiate", {{"username", user + "@bank.example"},
                                                  {"challenge_type", types},
                                                  {"capabilities",
                                                   "mfa_required "
                                                   "registration_required"}});
  }
  Reply ask(const std::string& token, const char* types) {
    return server_.post("/oauth2/v2.0/challenge",
                        {{"continuation_token", token}, {"challenge_type", types}});
  }
  /// What a client that lists `types` in both requests is asked for.
  std::string asked(const std::string& user, const char* types) {
    const Reply begun = start(user, types);
    return begun.token().empty() ? begun.text("challenge_type")
                                 : ask(begun.token(), types).text("challenge_type");
  }
  Reply reset(const std::string& user) {
    return server_.post("/resetpassword/v1.0/start",
                        {{"username", user + "@bank.example"}, {"challenge_type", kCode}});
  }
  Reply signed_in_by_code(const std::string& user) {
    const Reply sent = ask(start(user, kCode).token(), kCode);
    return server_.submit("oob", sent.token(), server_.last_code());
  }
};

TEST_F(FirstFactors, TheListOfTheClientSaysWhichOfTwoIsAskedFor) {
  EXPECT_EQ(asked("amy", kCode), "redirect") << "without a list, the password alone";
  list("amy", kFirstFactors);
  EXPECT_EQ(asked("amy", kBoth), "password");
  EXPECT_EQ(asked("amy", kByPassword), "password");
  EXPECT_EQ(asked("amy", kCode), "oob");
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_TRUE(signed_in_by_code("amy").has_tokens());
}

TEST_F(FirstFactors, OneOfTwoIsTheOnlyOne) {
  list("amy", kEmailOnly);
  EXPECT_EQ(asked("amy", kBoth), "oob");
  EXPECT_EQ(asked("amy", kByPassword), "redirect");
  list("amy", kPasswordOnly);
  EXPECT_EQ(asked("amy", kBoth), "password");
  EXPECT_EQ(asked("amy", kCode), "redirect");
}

TEST_F(FirstFactors, AClientMayAskForTheOtherOneAndBack) {
  list("amy", kFirstFactors);
  const Reply password = ask(start("amy", kBoth).token(), kBoth);
  ASSERT_EQ(password.text("challenge_type"), "password");
  const Reply code = ask(password.token(), kCode);
  ASSERT_EQ(code.text("challenge_type"), "oob");
  EXPECT_FALSE(server_.submit("password", code.token(), TestServer::kPassword).has_tokens())
      << "the code is asked for now";
  const std::string old_code = server_.last_code();
  const Reply again = ask(code.token(), kBoth);
  EXPECT_EQ(again.text("challenge_type"), "oob") << "a resend stays with the code";
  const std::string new_code = server_.last_code();
  const Reply back = ask(again.token(), kByPassword);
  ASSERT_EQ(back.text("challenge_type"), "password");
  EXPECT_FALSE(server_.submit("oob", back.token(), old_code).has_tokens());
  EXPECT_FALSE(server_.submit("oob", back.token(), new_code).has_tokens())
      << "the codes are worth nothing any more";
  EXPECT_TRUE(server_.submit("password", back.token(), TestServer::kPassword).has_tokens());
}

TEST_F(FirstFactors, AskingForAnotherOneIsOfNoUseToUsersWithOne) {
  const Reply amy = ask(ask(start("amy", kBoth).token(), kBoth).token(), kCode);
  EXPECT_EQ(amy.text("challenge_type"), "password");
  list("amy", kPasswordOnly);
  const Reply listed = ask(ask(start("amy", kBoth).token(), kBoth).token(), kCode);
  EXPECT_EQ(listed.text("challenge_type"), "password");
  list("amy", kFirstFactors);
  server_.set_rules({.first_factors = kPasswordOnly});
  const Reply ruled = ask(ask(start("amy", kBoth).token(), kBoth).token(), kCode);
  EXPECT_EQ(ruled.text("challenge_type"), "password") << "the tenant allows no code";
  EXPECT_EQ(asked("amy", kCode), "redirect");
  static_cast<void>(server_.last_code());
  EXPECT_TRUE(server_.delivered.empty());
}

TEST_F(FirstFactors, C4_TheMailboxIsASecondFactorAfterThePasswordAlone) {
  list("amy", kFirstFactors);
  require_mfa();
  const Reply by_password = server_.introspect(server_.first_factor("amy").token());
  const std::string mailbox = TestServer::method_id(by_password, "email");
  ASSERT_FALSE(mailbox.empty());
  const Reply sent = server_.challenge(by_password.token(), mailbox);
  EXPECT_TRUE(server_.submit("mfa_oob", sent.token(), server_.last_code()).has_tokens());

  const Reply by_code = server_.introspect(signed_in_by_code("amy").token());
  EXPECT_EQ(TestServer::method_id(by_code, "email"), "");
  EXPECT_NE(TestServer::method_id(by_code, "sms"), "");
  const std::size_t before = server_.delivered.size();
  EXPECT_EQ(server_.challenge(by_code.token(), mailbox).status, 400);
  static_cast<void>(server_.last_code());
  EXPECT_EQ(server_.delivered.size(), before);
}

TEST_F(FirstFactors, C4_TheMailboxIsNoSecondFactorAfterAChangeToTheCode) {
  list("amy", kFirstFactors);
  require_mfa();
  const Reply password = ask(start("amy", kBoth).token(), kBoth);
  const Reply code = ask(password.token(), kCode);
  const Reply demanded = server_.submit("oob", code.token(), server_.last_code());
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const Reply methods = server_.introspect(demanded.token());
  EXPECT_EQ(TestServer::method_id(methods, "email"), "");
}

TEST_F(FirstFactors, S16_ACodeAloneEnrolsNoMethodThatSparesThePassword) {
  require_mfa();
  Provisioning::User carl = entry("carl", kFirstFactors);
  carl.channels = {{ChannelKind::kEmail, "carl@bank.example", true, false}};
  ASSERT_TRUE(try_to_provision(carl));
  const Reply by_code = signed_in_by_code("carl");
  EXPECT_FALSE(by_code.has_tokens());
  const Reply enrolment =
      server_.post("/register/v1.0/introspect", {{"continuation_token", by_code.token()}});
  EXPECT_NE(enrolment.status == 200 && enrolment.body.contains("methods"), true);
  EXPECT_EQ(server_.first_factor("carl").suberror(), "mfa_required")
      << "the password first, then the mailbox";
  list("carl", kEmailOnly);
  EXPECT_EQ(server_.first_factor("carl").suberror(), "registration_required")
      << "without the password on the list there is nothing to spare";
}

TEST_F(FirstFactors, AnEmptyListLeadsToTheWeb) {
  list("amy", MethodSet());
  for (const char* types : {kBoth, kCode, kByPassword}) {
    const Reply reply = start("amy", types);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.text("challenge_type"), "redirect");
    EXPECT_NE(reply.text("redirect_reason"), "");
    EXPECT_TRUE(reply.token().empty());
  }
  for (const Answers answers : kAnswers) {
    server_.set_rules({.answers = answers});
    const Reply reply = reset("amy");
    EXPECT_EQ(reply.text("challenge_type"), "redirect");
    EXPECT_NE(reply.text("redirect_reason"), "");
  }
  static_cast<void>(server_.last_code());
  EXPECT_TRUE(server_.delivered.empty());
  list("amy", std::nullopt);
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
}

TEST_F(FirstFactors, C6_AnEmptyListIsAnsweredLikeTheOtherFirstFactor) {
  list("amy", MethodSet());
  server_.set_rules({.first_factors = kPasswordOnly});
  EXPECT_EQ(start("amy", kCode).body, start("unknown", kCode).body);
}

TEST_F(FirstFactors, WithoutAPasswordOnTheListNoneIsReset) {
  list("amy", kEmailOnly);
  server_.set_rules({.answers = Answers::kCompatible});
  EXPECT_EQ(reset("amy").code(), 500222);
  server_.set_rules({});
  const Reply sent =
      server_.post("/resetpassword/v1.0/challenge",
                   {{"continuation_token", reset("amy").token()}, {"challenge_type", kCode}});
  EXPECT_EQ(sent.text("challenge_type"), "oob") << "as for an unknown name (C6)";
  static_cast<void>(server_.last_code());
  EXPECT_TRUE(server_.delivered.empty());
}

TEST_F(FirstFactors, T6_AnotherListEndsWhatWasBegunAndIssued) {
  const Reply tokens = server_.first_factor("amy");
  ASSERT_TRUE(tokens.has_tokens());
  const std::string begun = server_.begin("amy");
  list("amy", std::nullopt);
  const Reply renewed = server_.refresh(tokens.text("refresh_token"));
  EXPECT_TRUE(renewed.has_tokens()) << "the same entry changes nothing";
  list("amy", kEmailOnly);
  EXPECT_FALSE(server_.submit("password", begun, TestServer::kPassword).has_tokens());
  EXPECT_FALSE(server_.refresh(renewed.text("refresh_token")).has_tokens());
}

TEST_F(FirstFactors, AListThatTheUserCannotFollowIsRefused) {
  const auto fault = [this](const Provisioning::User& user) {
    const auto done = try_to_provision(user);
    return done ? std::string() : done.error().message;
  };
  EXPECT_NE(fault(entry("ben", kFirstFactors))
                .find("users[0]: user ben-id: first_factors: lists `password`"),
            std::string::npos);
  EXPECT_NE(fault(entry("carl", kEmailOnly)).find("first_factors: lists `email_otp`"),
            std::string::npos);
  Provisioning::User carl = entry("carl", kFirstFactors);
  carl.channels = {{ChannelKind::kEmail, "carl@bank.example", false, false}};
  EXPECT_NE(fault(carl).find("no mailbox that is verified"), std::string::npos);
  carl.channels = {{ChannelKind::kEmail, "carl@bank.example", true, false, true}};
  EXPECT_NE(fault(carl).find("no mailbox that is verified"), std::string::npos);
  EXPECT_TRUE(server_.channels("carl-id").empty()) << "nothing of the file is stored";
  carl.channels = {{ChannelKind::kEmail, "carl@bank.example", true, false}};
  EXPECT_EQ(fault(carl), "");
}

}  // namespace
}  // namespace gate::server::testing_support
