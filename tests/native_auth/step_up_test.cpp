// Step-up: a client whose renewal is refused goes on with the missing factors alone. The policies
// are real ones, because what is missing follows from their decisions.

#include <gtest/gtest.h>

#include <functional>
#include <gate/compile.hpp>

#include "server/crypto/hmac.h"
#include "server/decision/evaluator_decider.h"
#include "tests/native_auth/repeated_request.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kBoth = "mfa_required registration_required";
constexpr const char* kScope = "openid offline_access api://payments/pay";
constexpr const char* kOnce = "openid api://payments/pay";  ///< without a refresh token

const std::string kWords = R"(
strength Two = any of [password, email_otp], [password, sms_otp], [email_otp, sms_otp]
strength Key = any of [fido2]
context Payment = "c1" "Approve a payment"
context NewPayee = "c2" "Add somebody to pay"
)";

std::string policy(const std::string& target, const std::string& demand) {
  static int number = 0;
  return "policy \"P" + std::to_string(++number) + "\" {\n  users include all\n  target include " +
         target + "\n  " + demand + "\n}\n";
}
const std::string kPayment =
    policy("context Payment", "grant require strength Two\n  session sign_in_frequency 15m");
const std::string kPayee = policy(
    "context NewPayee", "grant require strength Two\n  session sign_in_frequency every_time");

std::string claims(const std::string& context) {
  return R"({"access_token":{"acrs":{"essential":true,"value":")" + context + R"("}}})";
}

std::string json_of(const boost::json::object& body, const char* name) {
  const boost::json::value* found = body.if_contains(name);
  return found == nullptr ? "none" : boost::json::serialize(*found);
}
std::string missing(const Reply& reply) {
  return json_of(reply.body, "missing_factors");
}
std::string access_claim(const Reply& reply, const char* name) {
  return reply.has_tokens() ? json_of(claims_of(reply.text("access_token")), name)
                            : "no tokens: " + boost::json::serialize(reply.body);
}
/// Long enough for a second use of a refresh token to count as theft.
constexpr Micros kAfterTheGrace = 11 * kMicrosPerSecond;
Bytes hash_of_token(const std::string& token) {
  const Digest digest = sha256(as_bytes(token));
  return {digest.begin(), digest.end()};
}
bool is_refused(const Reply& reply) {
  return reply.error() == "invalid_grant" && reply.code() == 55200 && !reply.has_tokens();
}

class StepUp : public testing::Test {
 protected:
  StepUp() { put(kPayment + kPayee); }

  /// Puts these policies in force, beside nothing else.
  void put(const std::string& policies) {
    CompileOutput output = compile({{"test.gate", kWords + policies}},
                                   {.native_code = NativeCode::kNever, .allow_empty = true});
    ASSERT_NE(output.policies, nullptr) << policies << output.diagnostics.at(0).message;
    sets_.evaluator.replace(output.policies);
    server_.decider.set([this](const SignInFacts& facts) {
      return EvaluatorDecider(sets_).decide(TestServer::kTenant, facts);
    });
  }
  ~StepUp() override { EXPECT_TRUE(server_.failures.empty()) << server_.failures.front(); }
  void wait(Micros time) { server_.clock.advance(time); }

  /// Signs in with one factor and keeps the refresh token.
  Reply sign_in(const std::string& user = "amy") {
    const Reply challenged = server_.challenge(server_.initiate(user).token());
    const bool password = challenged.text("challenge_type") == "password";
    const Reply done = submit(password ? "password" : "oob", challenged.token(),
                              password ? TestServer::kPassword : server_.last_code());
    EXPECT_EQ(done.status, 200) << boost::json::serialize(done.body);
    refresh_token_ = done.text("refresh_token");
    return done;
  }
  /// Asks for a renewal with a context, as a client that can go on.
  Reply renew(const std::string& context = "c1", const std::string& capabilities = kBoth,
              Params more = {}, const std::string& scope = kScope) {
    Params params = {
        {"grant_type", "refresh_token"}, {"refresh_token", refresh_token_}, {"scope", scope}};
    if (!context.empty()) {
      params.emplace_back("claims", claims(context));
    }
    if (!capabilities.empty()) {
      params.emplace_back("capabilities", capabilities);
    }
    params.insert(params.end(), more.begin(), more.end());
    return server_.post(kToken, params);
  }
  /// A renewal as it is without a context; keeps the next refresh token.
  Reply renew_plainly() {
    const Reply renewed = server_.refresh(refresh_token_, kScope);
    refresh_token_ = renewed.has_tokens() ? renewed.text("refresh_token") : refresh_token_;
    return renewed;
  }
  Reply submit(const std::string& grant, const std::string& token, const std::string& value,
               const std::string& scope = kScope, const std::string& context = "") {
    Params params = {{"continuation_token", token}, {"grant_type", grant}, {"scope", scope}};
    if (grant != "continuation_token") {
      params.emplace_back(grant == "password" ? "password" : "oob", value);
    }
    if (!context.empty()) {
      params.emplace_back("claims", claims(context));
    }
    return server_.post(kToken, params);
  }
  /// From a demand to a code that was sent by text message.
  Reply text_message(const Reply& demanded) {
    const Reply listed = server_.introspect(demanded.token());
    EXPECT_EQ(listed.status, 200) << boost::json::serialize(listed.body);
    const Reply sent = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
    EXPECT_EQ(sent.text("challenge_channel"), "sms") << boost::json::serialize(sent.body);
    return sent;
  }
  Reply second_factor(const Reply& demanded, const std::string& scope = kScope) {
    const std::string token = text_message(demanded).token();
    return submit("mfa_oob", token, server_.last_code(), scope);
  }
  Reply first_factor(const Reply& demanded, const std::string& scope = kScope) {
    const Reply asked = server_.challenge(demanded.token());
    EXPECT_EQ(asked.text("challenge_type"), "password") << boost::json::serialize(asked.body);
    return submit("password", asked.token(), TestServer::kPassword, scope);
  }
  std::size_t messages() {
    static_cast<void>(server_.last_code());
    return server_.delivered.size();
  }

  TestServer server_;
  std::string refresh_token_;

 private:
  struct OneSet final : PolicySets {
    Evaluator evaluator;
    [[nodiscard]] Evaluator::Snapshot in_force(std::string_view /*tenant_id*/) const override {
      return evaluator.snapshot();
    }
  };
  OneSet sets_;
};

TEST_F(StepUp, TheMissingFactorAloneIsAskedFor) {
  const Reply before = sign_in();
  wait(5 * kMicrosPerMinute);
  const Reply refused = renew();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.error(), "interaction_required");
  EXPECT_EQ(refused.suberror(), "basic_action");
  EXPECT_EQ(refused.code(), 50076);
  EXPECT_EQ(missing(refused), R"(["second_factor"])");
  ASSERT_FALSE(refused.token().empty());
  EXPECT_EQ(messages(), 0U) << "a refused renewal sends nothing";
  const Reply done = second_factor(refused);
  ASSERT_TRUE(done.has_tokens()) << boost::json::serialize(done.body);
  EXPECT_EQ(access_claim(done, "acrs"), R"(["c1"])");
  EXPECT_EQ(access_claim(done, "amr"), R"(["pwd","sms","mfa"])");
  EXPECT_EQ(access_claim(done, "aud"), R"("api://payments")");
  EXPECT_EQ(claims_of(done.text("access_token")).at("auth_time").as_int64(),
            server_.clock.now() / kMicrosPerSecond)
      << "the last time that the user was asked";
  EXPECT_NE(access_claim(done, "sid"), access_claim(before, "sid")) << "F1";
  EXPECT_EQ(messages(), 1U);
}

TEST_F(StepUp, AClientThatDoesNotSayThatItCanGoOnIsAnsweredAsEver) {
  sign_in();
  for (const char* capabilities : {"", "registration_required", "MFA_REQUIRED", "mfa"}) {
    const Reply refused = renew("c1", capabilities);
    EXPECT_EQ(refused.error(), "interaction_required") << capabilities;
    EXPECT_TRUE(refused.token().empty()) << capabilities;
    EXPECT_EQ(missing(refused), "none") << capabilities;
  }
  EXPECT_EQ(missing(renew("c1", "mfa_required")), R"(["second_factor"])");
  EXPECT_EQ(missing(renew("c1", "", {{"capability", "mfa_required,registration_required"}})),
            R"(["second_factor"])");
}

TEST_F(StepUp, AClientIsAskedOnlyForWhatItCanAskFor) {
  sign_in();
  const auto with = [this](const char* types) {
    return renew("c1", kBoth, {{"challenge_type", types}});
  };
  EXPECT_EQ(missing(with("oob redirect")), R"(["second_factor"])");
  EXPECT_EQ(missing(with("password redirect")), "none");
  EXPECT_EQ(with("password oob").error(), "unsupported_challenge_type");
  EXPECT_EQ(with("carrier_pigeon redirect").error(), "unsupported_challenge_type");
  wait(20 * kMicrosPerMinute);
  EXPECT_EQ(missing(with("oob redirect")), "none") << "the password is too old";
  EXPECT_EQ(missing(with("password oob redirect")), R"(["first_factor","second_factor"])");
}

TEST_F(StepUp, ARefusedRenewalUsesNothingUp) {
  sign_in();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(renew().token().empty());
    wait(kMicrosPerMinute);
  }
  EXPECT_EQ(renew_plainly().status, 200);
  EXPECT_EQ(access_claim(renew_plainly(), "acrs"), "none") << "a context is of one token";
}

TEST_F(StepUp, F1_ANewRefreshTokenTakesThePlaceOfTheOldOne) {
  const Reply before = sign_in();
  const Reply done = second_factor(renew());
  ASSERT_TRUE(done.has_tokens());
  EXPECT_EQ(renew_plainly().suberror(), "bad_token");
  refresh_token_ = done.text("refresh_token");
  const Reply renewed = renew_plainly();
  EXPECT_EQ(access_claim(renewed, "sid"), access_claim(done, "sid"));
  EXPECT_NE(access_claim(renewed, "sid"), access_claim(before, "sid"));
  EXPECT_EQ(access_claim(renewed, "acrs"), "none");
  EXPECT_EQ(access_claim(renew("c1"), "acrs"), R"(["c1"])") << "both factors are fresh";
}

TEST_F(StepUp, F1_WithoutOfflineAccessTheSessionGoesOnAndTheTokenIsForOnce) {
  const Reply before = sign_in();
  const Reply done = second_factor(renew(), kOnce);
  EXPECT_EQ(access_claim(done, "acrs"), R"(["c1"])");
  EXPECT_EQ(done.text("refresh_token"), "");
  EXPECT_NE(access_claim(done, "sid"), access_claim(before, "sid"));
  const Reply renewed = renew_plainly();
  EXPECT_EQ(access_claim(renewed, "sid"), access_claim(before, "sid"));
  EXPECT_EQ(missing(renew()), R"(["second_factor"])") << "the session has not learned the factor";
}

TEST_F(StepUp, E4_TheAbsoluteEndOfTheSessionDoesNotMove) {
  sign_in();
  wait(10 * kMicrosPerDay);
  const Reply demanded = first_factor(renew());
  ASSERT_EQ(demanded.suberror(), "mfa_required") << boost::json::serialize(demanded.body);
  const Reply done = second_factor(demanded);
  ASSERT_TRUE(done.has_tokens());
  EXPECT_EQ(done.body.at("refresh_token_expires_in").as_int64(),
            20 * kMicrosPerDay / kMicrosPerSecond);
}

// Sign-in frequency: the age of each proof decides, not that of the session.

TEST_F(StepUp, AProofThatIsTooOldIsRepeatedAndAFreshOneIsNot) {
  sign_in();
  wait(13 * kMicrosPerMinute);
  EXPECT_EQ(missing(renew()), R"(["second_factor"])");
  wait(kMicrosPerMinute + 30 * kMicrosPerSecond);
  EXPECT_EQ(missing(renew()), R"(["first_factor","second_factor"])")
      << "it would be too old before the user has typed a code";
  wait(5 * kMicrosPerMinute);
  const Reply refused = renew();
  ASSERT_EQ(missing(refused), R"(["first_factor","second_factor"])");
  EXPECT_TRUE(is_refused(server_.introspect(refused.token()))) << "the first factor comes first";
  const Reply demanded = first_factor(refused);
  EXPECT_EQ(demanded.suberror(), "mfa_required");
  const Reply done = second_factor(demanded);
  EXPECT_EQ(access_claim(done, "acrs"), R"(["c1"])");
  EXPECT_EQ(access_claim(done, "amr"), R"(["pwd","sms","mfa"])");
}

TEST_F(StepUp, AStaleFirstFactorIsRepeatedAloneWhereTheSecondIsFresh) {
  sign_in();
  wait(10 * kMicrosPerMinute);
  const Reply done = second_factor(renew());
  refresh_token_ = done.text("refresh_token");
  wait(10 * kMicrosPerMinute);  // the password is 20 minutes old, the code 10
  const Reply refused = renew();
  ASSERT_EQ(missing(refused), R"(["first_factor"])");
  const std::size_t sent = messages();
  const Reply again = first_factor(refused);
  EXPECT_EQ(access_claim(again, "acrs"), R"(["c1"])");
  EXPECT_EQ(access_claim(again, "amr"), R"(["pwd","sms","mfa"])");
  EXPECT_EQ(messages(), sent);
  refresh_token_ = again.text("refresh_token");
  const Reply allowed = renew();
  EXPECT_EQ(access_claim(allowed, "acrs"), R"(["c1"])");
  refresh_token_ = allowed.text("refresh_token");
  wait(6 * kMicrosPerMinute);  // now the code is 16 minutes old, the password 6
  const Reply third = renew();
  ASSERT_EQ(missing(third), R"(["second_factor"])");
  EXPECT_EQ(access_claim(second_factor(third), "acrs"), R"(["c1"])");
}

TEST_F(StepUp, AFrequencyOfAnAppAsksForThePasswordAlone) {
  put(policy("app \"payments\"", "session sign_in_frequency 1h"));
  sign_in();
  wait(50 * kMicrosPerMinute);
  EXPECT_EQ(renew_plainly().status, 200) << "fresh enough";
  wait(11 * kMicrosPerMinute);
  const Reply refused = renew("");
  ASSERT_EQ(missing(refused), R"(["first_factor"])");
  const Reply done = first_factor(refused);
  EXPECT_EQ(access_claim(done, "amr"), R"(["pwd"])");
  refresh_token_ = done.text("refresh_token");
  EXPECT_EQ(renew_plainly().status, 200);
}

TEST_F(StepUp, AFrequencyOfTheSecondFactorLeavesAnOldPasswordAlone) {
  put(policy("app \"payments\"",
             "grant require strength Two\n  session sign_in_frequency 1h second_factor"));
  const Reply demanded = submit("password", server_.begin("amy"), TestServer::kPassword);
  refresh_token_ = second_factor(demanded).text("refresh_token");
  wait(2 * kMicrosPerHour);
  const Reply refused = renew("");
  ASSERT_EQ(missing(refused), R"(["second_factor"])");
  const Reply done = second_factor(refused);
  EXPECT_EQ(access_claim(done, "amr"), R"(["pwd","sms","mfa"])");
  refresh_token_ = done.text("refresh_token");
  EXPECT_EQ(renew_plainly().status, 200);
}

TEST_F(StepUp, EveryTimeIsEveryTimeAfterFiveMinutes) {
  sign_in();
  wait(6 * kMicrosPerMinute);
  const Reply refused = renew("c2");
  ASSERT_EQ(missing(refused), R"(["first_factor","second_factor"])");
  const Reply done = second_factor(first_factor(refused));
  EXPECT_EQ(access_claim(done, "acrs"), R"(["c2"])");
  refresh_token_ = done.text("refresh_token");
  wait(4 * kMicrosPerMinute);
  const Reply soon = renew("c2");
  EXPECT_EQ(access_claim(soon, "acrs"), R"(["c2"])");
  refresh_token_ = soon.text("refresh_token");
  wait(2 * kMicrosPerMinute);
  EXPECT_EQ(missing(renew("c2")), R"(["first_factor","second_factor"])");
}

TEST_F(StepUp, AProofThatAgesOnTheWayIsAskedForInAnotherStepUp) {
  sign_in();
  wait(13 * kMicrosPerMinute);
  const Reply sent = text_message(renew());
  wait(3 * kMicrosPerMinute);
  const Reply late = submit("mfa_oob", sent.token(), server_.last_code());
  EXPECT_EQ(late.error(), "interaction_required");
  EXPECT_TRUE(late.token().empty());
  EXPECT_FALSE(late.has_tokens());
  const Reply again = renew();
  EXPECT_EQ(missing(again), R"(["first_factor","second_factor"])")
      << "C3: the code was proven in a flow that came to nothing";
  EXPECT_EQ(access_claim(second_factor(first_factor(again)), "acrs"), R"(["c1"])");
}

TEST_F(StepUp, AnInheritedProofThatAgesBeforeTheFirstFactorIsRepeatedInTheSameFlow) {
  sign_in();
  wait(4 * kMicrosPerMinute);
  refresh_token_ = second_factor(renew()).text("refresh_token");
  wait(13 * kMicrosPerMinute);  // the password is 17 minutes old, the code 13
  const Reply refused = renew();
  ASSERT_EQ(missing(refused), R"(["first_factor"])");
  wait(3 * kMicrosPerMinute);
  const Reply demanded = first_factor(refused);
  EXPECT_EQ(demanded.suberror(), "mfa_required") << "now the code is too old as well";
  EXPECT_EQ(access_claim(second_factor(demanded), "acrs"), R"(["c1"])");
}

TEST_F(StepUp, ARenewalThatPolicyWantsTwoFactorsForGetsThem) {
  put(policy("app \"payments\"", "when flow == refresh\n  grant require strength Two"));
  sign_in();
  const Reply done = second_factor(renew(""));
  ASSERT_TRUE(done.has_tokens()) << boost::json::serialize(done.body);
  refresh_token_ = done.text("refresh_token");
  EXPECT_EQ(renew_plainly().status, 200) << "and from then on it is allowed";
}

TEST_F(StepUp, WhatASignInNeedsAStepUpNeedsToo) {
  sign_in();
  put(kPayment + policy("app \"payments\"", "when flow == sign_in\n  grant block"));
  EXPECT_EQ(missing(renew()), "none") << "a new session would be refused";
  put(kPayment + policy("all apps", "grant require strength Key"));
  EXPECT_EQ(missing(renew()), "none") << "no prompt of this server leads there";
}

// Users without a second factor, and others.

TEST_F(StepUp, F2_S16_AMethodIsEnrolledAfterTheFirstFactorWasProvenOnceMore) {
  sign_in("ben");
  const Reply refused = renew();
  ASSERT_EQ(missing(refused), R"(["first_factor","registration"])")
      << "the session alone, however fresh, must not add a method";
  const auto enrol = [this](const std::string& token) {
    return server_.post("/register/v1.0/challenge", {{"continuation_token", token},
                                                     {"challenge_type", "oob"},
                                                     {"challenge_channel", "sms"},
                                                     {"challenge_target", "+15550100777"}});
  };
  EXPECT_TRUE(is_refused(enrol(refused.token())));
  EXPECT_TRUE(is_refused(
      server_.post("/register/v1.0/introspect", {{"continuation_token", refused.token()}})));
  const Reply sent = server_.challenge(refused.token());
  EXPECT_EQ(sent.text("challenge_channel"), "email");
  EXPECT_TRUE(is_refused(enrol(sent.token())));
  const Reply demanded = submit("oob", sent.token(), server_.last_code());
  ASSERT_EQ(demanded.suberror(), "registration_required");
  const Reply texted = enrol(demanded.token());
  const Reply enrolled =
      server_.post("/register/v1.0/continue", {{"continuation_token", texted.token()},
                                               {"grant_type", "oob"},
                                               {"oob", server_.last_code()}});
  const Reply done = submit("continuation_token", enrolled.token(), "");
  EXPECT_EQ(access_claim(done, "acrs"), R"(["c1"])");
  EXPECT_EQ(access_claim(done, "amr"), R"(["otp","sms","mfa"])");
  EXPECT_EQ(missing(renew("c1", "mfa_required")), "none") << "the old session is over";
}

TEST_F(StepUp, F2_AClientThatCannotEnrolIsNotTold) {
  sign_in("ben");
  EXPECT_EQ(missing(renew("c1", "mfa_required")), "none");
}

TEST_F(StepUp, S16_ABlockedMethodIsNotReplacedByANewOne) {
  sign_in("dora");
  for (const Channel& channel : server_.channels("dora-id")) {
    server_.set_blocked("dora-id", channel, channel.kind == ChannelKind::kSms);
  }
  const Reply refused = renew();
  EXPECT_EQ(refused.error(), "interaction_required");
  EXPECT_EQ(missing(refused), "none");
}

TEST_F(StepUp, C4_TheMailboxOfTheSessionIsNoSecondFactor) {
  sign_in("dora");
  const Reply refused = renew();
  ASSERT_EQ(missing(refused), R"(["second_factor"])");
  const Reply listed = server_.introspect(refused.token());
  EXPECT_NE(TestServer::method_id(listed, "sms"), "");
  EXPECT_EQ(TestServer::method_id(listed, "email"), "");
  const auto channels = server_.channels("dora-id");
  for (const Channel& channel : channels) {
    const Reply asked = server_.challenge(listed.token(), channel.channel_id);
    EXPECT_EQ(asked.status == 200, channel.kind == ChannelKind::kSms);
  }
}

TEST_F(StepUp, C4_AProofOverAMailboxThatWasBlockedSinceIsNotInherited) {
  sign_in("dora");
  for (const Channel& channel : server_.channels("dora-id")) {
    server_.set_blocked("dora-id", channel, channel.kind == ChannelKind::kEmail);
  }
  EXPECT_EQ(missing(renew()), "none") << "no first factor is left that could be proven";
}

TEST_F(StepUp, D4_TheMailboxThatResetThePasswordIsNoFactorBesideIt) {
  const std::string changed = "another horse battery staple";
  const auto reset = [this](const char* step, Params params) {
    return server_.post(std::string("/resetpassword/v1.0/") + step, std::move(params));
  };
  const Reply sent =
      reset("challenge",
            {{"continuation_token",
              reset("start", {{"username", "amy@bank.example"}, {"challenge_type", "oob redirect"}})
                  .token()},
             {"challenge_type", "oob redirect"}});
  const std::string code = server_.last_code();
  const Reply proven = reset(
      "continue", {{"continuation_token", sent.token()}, {"grant_type", "oob"}, {"oob", code}});
  const Reply done =
      reset("submit", {{"continuation_token", proven.token()}, {"new_password", changed}});
  const Reply signed_in = submit("continuation_token", done.token(), "");
  ASSERT_EQ(access_claim(signed_in, "amr"), R"(["otp"])");
  refresh_token_ = signed_in.text("refresh_token");
  EXPECT_EQ(missing(renew()), R"(["second_factor"])") << "the phone";
  for (const Channel& channel : server_.channels("amy-id")) {
    server_.set_blocked("amy-id", channel, channel.kind == ChannelKind::kSms);
  }
  EXPECT_EQ(missing(renew()), "none")
      << "who holds the mailbox knows the password, which are not two factors";
}

// Bindings: user, client, tenant, session, family, device; flow and step.

TEST_F(StepUp, T6_ItEndsWithTheUserTheFamilyAndTheChannel) {
  const auto dies = [this](const std::string& what, const std::function<void()>& end) {
    sign_in("dora");
    const Reply sent = text_message(renew());
    const std::string code = server_.last_code();
    end();
    const std::size_t before = messages();
    EXPECT_TRUE(is_refused(submit("mfa_oob", sent.token(), code))) << what;
    EXPECT_FALSE(server_.challenge(sent.token()).status == 200) << what;
    EXPECT_EQ(messages(), before) << what;
  };
  dies("epoch", [this] { server_.revoke("dora-id"); });
  dies("family", [this] {
    const std::string old = refresh_token_;
    ASSERT_EQ(renew_plainly().status, 200);
    wait(kAfterTheGrace);
    EXPECT_EQ(server_.refresh(old, kScope).suberror(), "bad_token") << "used twice";
  });
  dies("the mailbox of the first factor", [this] {
    for (const Channel& channel : server_.channels("dora-id")) {
      server_.set_blocked("dora-id", channel, channel.kind == ChannelKind::kEmail);
    }
  });
}

TEST_F(StepUp, T6_ItEndsWithTheDeviceAndSoDoesItsSession) {
  server_.device_key = std::string(43, 'a');
  sign_in();
  server_.device_key.clear();  // the step-up is sent without the key
  Reply sent = text_message(renew());
  const Reply done = submit("mfa_oob", sent.token(), server_.last_code());
  refresh_token_ = done.text("refresh_token");
  ASSERT_EQ(renew_plainly().status, 200);
  wait(20 * kMicrosPerMinute);
  const Reply asked = server_.challenge(renew().token());
  std::string device_id;
  ASSERT_TRUE(server_.store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const auto found,
             reads.find_refresh(TestServer::kTenant, hash_of_token(refresh_token_)));
    device_id = found->session.device_id;
    return {};
  }));
  EXPECT_NE(device_id, "") << "the session stays bound to the device that it began on";
  ASSERT_TRUE(server_.store->write([&](UnitOfWork& work) {
    return work.raise_device_epoch(TestServer::kTenant, "amy-id", device_id);
  }));
  EXPECT_TRUE(is_refused(submit("password", asked.token(), TestServer::kPassword)));
  EXPECT_EQ(renew_plainly().suberror(), "bad_token");
}

TEST_F(StepUp, T6_AFamilyThatIsRevokedWhileTheTokensAreDecidedGetsNone) {
  sign_in();
  const Reply sent = text_message(renew());
  const std::string code = server_.last_code();
  std::string family;
  ASSERT_TRUE(server_.store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const auto found,
             reads.find_refresh(TestServer::kTenant, hash_of_token(refresh_token_)));
    family = found->family_id;
    return {};
  }));
  int decided = 0;
  server_.decider.set([&](const SignInFacts&) {
    // After the snapshot of the request, and before its commit.
    decided += 1;
    EXPECT_TRUE(server_.store->write(
        [&](UnitOfWork& work) { return work.revoke_family(TestServer::kTenant, family); }));
    return allow();
  });
  EXPECT_TRUE(is_refused(submit("mfa_oob", sent.token(), code)));
  EXPECT_GT(decided, 0);
  server_.decider.set([](const SignInFacts&) { return allow(); });
  EXPECT_TRUE(is_refused(submit("mfa_oob", sent.token(), code)));
}

TEST_F(StepUp, A5_C5_TokensAreOfTheirClientTenantStepAndFlow) {
  sign_in();
  const Reply refused = renew();
  const auto as = [&](const char* client) {
    return server_.post("/oauth2/v2.0/introspect",
                        {{"client_id", client}, {"continuation_token", refused.token()}});
  };
  EXPECT_TRUE(is_refused(as(TestServer::kOtherClient)));
  const char* shop = "44444444-4444-4444-8444-444444444444";
  Provisioning another;  // with a client of the same id
  another.tenants = {{shop, "Shop", "shop.example"}};
  another.clients = {{shop, TestServer::kClient, "shop-app", {}}};
  server_.provision(another);
  HttpRequest elsewhere =
      server_.request("/oauth2/v2.0/introspect", {{"continuation_token", refused.token()}});
  elsewhere.path = std::string("/") + shop + "/oauth2/v2.0/introspect";
  EXPECT_TRUE(is_refused(TestServer::read(server_.send(elsewhere))));
  const std::string other = server_.begin("dora");
  const std::string code_of_other = server_.last_code();
  const Reply sent = text_message(refused);
  const std::string code = server_.last_code();
  EXPECT_EQ(submit("mfa_oob", sent.token(), code_of_other).suberror(), "invalid_oob_value");
  EXPECT_EQ(submit("oob", other, code).suberror(), "invalid_oob_value");
  EXPECT_TRUE(is_refused(submit("mfa_oob", other, code)));
  EXPECT_TRUE(is_refused(submit("oob", sent.token(), code))) << "the code of another step";
  EXPECT_TRUE(is_refused(submit("mfa_oob", refused.token(), code))) << "an older token";
  EXPECT_TRUE(submit("mfa_oob", sent.token(), code).has_tokens());
  EXPECT_TRUE(is_refused(submit("mfa_oob", sent.token(), code))) << "used up";
}

TEST_F(StepUp, N13_1_EveryEndpointOfAnotherFlowRefusesItsTokens) {
  sign_in();
  const auto try_all = [this](const std::string& token) {
    const std::vector<std::pair<std::string, Params>> requests = {
        {"/register/v1.0/introspect", {}},
        {"/register/v1.0/challenge",
         {{"challenge_type", "oob"},
          {"challenge_channel", "sms"},
          {"challenge_target", "+15550100777"}}},
        {"/register/v1.0/continue", {{"grant_type", "oob"}, {"oob", "12345678"}}},
        {"/signup/v1.0/challenge", {{"challenge_type", "oob password redirect"}}},
        {"/signup/v1.0/continue", {{"grant_type", "oob"}, {"oob", "12345678"}}},
        {"/signup/v1.0/continue",
         {{"grant_type", "password"}, {"password", "a new secret phrase"}}},
        {"/signup/v1.0/continue", {{"grant_type", "attributes"}, {"attributes", "{}"}}},
        {"/resetpassword/v1.0/challenge", {{"challenge_type", "oob redirect"}}},
        {"/resetpassword/v1.0/continue", {{"grant_type", "oob"}, {"oob", "12345678"}}},
        {"/resetpassword/v1.0/submit", {{"new_password", "a new secret phrase"}}},
        {"/resetpassword/v1.0/poll_completion", {}},
        {kToken, {{"grant_type", "continuation_token"}, {"scope", kScope}}},
    };
    for (auto [path, params] : requests) {
      params.emplace_back("continuation_token", token);
      const Reply reply = server_.post(path, params);
      EXPECT_TRUE(is_refused(reply)) << path << " " << boost::json::serialize(reply.body);
    }
  };
  const Reply second = renew();
  try_all(second.token());
  EXPECT_TRUE(is_refused(submit("password", second.token(), TestServer::kPassword)));
  const Reply sent = text_message(second);
  try_all(sent.token());
  wait(20 * kMicrosPerMinute);
  const Reply first = renew();
  try_all(first.token());
  EXPECT_TRUE(is_refused(submit("mfa_oob", first.token(), "12345678")));
  const Reply asked = server_.challenge(first.token());
  try_all(asked.token());
  EXPECT_TRUE(submit("password", asked.token(), TestServer::kPassword).suberror() == "mfa_required")
      << "nothing of it changed the flow";
}

TEST_F(StepUp, C3_NothingIsTakenOverFromAFlowThatCameToNothing) {
  sign_in();
  wait(20 * kMicrosPerMinute);
  EXPECT_EQ(first_factor(renew()).suberror(), "mfa_required");
  EXPECT_EQ(missing(renew()), R"(["first_factor","second_factor"])");
}

TEST_F(StepUp, C5_ItEndsAfterTenMinutesWithoutAStep) {
  sign_in();
  const Reply refused = renew();
  wait(10 * kMicrosPerMinute);
  EXPECT_EQ(server_.introspect(refused.token()).error(), "expired_token");
}

// Decisions: with the facts of the moment, for the context that was asked for.

TEST_F(StepUp, C2_AStricterPolicyMidFlowWins) {
  sign_in();
  Reply sent = text_message(renew());
  put(kPayment + policy("all apps", "grant block"));
  const Reply blocked = submit("mfa_oob", sent.token(), server_.last_code());
  EXPECT_EQ(blocked.error(), "access_denied");
  EXPECT_FALSE(blocked.has_tokens());
  put(kPayment);
  sent = text_message(renew());
  put(policy("context Payment", "grant require strength Key"));
  const Reply refused = submit("mfa_oob", sent.token(), server_.last_code());
  EXPECT_EQ(refused.error(), "interaction_required");
  EXPECT_TRUE(refused.token().empty());
  EXPECT_FALSE(refused.has_tokens());
  put(kPayment);
  EXPECT_EQ(renew_plainly().status, 200) << "the session goes on";
}

TEST_F(StepUp, S10_EachContextIsGrantedByItsOwnDecisionAlone) {
  sign_in();
  Reply sent = text_message(renew());
  const Reply other = submit("mfa_oob", sent.token(), server_.last_code(), kScope, "c2");
  EXPECT_EQ(access_claim(other, "acrs"), R"(["c2"])") << "asked for, decided, and no other";
  refresh_token_ = other.text("refresh_token");
  wait(20 * kMicrosPerMinute);
  sent = text_message(first_factor(renew("c1")));
  put(kPayment + policy("context NewPayee", "grant block"));
  EXPECT_EQ(submit("mfa_oob", sent.token(), server_.last_code(), kScope, "c2").error(),
            "access_denied");
  put(kPayment + kPayee);
  sent = text_message(first_factor(renew("c1")));
  const Reply narrow = submit("mfa_oob", sent.token(), server_.last_code(), "openid");
  EXPECT_EQ(access_claim(narrow, "acrs"), "none") << "the directory uses no contexts";
}

TEST_F(StepUp, S10_ItNeverWidensTheScopeOfTheRefusedRenewal) {
  sign_in();
  const Reply sent = text_message(renew("c1", kBoth, {}, kOnce));
  const std::string code = server_.last_code();
  for (const char* scope : {kScope, "openid profile api://payments/pay", "api://statements/read"}) {
    EXPECT_EQ(submit("mfa_oob", sent.token(), code, scope).code(), 70011) << scope;
  }
  EXPECT_EQ(access_claim(submit("mfa_oob", sent.token(), code, kOnce), "acrs"), R"(["c1"])")
      << "nothing was tried or used up";
  wait(20 * kMicrosPerMinute);
  const Reply asked = server_.challenge(renew("c1", kBoth, {}, kOnce).token());
  EXPECT_EQ(submit("password", asked.token(), TestServer::kPassword, kScope).code(), 70011);
  EXPECT_EQ(submit("password", asked.token(), TestServer::kPassword, kOnce).suberror(),
            "mfa_required");
}

// Limits, lost answers, audit.

TEST_F(StepUp, B2_B3_TriesAreCountedForTheAccountAsEverywhere) {
  sign_in();
  const Reply sent = text_message(renew());
  const std::string code = server_.last_code();
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(submit("mfa_oob", sent.token(), "00000000").suberror(), "invalid_oob_value") << i;
  }
  EXPECT_TRUE(submit("mfa_oob", sent.token(), "00000000").error() == "expired_token");
  EXPECT_EQ(submit("mfa_oob", sent.token(), code).error(), "expired_token");
  const Reply again = text_message(renew());
  EXPECT_TRUE(submit("mfa_oob", again.token(), server_.last_code()).is_locked())
      << "a new step-up resets nothing";
}

TEST_F(StepUp, B6_WrongPasswordsLockTheAccountHereToo) {
  sign_in();
  wait(20 * kMicrosPerMinute);
  for (int flow = 0; flow < 2; ++flow) {
    const Reply asked = server_.challenge(renew().token());
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(submit("password", asked.token(), "guess").code(), 50126);
    }
  }
  EXPECT_TRUE(server_.submit("password", server_.begin("amy"), TestServer::kPassword).is_locked());
  EXPECT_EQ(renew_plainly().status, 200) << "the session is not locked";
}

TEST_F(StepUp, T4_EveryStepIsAnsweredAgain) {
  sign_in();
  wait(20 * kMicrosPerMinute);
  const auto twice = [this](const std::string& path, const Params& params) {
    const auto once = [&] { return TestServer::read(server_.send(server_.request(path, params))); };
    const Reply first = once();
    const std::size_t sent = messages();
    const std::size_t rows = server_.audit_rows(1000).size();
    wait(kMicrosPerSecond);
    EXPECT_EQ(shape(once()), shape(first)) << path;
    EXPECT_EQ(messages(), sent) << path;
    EXPECT_EQ(server_.audit_rows(1000).size(), rows) << path;
    return first;
  };
  const auto proof = [](const char* grant, const std::string& token, const std::string& value) {
    return Params{{"continuation_token", token},
                  {"grant_type", grant},
                  {"scope", kScope},
                  {grant == std::string("password") ? "password" : "oob", value}};
  };
  const Reply asked = twice(kChallenge, testing_support::asked(renew().token()));
  const Reply demanded = twice(kToken, proof("password", asked.token(), TestServer::kPassword));
  const Reply listed = twice("/oauth2/v2.0/introspect", {{"continuation_token", demanded.token()}});
  const Reply sent = twice(
      kChallenge, testing_support::asked(listed.token(), TestServer::method_id(listed, "sms")));
  const std::string code = server_.last_code();
  EXPECT_EQ(twice(kToken, proof("mfa_oob", sent.token(), "00000000")).suberror(),
            "invalid_oob_value");
  const Params last = proof("mfa_oob", sent.token(), code);
  const Reply done = twice(kToken, last);
  ASSERT_TRUE(done.has_tokens()) << "though the old family has ended";
  server_.revoke("amy-id");
  EXPECT_FALSE(TestServer::read(server_.send(server_.request(kToken, last))).has_tokens()) << "T6";
}

TEST_F(StepUp, F5_TheRefusalAndTheStepUpAreRecorded) {
  sign_in();
  ASSERT_TRUE(second_factor(renew()).has_tokens());
  std::string types;
  for (const AuditRecord& row : server_.audit_rows(100)) {
    types += row.type + ":" + row.outcome + " ";
    EXPECT_EQ(row.user_id, "amy-id");
  }
  EXPECT_EQ(types, "sign_in:allow refresh:challenge step_up:allow ");
}

}  // namespace
}  // namespace gate::server::testing_support
