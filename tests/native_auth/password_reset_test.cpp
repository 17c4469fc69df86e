// The self-service password reset (D4; native-auth-api 6.4 and 11.6).

#include <gtest/gtest.h>

#include "server/account/provision.h"
#include "server/factor/password.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kChosen = "seven quiet lanterns drift";

class PasswordReset : public testing::Test {
 protected:
  explicit PasswordReset(ServiceSettings settings = TestServer::relaxed())
      : server_(std::move(settings)) {}

  Reply start(const std::string& user) {
    return server_.post("/resetpassword/v1.0/start",
                        {{"username", user + "@bank.example"},
                         {"challenge_type", "oob redirect"},
                         {"capabilities", "mfa_required registration_required"}});
  }
  Reply challenge(const std::string& token) {
    return server_.post("/resetpassword/v1.0/challenge",
                        {{"continuation_token", token}, {"challenge_type", "oob redirect"}});
  }
  Reply prove(const std::string& token, const std::string& code) {
    return server_.post("/resetpassword/v1.0/continue",
                        {{"continuation_token", token}, {"grant_type", "oob"}, {"oob", code}});
  }
  Reply submit(const std::string& token, const std::string& password = kChosen) {
    return server_.post("/resetpassword/v1.0/submit",
                        {{"continuation_token", token}, {"new_password", password}});
  }
  Reply poll(const std::string& token) {
    return server_.post("/resetpassword/v1.0/poll_completion", {{"continuation_token", token}});
  }
  Reply redeem(const std::string& token) { return server_.submit("continuation_token", token, ""); }
  Reply proven(const std::string& user) {
    const Reply sent = challenge(start(user).token());
    return prove(sent.token(), server_.last_code());
  }
  /// Up to the new password.
  Reply changed(const std::string& user) { return submit(proven(user).token()); }
  Reply sign_in(const std::string& user, const std::string& password) {
    return server_.submit("password", server_.begin(user), password);
  }
  void add(const std::string& name, std::vector<Provisioning::Channel> channels) {
    static OpensslRandom random;
    static const std::string kHash =
        std::move(PasswordHasher(server_.secrets.password_pepper.clone(), random)
                      .hash(TestServer::kPassword))
            .value();
    Provisioning wanted;
    Provisioning::User user;
    user.tenant_id = TestServer::kTenant;
    user.id = name + "-id";
    user.username = name + "@bank.example";
    user.password_hash = kHash;
    user.channels = std::move(channels);
    wanted.users = {user};
    server_.provision(wanted);
  }

  TestServer server_;
};

TEST_F(PasswordReset, CodeThenPasswordThenPollThenTokens) {
  const Reply sent = challenge(start("amy").token());
  ASSERT_EQ(sent.status, 200) << boost::json::serialize(sent.body);
  EXPECT_EQ(sent.text("challenge_type"), "oob");
  const Reply proven = prove(sent.token(), server_.last_code());
  ASSERT_EQ(proven.status, 200) << boost::json::serialize(proven.body);
  EXPECT_EQ(proven.body.at("expires_in").as_int64(), 600);
  const Reply submitted = submit(proven.token());
  ASSERT_EQ(submitted.status, 200) << boost::json::serialize(submitted.body);
  EXPECT_GT(submitted.body.at("poll_interval").as_int64(), 0);
  for (int i = 0; i < 3; ++i) {
    const Reply polled = poll(submitted.token());
    EXPECT_EQ(polled.text("status"), "succeeded") << "the clients poll with the token of submit";
    EXPECT_FALSE(polled.token().empty());
  }
  EXPECT_TRUE(redeem(poll(submitted.token()).token()).has_tokens());
  EXPECT_EQ(sign_in("amy", TestServer::kPassword).code(), 50126);
  EXPECT_TRUE(sign_in("amy", kChosen).has_tokens());
}

TEST_F(PasswordReset, D4_ItEndsSessionsFlowsAndKnownDevices) {
  server_.device_key = std::string(43, 'A');
  const Reply before = sign_in("amy", TestServer::kPassword);
  ASSERT_TRUE(before.has_tokens());
  const std::string half_done = server_.begin("amy");
  const Reply submitted = changed("amy");
  ASSERT_EQ(submitted.status, 200);
  EXPECT_EQ(server_.refresh(before.text("refresh_token")).suberror(), "bad_token");
  EXPECT_FALSE(server_.submit("password", half_done, kChosen).has_tokens());
  EXPECT_TRUE(redeem(submitted.token()).has_tokens()) << "but its own flow goes on";
}

TEST_F(PasswordReset, F6_TheOtherChannelsAreTold) {
  ASSERT_EQ(changed("amy").status, 200);
  (void)server_.last_code();
  const auto told = std::count_if(
      server_.delivered.begin(), server_.delivered.end(), [](const OutboxMessage& message) {
        return message.code.empty() && message.body.find("was changed") != std::string::npos;
      });
  EXPECT_EQ(told, 1);
  EXPECT_EQ(server_.delivered.back().to, "+15550100104");
}

TEST_F(PasswordReset, ThePresentPasswordIsNotANewOne) {
  const Reply proven_now = proven("amy");
  EXPECT_EQ(submit(proven_now.token(), TestServer::kPassword).suberror(), "password_recently_used");
  EXPECT_EQ(submit(proven_now.token(), "short").suberror(), "password_too_short");
  EXPECT_EQ(submit(proven_now.token()).status, 200) << "the token stayed";
}

TEST_F(PasswordReset, D4_TokensAfterItNeedASecondFactorThatIsNotTheMailbox) {
  server_.decider.set(require_two_methods);
  const Reply submitted = changed("amy");
  ASSERT_EQ(submitted.status, 200) << boost::json::serialize(submitted.body);
  const Reply demanded = redeem(submitted.token());
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const Reply listed = server_.introspect(demanded.token());
  EXPECT_TRUE(TestServer::method_id(listed, "email").empty());
  const Reply sent = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  EXPECT_TRUE(server_.submit("mfa_oob", sent.token(), server_.last_code()).has_tokens());
}

TEST_F(PasswordReset, D4_ThePasswordAndTheMailboxThatResetItAreNotTwoFactors) {
  server_.decider.set(require_two_methods);
  ASSERT_EQ(changed("amy").status, 200);
  // An attacker who reads the mailbox has reset the password, and now signs in with both.
  const Reply demanded = sign_in("amy", kChosen);
  ASSERT_EQ(demanded.suberror(), "mfa_required");
  const Reply listed = server_.introspect(demanded.token());
  EXPECT_TRUE(TestServer::method_id(listed, "email").empty()) << "the mailbox alone would suffice";
  const Reply sent = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  ASSERT_TRUE(server_.submit("mfa_oob", sent.token(), server_.last_code()).has_tokens());
  // The phone has confirmed the owner, so the mailbox is an ordinary method again.
  const Reply later = server_.introspect(sign_in("amy", kChosen).token());
  EXPECT_FALSE(TestServer::method_id(later, "email").empty());
}

TEST_F(PasswordReset, D4_WhereMailboxAndPasswordAreTheTwoFactorsTheMailboxAloneResetsNothing) {
  add("eve", {{ChannelKind::kEmail, "eve@bank.example", true, true}});
  server_.decider.set(require_two_methods);
  const Reply refused = proven("eve");
  EXPECT_EQ(refused.text("challenge_type"), "redirect");
  EXPECT_TRUE(refused.token().empty());
  EXPECT_TRUE(sign_in("eve", TestServer::kPassword).suberror() == "mfa_required")
      << "the password is as it was";
}

TEST_F(PasswordReset, D4_APolicyOnOneApiThatTheClientMayAskForCountsToo) {
  add("eve", {{ChannelKind::kEmail, "eve@bank.example", true, true}});
  server_.decider.set([](const SignInFacts& facts) {
    return facts.target == "payments" ? require_two_methods(facts) : allow();
  });
  EXPECT_EQ(proven("eve").text("challenge_type"), "redirect");
}

TEST_F(PasswordReset, D4_AContextThatTheResetDidNotAskForOffersNoEnrolment) {
  add("eve", {{ChannelKind::kEmail, "eve@bank.example", true, true}});
  server_.decider.set([](const SignInFacts& facts) {
    return facts.target_kind == TargetKind::kAuthContext ? require_two_methods(facts) : allow();
  });
  const Reply submitted = changed("eve");
  ASSERT_EQ(submitted.status, 200) << boost::json::serialize(submitted.body);
  const Reply next =
      server_.post("/oauth2/v2.0/token",
                   {{"continuation_token", submitted.token()},
                    {"grant_type", "continuation_token"},
                    {"scope", std::string("openid ") + TestServer::kPay},
                    {"claims", R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})"}});
  EXPECT_EQ(next.error(), "access_denied") << "else the reader of the mailbox enrols a phone";
}

TEST_F(PasswordReset, N13_5_D4_AStepUpAddsNoPasswordToTheMailboxThatResetIt) {
  add("eve", {{ChannelKind::kEmail, "eve@bank.example", true, true}});
  server_.decider.set([](const SignInFacts& facts) {
    return facts.target_kind == TargetKind::kAuthContext ? require_two_methods(facts) : allow();
  });
  const std::string scope = std::string("openid offline_access ") + TestServer::kPay;
  const Reply submitted = changed("eve");
  const Reply done = server_.post("/oauth2/v2.0/token", {{"continuation_token", submitted.token()},
                                                         {"grant_type", "continuation_token"},
                                                         {"scope", scope}});
  ASSERT_TRUE(done.has_tokens()) << boost::json::serialize(done.body);
  const Reply asked =
      server_.post("/oauth2/v2.0/token",
                   {{"grant_type", "refresh_token"},
                    {"refresh_token", done.text("refresh_token")},
                    {"scope", scope},
                    {"claims", R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})"},
                    {"capabilities", "mfa_required registration_required"}});
  EXPECT_EQ(asked.error(), "interaction_required");
  EXPECT_TRUE(asked.token().empty()) << "else the reader of the mailbox has two factors";
}

TEST_F(PasswordReset, D4_AnApiThatTakesSmsAloneOffersNoEnrolment) {
  add("eve", {{ChannelKind::kEmail, "eve@bank.example", true, true}});
  server_.decider.set([](const SignInFacts& facts) {
    PolicyVerdict verdict = allow();
    if (facts.target == "payments" && facts.completed.size() < 2) {
      verdict.outcome = Outcome::kChallenge;
      verdict.second_factors = MethodSet::of(Method::kSmsOtp);
    }
    return verdict;
  });
  const Reply submitted = changed("eve");
  ASSERT_EQ(submitted.status, 200) << boost::json::serialize(submitted.body);
  const Reply next =
      server_.post("/oauth2/v2.0/token", {{"continuation_token", submitted.token()},
                                          {"grant_type", "continuation_token"},
                                          {"scope", std::string("openid ") + TestServer::kPay}});
  EXPECT_EQ(next.error(), "access_denied");
}

class CappedReset : public PasswordReset {
 protected:
  static ServiceSettings capped() {
    ServiceSettings settings = TestServer::relaxed();
    settings.sms_per_client = {1, 1};
    return settings;
  }
  CappedReset() : PasswordReset(capped()) {}
};

TEST_F(CappedReset, B5_ANoticeThatACapRefusesIsDroppedAndTheResetGoesOn) {
  const auto notices = [this] {
    (void)server_.last_code();
    return std::count_if(server_.delivered.begin(), server_.delivered.end(),
                         [](const OutboxMessage& message) { return message.code.empty(); });
  };
  ASSERT_EQ(changed("amy").status, 200);
  const auto first = notices();
  const Reply again = proven("amy");
  ASSERT_EQ(submit(again.token(), "eight slow herons wade").status, 200);
  EXPECT_LE(notices(), first + 1);
  EXPECT_FALSE(server_.caps.empty()) << "the operator is told";
  EXPECT_TRUE(sign_in("amy", "eight slow herons wade").has_tokens());
}

TEST_F(PasswordReset, APolicyOnResetsBlocksThem) {
  server_.decider.set([](const SignInFacts& facts) {
    return facts.flow == Flow::kPasswordReset ? block() : allow();
  });
  const Reply refused = proven("amy");
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_TRUE(sign_in("amy", TestServer::kPassword).has_tokens());
}

TEST_F(PasswordReset, C6_UnknownNamesAndUsersWithoutAPasswordAnswerAsOthers) {
  const auto shape = [](Reply reply) {
    for (const char* key : {"continuation_token", "challenge_target_label", "timestamp", "trace_id",
                            "correlation_id"}) {
      reply.body.erase(key);
    }
    return std::to_string(reply.status) + boost::json::serialize(reply.body);
  };
  for (const char* other : {"nobody-there", "ben", "carl"}) {
    const Reply known = start("amy");
    const Reply unknown = start(other);
    EXPECT_EQ(shape(known), shape(unknown)) << other;
    const Reply known_sent = challenge(known.token());
    const Reply unknown_sent = challenge(unknown.token());
    EXPECT_EQ(shape(known_sent), shape(unknown_sent)) << other;
    EXPECT_EQ(shape(prove(known_sent.token(), "00000000")),
              shape(prove(unknown_sent.token(), "00000000")))
        << other;
  }
}

class RevealingReset : public PasswordReset {
 protected:
  RevealingReset() { server_.set_rules({.answers = Answers::kCompatible}); }
};

TEST_F(RevealingReset, TheClientLearnsWhatTheAccountLacks) {
  EXPECT_EQ(start("nobody-there").error(), "user_not_found");
  EXPECT_EQ(start("ben").code(), 500222);
  EXPECT_EQ(start("carl").text("challenge_type"), "redirect");
}

TEST_F(PasswordReset, C5_ATokenOfOneStepOrFlowIsOfNoUseInAnother) {
  const std::string fresh = start("amy").token();
  const std::string sent = challenge(start("amy").token()).token();
  const std::string code = server_.last_code();
  const std::string ready = proven("amy").token();
  for (const std::string& token : {fresh, sent, ready}) {
    EXPECT_FALSE(redeem(token).has_tokens());
    EXPECT_EQ(poll(token).status, 400);
    EXPECT_EQ(server_.challenge(token).status, 400);
    EXPECT_EQ(server_.submit("oob", token, code).status, 400) << "a reset is no sign-in";
    EXPECT_EQ(server_.post("/signup/v1.0/challenge", {{"continuation_token", token}}).status, 400);
  }
  EXPECT_EQ(submit(fresh).status, 400);
  EXPECT_EQ(submit(sent).status, 400);
  const std::string sign_in = server_.initiate("amy").token();
  EXPECT_EQ(challenge(sign_in).status, 400);
  EXPECT_EQ(submit(sign_in).status, 400);
  EXPECT_EQ(submit(ready).status, 200) << "nothing above used it up";
}

TEST_F(PasswordReset, T6_ARevocationEndsIt) {
  const std::string ready = proven("amy").token();
  server_.revoke("amy-id");
  EXPECT_EQ(submit(ready).status, 400);
  EXPECT_TRUE(sign_in("amy", TestServer::kPassword).has_tokens());
}

// Every combination of policy and registered methods: a new password, or a stated other way.
TEST_F(PasswordReset, NoCombinationIsADeadEnd) {
  const Provisioning::Channel own{ChannelKind::kEmail, "x@bank.example", true, false};
  const Provisioning::Channel second{ChannelKind::kEmail, "x@other.example", true, false};
  const Provisioning::Channel phone{ChannelKind::kSms, "+15550100888", true, false};
  const auto require = [](MethodSet methods) {
    return [methods](const SignInFacts& facts) {
      PolicyVerdict verdict = allow();
      if (facts.target_kind == TargetKind::kApp && facts.completed.size() < 2) {
        verdict.outcome = Outcome::kChallenge;
        verdict.second_factors = methods;
      }
      return verdict;
    };
  };
  MethodSet either = MethodSet::of(Method::kEmailOtp);
  either.add(Method::kSmsOtp);
  const std::vector<std::pair<const char*, ScriptedDecider::Policy>> policies = {
      {"allow", [](const SignInFacts&) { return allow(); }},
      {"block", [](const SignInFacts&) { return block(); }},
      {"e-mail or SMS", require(either)},
      {"SMS", require(MethodSet::of(Method::kSmsOtp))},
      {"e-mail", require(MethodSet::of(Method::kEmailOtp))},
      {"nothing that is here", require(MethodSet())}};
  int n = 0;
  for (const auto& [policy_name, policy] : policies) {
    for (unsigned mask = 0; mask < 4; ++mask) {
      SCOPED_TRACE(std::string(policy_name) + ", methods " + std::to_string(mask));
      const std::string name = "u" + std::to_string(++n);
      std::vector<Provisioning::Channel> channels = {own};
      channels[0].address = name + "@bank.example";
      if ((mask & 1U) != 0) {
        channels.push_back(second);
      }
      if ((mask & 2U) != 0) {
        channels.push_back(phone);
      }
      add(name, channels);
      server_.decider.set(policy);
      const Reply proven_now = proven(name);
      if (proven_now.status != 200 || proven_now.token().empty()) {
        const bool stated = proven_now.error() == "access_denied" ||
                            proven_now.text("challenge_type") == "redirect";
        EXPECT_TRUE(stated) << boost::json::serialize(proven_now.body);
        continue;
      }
      const Reply submitted = submit(proven_now.token());
      ASSERT_EQ(submitted.status, 200) << boost::json::serialize(submitted.body);
      const Reply next = redeem(submitted.token());
      // Who needs a method that is not there gets the same answer at a sign-in.
      EXPECT_TRUE(next.has_tokens() || next.suberror() == "mfa_required" ||
                  next.error() == "access_denied" || next.text("challenge_type") == "redirect")
          << boost::json::serialize(next.body);
      if (next.suberror() == "mfa_required") {
        const Reply listed = server_.introspect(next.token());
        EXPECT_FALSE(listed.token().empty()) << "a method that the client can use";
      }
    }
  }
}

}  // namespace
}  // namespace gate::server::testing_support
