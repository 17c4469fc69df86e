// The requirements on codes, limits and flows (A, B, C of the security requirements). Each test
// begins with the number of its requirement.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "server/audit/audit_log.h"
#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

class Security : public testing::Test {
 protected:
  void require_mfa() { server_.decider.set(require_two_methods); }
  TestServer server_;
};

TEST_F(Security, A3_AnEmailCodeLivesTenMinutesAndNotASecondLonger) {
  ServiceSettings settings = TestServer::relaxed();
  settings.email_code_life = 9 * kMicrosPerMinute;  // shorter than the continuation token
  for (const Micros late : {-kMicrosPerSecond, kMicrosPerSecond}) {
    TestServer server(settings);
    const std::string token = server.begin("ben");
    const std::string code = server.last_code();
    server.clock.advance(settings.email_code_life + late);
    const Reply reply = server.submit("oob", token, code);
    EXPECT_EQ(reply.status == 200, late < 0);
    if (late > 0) {
      EXPECT_EQ(reply.suberror(), "invalid_oob_value");
    }
  }
  settings.email_code_life = 10 * kMicrosPerMinute + 1;
  EXPECT_FALSE(check(settings)) << "the bound is not for configuration to lift";
}

TEST_F(Security, A3_AnSmsCodeLivesFiveMinutes) {
  require_mfa();
  for (const Micros late : {-kMicrosPerSecond, kMicrosPerSecond}) {
    const Reply challenged = server_.challenge(server_.first_factor("amy").token());
    ASSERT_EQ(challenged.text("challenge_channel"), "sms");
    const std::string code = server_.last_code();
    server_.clock.advance(5 * kMicrosPerMinute + late);
    EXPECT_EQ(server_.submit("mfa_oob", challenged.token(), code).status == 200, late < 0);
  }
}

TEST_F(Security, A4_ACodeIsAcceptedOnceAmong64ParallelSubmits) {
  const std::string token = server_.begin("ben");
  const std::string code = server_.last_code();
  std::atomic<int> winners{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      const Reply reply = server_.submit("oob", token, code);
      (reply.status == 200 ? winners : refused) += 1;
      EXPECT_EQ(reply.has_tokens(), reply.status == 200);
      EXPECT_TRUE(reply.status == 200 || reply.error() == "invalid_grant");
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(refused, 63);
}

TEST_F(Security, A5_TheRightCodeWithAnotherFlowsTokenIsWrongAndCountsThere) {
  const std::string token = server_.begin("ben");
  const std::string code = server_.last_code();
  const std::string other = server_.begin("dora");
  const std::string others_code = server_.last_code();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_.submit("oob", other, code).suberror(), "invalid_oob_value");
  }
  EXPECT_EQ(server_.submit("oob", other, others_code).suberror(), "invalid_oob_value")
      << "five wrong tries killed the other flow's challenge";
  EXPECT_EQ(server_.submit("oob", token, code).status, 200);
}

TEST_F(Security, A5_ATokenIsOfNoUseToAnotherClient) {
  const std::string token = server_.begin("ben");
  const Reply reply = server_.post("/oauth2/v2.0/token", {{"client_id", TestServer::kOtherClient},
                                                          {"continuation_token", token},
                                                          {"grant_type", "oob"},
                                                          {"oob", server_.last_code()}});
  EXPECT_EQ(reply.error(), "invalid_grant");
}

TEST_F(Security, A5_ACodeIsGoodForItsChannelAndItsStepAlone) {
  require_mfa();
  // The unused code of the first factor is not accepted as the second factor of the same flow.
  const std::string first = server_.begin("dora");
  const std::string first_code = server_.last_code();
  EXPECT_EQ(server_.submit("mfa_oob", first, first_code).error(), "invalid_grant");
  const Reply demanded = server_.submit("oob", first, first_code);
  const Reply by_sms = server_.challenge(demanded.token());
  EXPECT_EQ(server_.submit("mfa_oob", by_sms.token(), first_code).suberror(), "invalid_oob_value");
  // A code sent to the phone is not accepted after a code was requested to the mailbox.
  const Reply listed = server_.introspect(server_.first_factor("amy").token());
  const Reply phone = server_.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  const std::string phone_code = server_.last_code();
  const Reply mail = server_.challenge(phone.token(), TestServer::method_id(listed, "email"));
  ASSERT_EQ(mail.text("challenge_channel"), "email");
  EXPECT_EQ(server_.submit("mfa_oob", mail.token(), phone_code).suberror(), "invalid_oob_value");
  EXPECT_EQ(server_.submit("mfa_oob", mail.token(), server_.last_code()).status, 200);
}

TEST_F(Security, A7_AReplacedCodeIsDeadAndSoIsTheTokenBeforeIt) {
  const std::string first = server_.begin("ben");
  const std::string first_code = server_.last_code();
  const std::string second = server_.challenge(first).token();
  const std::string second_code = server_.last_code();
  EXPECT_EQ(server_.submit("oob", first, second_code).error(), "invalid_grant");
  EXPECT_EQ(server_.submit("oob", second, first_code).suberror(), "invalid_oob_value");
  EXPECT_EQ(server_.submit("oob", second, second_code).status, 200);
}

TEST_F(Security, A2_WithoutRandomnessThereIsNoCodeButAServerError) {
  const std::string token = server_.initiate("ben").token();
  server_.random.broken = true;
  const Reply reply = server_.challenge(token);
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.error(), "server_error");
  server_.random.broken = false;
  EXPECT_EQ(server_.last_code(), "");
}

TEST_F(Security, A8_CodesPasswordsAndTokensAreInNoAuditRowFailureOrDump) {
  require_mfa();
  std::vector<std::string> canaries = {TestServer::kPassword};
  const Reply challenged = server_.challenge(server_.first_factor("amy").token());
  canaries.push_back(server_.last_code());
  const std::string wrong_code = "73195048";
  const Reply wrong = server_.submit("mfa_oob", challenged.token(), wrong_code);
  canaries.push_back(wrong_code);
  const Reply done = server_.submit("mfa_oob", challenged.token(), server_.last_code());
  ASSERT_EQ(done.status, 200);
  canaries.push_back(done.text("refresh_token"));
  canaries.push_back(done.text("access_token"));
  std::string everything = server_.dump() + boost::json::serialize(wrong.body);
  const std::vector<AuditRecord> rows = server_.audit_rows(100);
  for (const AuditRecord& row : rows) {
    everything += row.facts_json + row.reasons + row.required_text;
  }
  for (const std::string& failure : server_.failures) {
    everything += failure;
  }
  for (const std::string& canary : canaries) {
    EXPECT_EQ(everything.find(canary), std::string::npos) << canary;
  }
}

TEST_F(Security, B1_TheSixthTryIsNotEvaluatedEvenWhenRight) {
  const std::string token = server_.begin("ben");
  const std::string right = server_.last_code();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_.submit("oob", token, "00000000").suberror(), "invalid_oob_value");
  }
  EXPECT_EQ(server_.submit("oob", token, right).suberror(), "invalid_oob_value");
}

TEST_F(Security, B2_B4_TenWrongTriesKillTheFlowThroughResends) {
  std::string token = server_.begin("ben");
  for (int i = 1; i <= 10; ++i) {
    const Reply reply = server_.submit("oob", token, "00000000");
    EXPECT_EQ(reply.error(), i < 10 ? "invalid_grant" : "expired_token") << i;
    if (i == 4 || i == 8) {
      token = server_.challenge(token).token();
    }
  }
  EXPECT_EQ(server_.submit("oob", token, server_.last_code()).error(), "expired_token");
  EXPECT_EQ(server_.challenge(token).error(), "expired_token");
}

// B4: in every mix of wrong tries, resends and restarts, the evaluated wrong tries of one account
// and mailbox never exceed the hard stop of B3.
TEST_F(Security, B4_RandomSequencesOfTriesResendsAndRestartsNeverPassTheHardStop) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  std::string token = server_.begin("ben");
  int evaluated = 0;
  for (int action = 0; action < 600; ++action) {
    switch (dice() % 8) {
      case 0:
        token = server_.begin("ben");
        break;
      case 1: {
        const Reply resent = server_.challenge(token);
        token = resent.status == 200 ? resent.token() : server_.begin("ben");
        break;
      }
      case 2:
        server_.clock.advance(kMicrosPerHour);
        token = server_.begin("ben");
        break;
      default: {
        const Reply reply = server_.submit("oob", token, "00000000");
        ASSERT_FALSE(reply.has_tokens());
        const bool exhausted =
            reply.text("error_description").find("Too many wrong tries") != std::string::npos;
        evaluated += reply.suberror() == "invalid_oob_value" || exhausted ? 1 : 0;
      }
    }
  }
  EXPECT_GT(evaluated, 9);
  EXPECT_LE(evaluated, ServiceSettings{}.tries_stop_at);
}

TEST_F(Security, B3_TheHardStopHoldsForTheRightCodeToo) {
  ServiceSettings settings = TestServer::relaxed();
  settings.tries_stop_at = 12;
  settings.tries_delay_first = 0;
  settings.tries_delay_max = 0;
  TestServer server(settings);
  for (int i = 0; i < 12; ++i) {
    const std::string token = server.begin("ben");  // a new flow each time
    EXPECT_EQ(server.submit("oob", token, "00000000").suberror(), "invalid_oob_value") << i;
  }
  const std::string token = server.begin("ben");
  const Reply stopped = server.submit("oob", token, server.last_code());
  EXPECT_TRUE(stopped.is_locked());
}

TEST_F(Security, B6_PasswordTriesAreCountedBeforeTheyAreEvaluated) {
  const std::string token = server_.begin("amy");
  std::atomic<int> evaluated{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&] {
      const std::string own = server_.begin("amy");
      evaluated += server_.submit("password", own, "wrong").code() == 50126 ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(evaluated, 10);
  EXPECT_TRUE(server_.submit("password", token, TestServer::kPassword).is_locked());
  server_.clock.advance(20 * kMicrosPerMinute);
  EXPECT_EQ(server_.submit("password", server_.begin("amy"), TestServer::kPassword).status, 200);
}

TEST_F(Security, B6_RightPasswordsDoNotCount) {
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(server_.submit("password", server_.begin("amy"), TestServer::kPassword).status, 200)
        << i;
  }
}

TEST_F(Security, C3_NoFlowInheritsTheFactorsOfAnother) {
  require_mfa();
  // Flow one: password done, waits for the second factor.
  const Reply one = server_.first_factor("amy");
  const Reply one_sent = server_.challenge(one.token());
  const std::string one_code = server_.last_code();
  // Flow two of the same user: nothing done.
  const std::string two = server_.begin("amy");
  EXPECT_FALSE(server_.submit("mfa_oob", two, one_code).has_tokens());
  EXPECT_FALSE(server_.submit("continuation_token", two, "").has_tokens());
  EXPECT_FALSE(server_.submit("oob", two, one_code).has_tokens());
  // Flow three, first factor done: it cannot use the code of flow one.
  const Reply three = server_.challenge(server_.first_factor("amy").token());
  EXPECT_EQ(server_.submit("mfa_oob", three.token(), one_code).suberror(), "invalid_oob_value");
  EXPECT_EQ(server_.submit("mfa_oob", one_sent.token(), one_code).status, 200);
}

TEST_F(Security, C5_EveryTokenWorksOnceAndAtItsStepOnly) {
  require_mfa();
  const std::string ct1 = server_.initiate("amy").token();
  const std::string ct2 = server_.challenge(ct1).token();
  EXPECT_EQ(server_.challenge(ct1).error(), "invalid_grant") << "replayed";
  for (const char* grant : {"oob", "mfa_oob", "continuation_token"}) {
    EXPECT_EQ(server_.submit(grant, ct2, "12345678").error(), "invalid_grant") << grant;
  }
  const std::string ct3 = server_.submit("password", ct2, TestServer::kPassword).token();
  EXPECT_EQ(server_.submit("password", ct2, TestServer::kPassword).error(), "invalid_grant");
  for (const char* grant : {"oob", "mfa_oob", "continuation_token", "password"}) {
    const Reply reply = server_.submit(grant, ct3, "12345678");
    EXPECT_EQ(reply.error(), "invalid_grant") << grant;
    EXPECT_FALSE(reply.has_tokens());
  }
  const Reply listed = server_.introspect(ct3);
  EXPECT_EQ(server_.introspect(ct3).error(), "invalid_grant");
  const Reply sent = server_.challenge(listed.token());
  EXPECT_EQ(server_.introspect(sent.token()).error(), "invalid_grant");
  const std::string code = server_.last_code();
  ASSERT_EQ(server_.submit("mfa_oob", sent.token(), code).status, 200);
  EXPECT_EQ(server_.submit("mfa_oob", sent.token(), code).error(), "invalid_grant");
}

TEST_F(Security, C5_TokensAndFlowsEnd) {
  const std::string token = server_.initiate("ben").token();
  server_.clock.advance(10 * kMicrosPerMinute);
  EXPECT_EQ(server_.challenge(token).error(), "expired_token");
  std::string held = server_.begin("ben");
  for (int i = 0; i < 3; ++i) {
    server_.clock.advance(9 * kMicrosPerMinute);
    held = server_.challenge(held).token();
    ASSERT_FALSE(held.empty()) << i;
  }
  server_.clock.advance(3 * kMicrosPerMinute);
  const Reply over = server_.challenge(held);
  EXPECT_EQ(over.error(), "expired_token") << "30 minutes in all";
  EXPECT_EQ(over.code(), 552003);
}

TEST_F(Security, C6_AnUnknownNameIsAnsweredLikeAKnownOne) {
  // Unknown names of both kinds: with a code and with a password as first factor.
  for (int i = 0; i < 50; ++i) {
    const std::string made_up = "unknown" + std::to_string(i);
    const Reply started = server_.initiate(made_up);
    ASSERT_EQ(started.status, 200);
    const Reply sent = server_.challenge(started.token());
    ASSERT_EQ(sent.status, 200);
    const std::string type = sent.text("challenge_type");
    const Reply known = server_.challenge(server_.initiate(type == "oob" ? "ben" : "amy").token());
    ASSERT_EQ(sent.body.size(), known.body.size());
    for (const auto& entry : known.body) {
      EXPECT_TRUE(sent.body.contains(entry.key())) << entry.key();
    }
    EXPECT_EQ(server_.challenge(server_.initiate(made_up).token()).text("challenge_type"), type)
        << "the same answer every time";
    const Reply wrong = type == "oob" ? server_.submit("oob", sent.token(), "00000000")
                                      : server_.submit("password", sent.token(), "guess");
    EXPECT_EQ(wrong.code(), type == "oob" ? 50181 : 50126);
    EXPECT_FALSE(wrong.has_tokens());
  }
  for (const OutboxMessage& message : server_.delivered) {
    EXPECT_EQ(message.to.find("unknown"), std::string::npos);
  }
}

TEST_F(Security, C6_TheLabelShowsTheNameThatWasTypedNotTheMailboxBehindIt) {
  Provisioning more;
  Provisioning::User user;
  user.tenant_id = TestServer::kTenant;
  user.id = "eve-id";
  user.username = "eve@bank.example";
  user.channels.push_back({ChannelKind::kEmail, "e.adams@private.example", true, false});
  more.users.push_back(user);
  server_.provision(more);
  EXPECT_EQ(server_.challenge(server_.initiate("eve").token()).text("challenge_target_label"),
            "e**@b***.example");
  EXPECT_FALSE(server_.last_code().empty());
  EXPECT_EQ(server_.delivered.back().to, "e.adams@private.example");
}

// Medians of interleaved samples, so that other load affects both in the same way. Without the
// dummy hash the two would differ by a factor of more than ten.
TEST_F(Security, C6_AnUnknownNameTakesAsLongAsAWrongPassword) {
  ServiceSettings settings = TestServer::relaxed();
  settings.password_tries = 100;
  settings.tries_delay_from = 100;
  settings.tries_stop_at = 100;
  settings.known_devices = 0;  // the settings allow at most 100 tries together
  TestServer server(settings);
  std::string made_up;
  for (int i = 0; made_up.empty(); ++i) {
    const std::string name = "unknown" + std::to_string(i);
    const Reply asked = server.challenge(server.initiate(name).token());
    made_up = asked.text("challenge_type") == "password" ? name : "";
  }
  std::vector<double> known;
  std::vector<double> unknown;
  for (int i = 0; i < 40; ++i) {
    for (const bool exists : {true, false}) {
      const std::string token = server.begin(exists ? "amy" : made_up);
      const auto begun = std::chrono::steady_clock::now();
      ASSERT_EQ(server.submit("password", token, "guess").code(), 50126);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
      (exists ? known : unknown).push_back(took.count());
    }
  }
  const auto median = [](std::vector<double>& of) {
    std::nth_element(of.begin(), of.begin() + 20, of.end());
    return of[20];
  };
  const double a = median(known);
  const double b = median(unknown);
  EXPECT_LT(std::abs(a - b), 0.25 * std::max(a, b)) << a << " s and " << b << " s";
}

TEST_F(Security, C6_ATenantMayChooseToReveal) {
  EXPECT_TRUE(server_.initiate("unknown").error().empty());
  server_.set_rules({.answers = Answers::kCompatible});
  const Reply reply = server_.initiate("unknown");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.error(), "user_not_found");
}

// C1: a model records what each flow has proven. Whatever is sent, tokens are issued only when the
// model has every required factor.
TEST_F(Security, C1_ARandomWalkOverAllEndpointsNeverYieldsTokensTooEarly) {
  require_mfa();
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  struct Model {
    std::string token;
    bool first = false;
    bool second = false;
  };
  std::vector<Model> flows;
  const char* grants[] = {"password", "oob", "mfa_oob", "continuation_token"};
  const char* users[] = {"amy", "ben", "carl", "dora"};
  int issued = 0;
  for (int i = 0; i < 400; ++i) {
    if (flows.empty() || dice() % 6 == 0) {
      flows.push_back({server_.initiate(users[dice() % 4]).token(), false, false});
    }
    Model& flow = flows[dice() % flows.size()];
    // Mostly the newest code, which may be of another flow.
    const std::string code = dice() % 5 == 0 ? "00000000" : server_.last_code();
    Reply reply;
    const auto choice = dice() % 7;
    if (choice == 0) {
      reply = server_.introspect(flow.token);
    } else if (choice == 1) {
      reply = server_.challenge(flow.token);
    } else if (choice == 2) {
      reply = server_.post("/register/v1.0/challenge",
                           {{"continuation_token", flow.token},
                            {"challenge_type", "oob"},
                            {"challenge_target", "+1555010" + std::to_string(1000 + i)},
                            {"challenge_channel", "sms"}});
    } else if (choice == 3) {
      reply = server_.post("/register/v1.0/continue", {{"continuation_token", flow.token},
                                                       {"grant_type", "oob"},
                                                       {"oob", code.empty() ? "1" : code}});
      flow.second = flow.second || reply.status == 200;
    } else {
      const std::string grant = grants[dice() % 4];
      reply = server_.submit(grant, flow.token,
                             grant == "password" ? TestServer::kPassword
                             : code.empty()      ? "1"
                                                 : code);
      const bool demanded =
          reply.suberror() == "mfa_required" || reply.suberror() == "registration_required";
      flow.first = flow.first || demanded;
      flow.second = flow.second || (grant == "mfa_oob" && reply.status == 200 && flow.first);
    }
    if (reply.has_tokens()) {
      ++issued;
      EXPECT_TRUE(flow.first) << i;
      EXPECT_TRUE(flow.second) << i;
    }
    if (!reply.token().empty()) {
      flow.token = reply.token();
    }
    server_.clock.advance(kMicrosPerSecond);
  }
  const std::vector<AuditRecord> rows = server_.audit_rows(1000);
  for (const AuditRecord& row : rows) {
    issued -= row.outcome == "allow" ? 1 : 0;
  }
  EXPECT_LE(issued, 0) << "more tokens than decisions that allow";
  EXPECT_FALSE(server_.audit.verify(*server_.store)->fault.has_value());
}

}  // namespace
}  // namespace gate::server::testing_support
