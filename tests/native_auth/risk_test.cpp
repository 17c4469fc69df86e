// Where the risk of a sign-in comes from, through the endpoints.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "server/account/user_risk.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kVienna = "203.0.113.1";
constexpr const char* kNewYork = "203.0.113.2";
constexpr const char* kNowhere = "203.0.113.3";
constexpr const char* kTor = "203.0.113.4";

struct KnownPlaces final : PlaceLookup {
  Place place_of(std::string_view ip) const override {
    if (ip == kVienna) {
      return {"AT", Coordinates{48.2, 16.4}, NetworkKind::kUnknown};
    }
    if (ip == kNewYork) {
      return {"US", Coordinates{40.7, -74.0}, NetworkKind::kUnknown};
    }
    return {"", std::nullopt, ip == kTor ? NetworkKind::kAnonymous : NetworkKind::kUnknown};
  }
  bool knows_countries() const override { return true; }
};

struct ScriptedEngine final : RiskEngine {
  std::optional<Risk> assess(const RiskQuestion& question) const override {
    asked.push_back(std::string(question.user_id) + " " + std::string(name(question.flow)) + " " +
                    std::string(question.country));
    return answer;
  }
  std::optional<Risk> answer = Risk::kNone;
  mutable std::vector<std::string> asked;
};

std::string device(char key) {
  return std::string(43, key);
}

class RiskTest : public testing::Test {
 protected:
  explicit RiskTest(const RiskEngine* engine = nullptr)
      : server_(TestServer::relaxed(), flow_machines(), &places_, engine) {
    server_.peer_ip = kVienna;
    server_.decider.set([this](const SignInFacts& facts) {
      seen_.push_back(facts);
      return policy_(facts);
    });
  }
  /// The facts of the last decision.
  const SignInFacts& last() { return seen_.back(); }
  Reply sign_in(const std::string& user, const std::string& ip = kVienna) {
    server_.peer_ip = ip;
    server_.clock.advance(kMicrosPerDay);  // long enough for every journey
    const Reply reply = server_.first_factor(user);
    EXPECT_TRUE(reply.has_tokens());
    return reply;
  }
  std::string last_reasons() { return server_.audit_rows(1000).back().reasons; }
  std::size_t entries(const std::string& user_id) {
    std::size_t count = 0;
    EXPECT_TRUE(server_.store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(const auto all, reads.sign_ins_of(TestServer::kTenant, user_id, 0));
      count = all.size();
      return {};
    }));
    return count;
  }

  KnownPlaces places_;
  std::function<PolicyVerdict(const SignInFacts&)> policy_ = [](const SignInFacts&) {
    return allow();
  };
  std::vector<SignInFacts> seen_;
  TestServer server_;
};

TEST_F(RiskTest, TheCountryOfTheAddressIsAFact) {
  sign_in("amy");
  EXPECT_EQ(last().country, "AT");
  EXPECT_EQ(last().sign_in_risk, Risk::kNone);
  sign_in("ben", kNowhere);
  EXPECT_EQ(last().country, "");
}

TEST_F(RiskTest, ANewCountryRaisesTheRiskOnceAndTheAuditRowSaysWhy) {
  sign_in("amy");
  sign_in("amy", kNewYork);
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_rule: new_country, 25 points"));
  EXPECT_THAT(last_reasons(), HasSubstr("sign_in_risk: medium"));
  sign_in("amy", kNewYork);
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "it is not new any more";
  EXPECT_THAT(last_reasons(), Not(HasSubstr("risk")));
  sign_in("amy", kNowhere);
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium);
  sign_in("ben", kNewYork);
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "his first sign-in";
}

TEST_F(RiskTest, NobodyIsInViennaAndInNewYorkWithinAnHour) {
  sign_in("amy", kNewYork);
  sign_in("amy");
  server_.clock.advance(kMicrosPerHour);
  server_.peer_ip = kNewYork;
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kHigh);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_rule: impossible_travel, 50 points"));
  EXPECT_THAT(last_reasons(), Not(HasSubstr("new_country")));
}

TEST_F(RiskTest, AnAnonymousNetworkIsMedium) {
  server_.peer_ip = kTor;
  EXPECT_TRUE(server_.first_factor("ben").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium);
}

TEST_F(RiskTest, AnUnknownDeviceIsNewWhereTheUserHasAKnownOne) {
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kNone);
  server_.device_key = device('k');
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "none was known before";
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kNone);
  server_.device_key = device('x');
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kLow);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_rule: new_device, 15 points"));
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "known since";
}

TEST_F(RiskTest, WrongPasswordsBeforeTheRightOneCount) {
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(server_.submit("password", server_.begin("amy"), "wrong").code(), 50126);
    }
  };
  fail(4);
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "four, and the right one is none";
  fail(5);
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kLow);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_rule: failures, 10 points"));
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kNone) << "the success ended the row";
}

TEST_F(RiskTest, TheRightPasswordDoesNotHideFailuresFromTheDecisionAtIssue) {
  policy_ = require_two_methods;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_.submit("password", server_.begin("amy"), "wrong").code(), 50126);
  }
  const Reply first = server_.first_factor("amy");
  EXPECT_EQ(first.suberror(), "mfa_required");
  EXPECT_EQ(last().sign_in_risk, Risk::kLow);
  const Reply listed = server_.introspect(first.token());
  const Reply sent = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  EXPECT_TRUE(server_.submit("mfa_oob", sent.token(), server_.last_code()).has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kLow);
}

TEST_F(RiskTest, B8_FailuresOfStrangersDoNotMakeAKnownDeviceRisky) {
  server_.device_key = device('k');
  sign_in("amy");
  server_.device_key = "";
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_.submit("password", server_.begin("amy"), "wrong").code(), 50126);
  }
  server_.device_key = device('k');
  EXPECT_TRUE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().sign_in_risk, Risk::kNone);
}

TEST_F(RiskTest, OnlyACompleteSignInIsRemembered) {
  policy_ = require_two_methods;
  const Reply first = server_.first_factor("amy");
  EXPECT_EQ(first.suberror(), "mfa_required");
  EXPECT_EQ(entries("amy-id"), 0U);
  policy_ = [](const SignInFacts&) { return block(); };
  EXPECT_FALSE(server_.first_factor("ben").has_tokens());
  EXPECT_EQ(entries("ben-id"), 0U);
  policy_ = [](const SignInFacts&) { return allow(); };
  for (int i = 0; i < 15; ++i) {
    sign_in("ben");
  }
  EXPECT_EQ(entries("ben-id"), static_cast<std::size_t>(kSignInEntriesMax));
}

TEST_F(RiskTest, ARefreshSeesThePlaceAsWell) {
  const Reply signed_in = sign_in("amy");
  server_.peer_ip = kNewYork;
  server_.clock.advance(kMicrosPerHour);
  EXPECT_TRUE(server_.refresh(signed_in.text("refresh_token")).has_tokens());
  EXPECT_EQ(last().flow, Flow::kRefresh);
  EXPECT_EQ(last().country, "US");
  EXPECT_EQ(last().sign_in_risk, Risk::kHigh) << "a new country, and too far away";
  EXPECT_THAT(last_reasons(), HasSubstr("risk_rule: impossible_travel"));
  EXPECT_EQ(entries("amy-id"), 1U) << "a refresh is no sign-in";
}

TEST_F(RiskTest, TheEntryOfTheUserIsTheFloor) {
  Provisioning wanted;
  Provisioning::User zoe;
  zoe.tenant_id = TestServer::kTenant;
  zoe.id = "zoe-id";
  zoe.username = "zoe@bank.example";
  zoe.sign_in_risk = "medium";
  zoe.channels = {{ChannelKind::kEmail, zoe.username, true, false}};
  wanted.users = {zoe};
  server_.provision(wanted);
  sign_in("zoe");
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium);
}

TEST_F(RiskTest, T6_ALeakedPasswordThatIsFoundMeanwhileIsSeenByTheDecisionThatCounts) {
  bool reported = false;
  policy_ = [&](const SignInFacts& facts) {
    if (!reported) {
      reported = true;
      EXPECT_TRUE(server_.store->write([&](UnitOfWork& work) {
        return report_leaked_password(work, server_.audit, TestServer::kTenant, "amy-id",
                                      server_.clock.now());
      }));
    }
    return facts.user_risk == Risk::kHigh ? block() : allow();
  };
  EXPECT_FALSE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(last().user_risk, Risk::kHigh);
}

TEST_F(RiskTest, TheRiskOfAUserIsSeenAtTheNextRefresh) {
  const Reply signed_in = sign_in("amy");
  EXPECT_EQ(last().user_risk, Risk::kNone);
  const auto set = [&](Risk risk) {
    EXPECT_TRUE(server_.store->write([&](UnitOfWork& work) -> Result<void> {
      GATE_TRY(const auto amy, work.find_user(TestServer::kTenant, "amy-id"));
      return set_user_risk(work, server_.audit, *amy, risk, server_.clock.now());
    }));
  };
  set(Risk::kHigh);
  const Reply renewed = server_.refresh(signed_in.text("refresh_token"));
  EXPECT_EQ(last().user_risk, Risk::kHigh);
  set(Risk::kNone);
  EXPECT_THAT(last_reasons(), HasSubstr("set the risk of the user to none; it was high"));
  EXPECT_TRUE(server_.refresh(renewed.text("refresh_token")).has_tokens());
  EXPECT_EQ(last().user_risk, Risk::kNone);
}

/// Holds one password, or cannot be read.
struct OneLeaked final : BreachedPasswords {
  [[nodiscard]] Result<bool> holds(const Sha1Digest& hash) const override {
    if (broken) {
      return Error{ErrorCode::kUnavailable, "the set cannot be read"};
    }
    return hash == sha1(as_bytes(password));
  }
  std::string password = TestServer::kPassword;
  bool broken = false;
};

class LeakedPasswordTest : public RiskTest {
 protected:
  LeakedPasswordTest() {
    server_.password_rules.breached = leaked_;
    policy_ = [](const SignInFacts& facts) {
      return facts.user_risk == Risk::kHigh ? block() : allow();
    };
  }
  std::size_t rows_about_risk() {
    const auto rows = server_.audit_rows(100);
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [](const AuditRecord& row) { return row.type == "user_risk"; }));
  }
  std::shared_ptr<OneLeaked> leaked_ = std::make_shared<OneLeaked>();
};

TEST_F(LeakedPasswordTest, RaisesTheRiskOfItsUserInTheVerySignInUntilItIsReplaced) {
  EXPECT_EQ(server_.submit("password", server_.begin("amy"), "guess").code(), 50126);
  EXPECT_EQ(rows_about_risk(), 0U) << "a guess says nothing about the user";
  const Reply refused = server_.first_factor("amy");
  EXPECT_EQ(refused.error(), "access_denied");
  EXPECT_EQ(last().user_risk, Risk::kHigh);
  EXPECT_FALSE(server_.first_factor("amy").has_tokens());
  EXPECT_EQ(rows_about_risk(), 1U) << "once, not at each sign-in";
  EXPECT_TRUE(server_.first_factor("ben").has_tokens()) << "who has no password";

  Provisioning wanted;
  Provisioning::User amy;
  amy.tenant_id = TestServer::kTenant;
  amy.id = "amy-id";
  amy.username = "amy@bank.example";
  amy.password_hash = PasswordHasher(server_.secrets.password_pepper.clone(), server_.random)
                          .hash("seven quiet lanterns drift")
                          .value();
  wanted.users = {amy};
  server_.provision(wanted);
  EXPECT_TRUE(
      server_.submit("password", server_.begin("amy"), "seven quiet lanterns drift").has_tokens());
}

TEST_F(LeakedPasswordTest, ASetThatCannotBeReadEndsTheSignInAndCountsNoTry) {
  leaked_->broken = true;
  for (int i = 0; i < 12; ++i) {
    const Reply refused = server_.first_factor("amy");
    EXPECT_EQ(refused.status, 500);
    EXPECT_FALSE(refused.has_tokens());
  }
  EXPECT_FALSE(server_.failures.empty());
  leaked_->broken = false;
  leaked_->password = "another";
  EXPECT_TRUE(server_.first_factor("amy").has_tokens()) << "not locked: its tries were right";
}

struct EngineHolder {
  ScriptedEngine engine_;
};
class RiskEngineTest : public EngineHolder, public RiskTest {
 protected:
  RiskEngineTest() : RiskTest(&engine_) {}
};

TEST_F(RiskEngineTest, IsAskedAtSignInAndRefreshAndTheHigherLevelCounts) {
  engine_.answer = Risk::kMedium;
  const Reply signed_in = sign_in("amy");
  EXPECT_EQ(engine_.asked, std::vector<std::string>{"amy-id sign_in AT"});
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_engine: medium"));
  EXPECT_TRUE(server_.refresh(signed_in.text("refresh_token")).has_tokens());
  EXPECT_EQ(engine_.asked.back(), "amy-id refresh AT");
  engine_.answer = Risk::kNone;
  sign_in("amy", kNewYork);
  EXPECT_EQ(last().sign_in_risk, Risk::kMedium) << "the rules say so";
}

TEST_F(RiskEngineTest, NoAnswerIsTheStricterOutcomeAndTheAuditRowSaysSo) {
  engine_.answer = std::nullopt;
  sign_in("amy");
  EXPECT_EQ(last().sign_in_risk, Risk::kHigh);
  EXPECT_THAT(last_reasons(), HasSubstr("risk_engine: no answer, counts as high"));
}

TEST_F(RiskEngineTest, C6_IsAskedBehindUnknownNamesAsBehindKnownOnes) {
  const auto questions = [&](const std::string& user) {
    engine_.asked.clear();
    const Reply sent = server_.challenge(server_.initiate(user).token());
    EXPECT_FALSE(server_.submit("oob", sent.token(), "00000000").has_tokens());
    return engine_.asked.size();
  };
  std::string made_up;
  for (int i = 0; made_up.empty(); ++i) {  // an unknown name that is sent a code
    const std::string name = "unknown" + std::to_string(i);
    made_up = server_.challenge(server_.initiate(name).token()).text("challenge_type") == "oob"
                  ? name
                  : "";
  }
  EXPECT_EQ(questions("ben"), 1U);
  EXPECT_EQ(questions(made_up), 1U);
  EXPECT_THAT(engine_.asked.front(), Not(HasSubstr(made_up)));
}

TEST(RiskRulesOff, NothingIsRememberedAndNothingIsRisky) {
  ServiceSettings settings = TestServer::relaxed();
  settings.built_in_risk = false;
  KnownPlaces places;
  TestServer server(settings, flow_machines(), &places);
  Risk risk = Risk::kHigh;
  server.decider.set([&](const SignInFacts& facts) {
    risk = facts.sign_in_risk;
    return allow();
  });
  for (const char* ip : {kVienna, kNewYork, kTor}) {
    server.peer_ip = ip;
    EXPECT_TRUE(server.first_factor("ben").has_tokens());
    EXPECT_EQ(risk, Risk::kNone);
  }
  EXPECT_TRUE(server.store->read([](StoreReads& reads) -> Result<void> {
    GATE_TRY(const auto entries, reads.sign_ins_of(TestServer::kTenant, "ben-id", 0));
    EXPECT_TRUE(entries.empty());
    return {};
  }));
}

}  // namespace
}  // namespace gate::server::testing_support
