// The sign-up as the clients do it (native-auth-api 6.1 to 6.3 and 11.5).

#include <gtest/gtest.h>

#include <thread>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kNew = "nora@mail.example";
constexpr const char* kChosen = "seven quiet lanterns drift";

class SignUp : public testing::Test {
 protected:
  explicit SignUp(ServiceSettings settings = TestServer::relaxed()) : server_(std::move(settings)) {
    open(SignUpMode::kPassword);
  }

  void open(SignUpMode mode) {
    Provisioning wanted;
    wanted.tenants = {{TestServer::kTenant, "Bank", "bank.example", {}, mode}};
    server_.provision(wanted);
  }

  Reply start(const std::string& name, Params more = {}) {
    Params params = {{"username", name},
                     {"challenge_type", "oob password redirect"},
                     {"capabilities", "mfa_required registration_required"}};
    params.insert(params.end(), more.begin(), more.end());
    return server_.post("/signup/v1.0/start", params);
  }
  Reply challenge(const std::string& token) {
    return server_.post("/signup/v1.0/challenge", {{"continuation_token", token},
                                                   {"challenge_type", "oob password redirect"}});
  }
  Reply go_on(const std::string& token, const std::string& grant, const std::string& value) {
    return server_.post("/signup/v1.0/continue",
                        {{"continuation_token", token}, {"grant_type", grant}, {grant, value}});
  }
  Reply redeem(const std::string& token, const std::string& name = kNew) {
    return server_.post("/oauth2/v2.0/token", {{"continuation_token", token},
                                               {"grant_type", "continuation_token"},
                                               {"username", name},
                                               {"scope", "openid profile offline_access"}});
  }
  /// start, challenge, the right code.
  Reply prove_mailbox(const std::string& name = kNew, const Params& more = {}) {
    const Reply sent = challenge(start(name, more).token());
    return go_on(sent.token(), "oob", server_.last_code());
  }
  /// The whole sign-up with a password, up to the account.
  Reply sign_up(const std::string& name = kNew) {
    const Reply asked = challenge(prove_mailbox(name).token());
    return go_on(asked.token(), "password", kChosen);
  }
  std::optional<User> account(const std::string& name = kNew) {
    std::optional<User> found;
    EXPECT_TRUE(server_.store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(found, reads.find_user_by_name(TestServer::kTenant, name));
      return {};
    }));
    return found;
  }

  TestServer server_;
};

TEST_F(SignUp, CodeThenPasswordThenTokens) {
  const Reply started = start(kNew);
  ASSERT_EQ(started.status, 200) << boost::json::serialize(started.body);
  const Reply sent = challenge(started.token());
  EXPECT_EQ(sent.text("challenge_type"), "oob");
  EXPECT_EQ(sent.text("challenge_channel"), "email");
  EXPECT_EQ(sent.text("challenge_target_label"), "n***@m***.example");
  EXPECT_EQ(sent.body.at("code_length").as_int64(), 8);
  EXPECT_TRUE(sent.body.contains("interval"));
  const Reply proven = go_on(sent.token(), "oob", server_.last_code());
  EXPECT_EQ(proven.status, 400);
  EXPECT_EQ(proven.error(), "credential_required");
  EXPECT_EQ(proven.code(), 55103);
  const Reply asked = challenge(proven.token());
  EXPECT_EQ(asked.text("challenge_type"), "password");
  EXPECT_FALSE(account().has_value()) << "the account exists only when the last step is done";
  const Reply done = go_on(asked.token(), "password", kChosen);
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  ASSERT_TRUE(account().has_value());
  EXPECT_TRUE(redeem(done.token()).has_tokens());

  const std::string again =
      server_
          .challenge(server_
                         .post("/oauth2/v2.0/initiate",
                               {{"username", kNew}, {"challenge_type", "password redirect"}})
                         .token())
          .token();
  EXPECT_TRUE(server_.submit("password", again, kChosen).has_tokens());
}

TEST_F(SignUp, APasswordSentAtTheStartIsNotAskedForAgain) {
  const Reply done = prove_mailbox(kNew, {{"password", kChosen}});
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  EXPECT_TRUE(redeem(done.token()).has_tokens());
}

TEST_F(SignUp, ByCodeAlone) {
  open(SignUpMode::kCode);
  const Reply done = prove_mailbox();
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  EXPECT_TRUE(redeem(done.token()).has_tokens());
  EXPECT_EQ(start("other@mail.example", {{"password", kChosen}}).error(),
            "unsupported_auth_method");
}

TEST_F(SignUp, AClosedTenantSendsToTheWebAndAClientThatCannotAskToo) {
  EXPECT_EQ(
      server_.post("/signup/v1.0/start", {{"username", kNew}, {"challenge_type", "oob redirect"}})
          .text("challenge_type"),
      "redirect");
  open(SignUpMode::kClosed);
  EXPECT_EQ(start(kNew).text("challenge_type"), "redirect");
}

TEST_F(SignUp, ATenantThatIsClosedMeanwhileGetsNoAccount) {
  const Reply asked = challenge(prove_mailbox().token());
  open(SignUpMode::kClosed);
  EXPECT_EQ(go_on(asked.token(), "password", kChosen).text("challenge_type"), "redirect");
  EXPECT_FALSE(account().has_value());
}

TEST_F(SignUp, AnAddressThatIsNotProvenReservesNothing) {
  const Reply sent = challenge(start(kNew).token());
  EXPECT_EQ(go_on(sent.token(), "oob", "00000000").suberror(), "invalid_oob_value");
  EXPECT_FALSE(account().has_value());
  EXPECT_EQ(sign_up().status, 200) << "another sign-up of the same address is not in the way";
}

TEST_F(SignUp, B3_WrongCodesOfOneAddressAreCountedOverAllItsSignUps) {
  bool locked = false;
  int tries = 0;
  for (int flow = 0; flow < 20 && !locked; ++flow) {
    const std::string token = challenge(start(kNew).token()).token();
    for (int i = 0; i < 5 && !locked; ++i) {
      const Reply reply = go_on(token, "oob", "0000000" + std::to_string(i));
      locked = reply.code() == 50053;
      tries += locked ? 0 : 1;
    }
  }
  EXPECT_TRUE(locked);
  EXPECT_LE(tries, ServiceSettings().tries_delay_from);
}

TEST_F(SignUp, TwoSignUpsOfOneMailboxEndInOneAccount) {
  const Reply one = challenge(prove_mailbox().token());
  const Reply two = challenge(prove_mailbox().token());
  ASSERT_EQ(go_on(one.token(), "password", kChosen).status, 200);
  const Reply late = go_on(two.token(), "password", kChosen);
  EXPECT_EQ(late.error(), "user_already_exists");
  EXPECT_TRUE(late.token().empty());
  EXPECT_TRUE(server_.failures.empty());
}

TEST_F(SignUp, OfManyAtTheSameTimeOneWins) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 8; ++i) {
    tokens.push_back(challenge(prove_mailbox().token()).token());
  }
  std::atomic<int> won = 0;
  std::vector<std::thread> all;
  for (const std::string& token : tokens) {
    all.emplace_back(
        [&, token] { won += go_on(token, "password", kChosen).status == 200 ? 1 : 0; });
  }
  for (std::thread& one : all) {
    one.join();
  }
  EXPECT_EQ(won, 1);
}

TEST_F(SignUp, C6_BeforeTheProofAnExistingNameAnswersAsANewOne) {
  const auto shape = [](Reply reply) {
    for (const char* key : {"continuation_token", "challenge_target_label", "timestamp", "trace_id",
                            "correlation_id"}) {
      reply.body.erase(key);
    }
    return boost::json::serialize(reply.body);
  };
  const Reply known = start("amy@bank.example");
  const Reply unknown = start("zoe@bank.example");
  EXPECT_EQ(shape(known), shape(unknown));
  const Reply known_sent = challenge(known.token());
  const std::string known_code = server_.last_code();
  const Reply unknown_sent = challenge(unknown.token());
  EXPECT_EQ(shape(known_sent), shape(unknown_sent));
  EXPECT_EQ(shape(go_on(known_sent.token(), "oob", "00000000")),
            shape(go_on(unknown_sent.token(), "oob", "00000000")));
  // The owner of the mailbox may learn it.
  EXPECT_EQ(go_on(known_sent.token(), "oob", known_code).error(), "user_already_exists");
}

class RevealingSignUp : public SignUp {
 protected:
  RevealingSignUp() { server_.set_rules({.answers = Answers::kCompatible}); }
};

TEST_F(RevealingSignUp, AnExistingNameIsRefusedAtOnce) {
  const Reply reply = start("amy@bank.example");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.error(), "user_already_exists");
  EXPECT_EQ(reply.code(), 1003037);
}

TEST_F(SignUp, TheProofOfTheMailboxEvictsASquatter) {
  Provisioning wanted;
  Provisioning::User squatter;
  squatter.tenant_id = TestServer::kTenant;
  squatter.id = "squatter-id";
  squatter.username = kNew;
  squatter.channels = {{ChannelKind::kEmail, kNew, false, false},
                       {ChannelKind::kSms, "+15550100999", true, true}};
  wanted.users = {squatter};
  server_.provision(wanted);
  const Reply done = sign_up();
  ASSERT_EQ(done.status, 200) << boost::json::serialize(done.body);
  ASSERT_TRUE(account().has_value());
  EXPECT_NE(account()->user_id, "squatter-id");
  EXPECT_EQ(server_.channels(account()->user_id).size(), 1U) << "nothing of the squatter's";
  EXPECT_TRUE(redeem(done.token()).has_tokens());
  const auto rows = server_.audit_rows(100);
  EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [](const AuditRecord& row) {
    return row.type == "name_evicted" && row.user_id == "squatter-id";
  }));
}

TEST_F(SignUp, PoliciesSeeTheFlowAndABlockCreatesNoAccount) {
  server_.decider.set([](const SignInFacts& facts) {
    return facts.flow == Flow::kSignUp && facts.user.ends_with("@mail.example") ? block() : allow();
  });
  const Reply refused = sign_up();
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_TRUE(refused.token().empty());
  EXPECT_FALSE(account().has_value());
}

TEST_F(SignUp, C1_APolicyThatWantsASecondFactorLeadsToItsEnrolment) {
  server_.decider.set(require_two_methods);
  const Reply done = sign_up();
  ASSERT_EQ(done.status, 200);
  const Reply demanded = redeem(done.token());
  EXPECT_EQ(demanded.suberror(), "registration_required");
  EXPECT_FALSE(demanded.has_tokens());
  const Reply listed =
      server_.post("/register/v1.0/introspect", {{"continuation_token", demanded.token()}});
  const Reply own =
      server_.post("/register/v1.0/challenge", {{"continuation_token", listed.token()},
                                                {"challenge_type", "oob"},
                                                {"challenge_target", kNew},
                                                {"challenge_channel", "email"}});
  EXPECT_EQ(own.code(), 901001) << "C4: the mailbox of the sign-up is no second factor";
  const Reply sent =
      server_.post("/register/v1.0/challenge", {{"continuation_token", listed.token()},
                                                {"challenge_type", "oob"},
                                                {"challenge_target", "+15550100333"},
                                                {"challenge_channel", "sms"}});
  ASSERT_EQ(sent.status, 200) << boost::json::serialize(sent.body);
  const Reply bound = server_.post(
      "/register/v1.0/continue",
      {{"continuation_token", sent.token()}, {"grant_type", "oob"}, {"oob", server_.last_code()}});
  const Reply tokens = server_.submit("continuation_token", bound.token(), "");
  EXPECT_TRUE(tokens.has_tokens()) << boost::json::serialize(tokens.body);
}

TEST_F(SignUp, C5_ATokenOfOneStepOrFlowIsOfNoUseInAnother) {
  const std::string fresh = start(kNew).token();
  const std::string sent = challenge(start(kNew).token()).token();
  const std::string code = server_.last_code();
  const std::string wanted = prove_mailbox().token();
  const std::string asked = challenge(prove_mailbox().token()).token();
  for (const std::string& token : {fresh, sent, wanted, asked}) {
    EXPECT_FALSE(redeem(token).has_tokens());
    EXPECT_EQ(server_.challenge(token).status, 400) << "the challenge of a sign-in";
    EXPECT_EQ(server_.introspect(token).status, 400);
    EXPECT_EQ(server_.submit("oob", token, code).status, 400);
    EXPECT_EQ(server_.post("/resetpassword/v1.0/challenge", {{"continuation_token", token}}).status,
              400);
    EXPECT_EQ(server_
                  .post("/resetpassword/v1.0/submit",
                        {{"continuation_token", token}, {"new_password", kChosen}})
                  .status,
              400);
  }
  EXPECT_EQ(go_on(wanted, "password", kChosen).status, 400) << "it has to be asked for first";
  EXPECT_EQ(go_on(asked, "attributes", "{}").status, 400);
  const std::string sign_in = server_.initiate("amy").token();
  EXPECT_EQ(challenge(sign_in).status, 400) << "a sign-in is no sign-up";
  EXPECT_EQ(go_on(sent, "oob", code).error(), "credential_required") << "nothing above used it up";
}

TEST_F(SignUp, AnotherNameAtTheEndIsRefused) {
  const Reply done = sign_up();
  EXPECT_FALSE(redeem(done.token(), "amy@bank.example").has_tokens());
  EXPECT_TRUE(redeem(done.token()).has_tokens()) << "the refusal did not use up the token";
}

TEST_F(SignUp, A6_TheStoreHoldsNeitherThePasswordNorTheCode) {
  const Reply asked = challenge(prove_mailbox().token());
  EXPECT_EQ(go_on(asked.token(), "password", kChosen).status, 200);
  EXPECT_EQ(server_.dump().find(kChosen), std::string::npos);
  EXPECT_EQ(server_.dump().find(server_.delivered.back().code), std::string::npos);
}

}  // namespace
}  // namespace gate::server::testing_support
