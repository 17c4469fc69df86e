// Limits as clients see them (S19): status, body and Retry-After of every refusal, and which codes
// are spaced.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

ServiceSettings as_delivered() {
  ServiceSettings settings;
  settings.issuer_base_url = "https://id.bank.example";
  return settings;
}

TEST(Limits, S19_ALockIsAnErrorThatEverySdkReads) {
  ServiceSettings settings = as_delivered();
  settings.password_tries = 3;
  TestServer server(settings);
  Reply last;
  for (int i = 0; i < 4; ++i) {
    last = server.submit("password", server.begin("amy"), "guess");
  }
  EXPECT_EQ(last.status, 400) << "mobile clients read no other error status";
  EXPECT_EQ(last.error(), "invalid_grant");
  EXPECT_EQ(last.suberror(), "");
  EXPECT_EQ(last.code(), 50053);
  EXPECT_EQ(last.headers.at("retry-after"), "900");
  EXPECT_NE(last.text("error_description").find("AADSTS50053"), std::string::npos);
  EXPECT_EQ(last.token(), "");
}

TEST(Limits, S19_TooManyWrongCodesLockInTheSameWay) {
  ServiceSettings settings = as_delivered();
  settings.tries_delay_from = 3;
  settings.resend_spacing = 0;
  TestServer server(settings);
  const std::string token = server.begin("ben");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(server.submit("oob", token, "00000000").suberror(), "invalid_oob_value");
  }
  const Reply locked = server.submit("oob", token, server.last_code());
  EXPECT_TRUE(locked.is_locked());
  EXPECT_EQ(locked.headers.at("retry-after"), "30");
  server.clock.advance(30 * kMicrosPerSecond);
  EXPECT_TRUE(server.submit("oob", token, server.last_code()).has_tokens())
      << "the refused try used up neither code nor token";
}

TEST(Limits, S19_B5_AResendWaitsWithinItsFlow) {
  TestServer server(as_delivered());
  const std::string token = server.begin("ben");
  server.clock.advance(20 * kMicrosPerSecond);
  const Reply early = server.challenge(token);
  EXPECT_TRUE(early.is_limited());
  EXPECT_EQ(early.headers.at("retry-after"), "40");
  EXPECT_EQ(early.suberror(), "");
  server.clock.advance(40 * kMicrosPerSecond);
  EXPECT_EQ(server.challenge(token).status, 200) << "the refused request did not use up the token";
}

TEST(Limits, S19_B5_OtherFlowsAreCountedPerHourAndDayAndNotSpaced) {
  TestServer server(as_delivered());
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(server.begin("ben").empty()) << i;
  }
  const Reply sixth = server.challenge(server.initiate("ben").token());
  EXPECT_TRUE(sixth.is_limited());
  EXPECT_EQ(sixth.headers.at("retry-after"), "3600");
  EXPECT_FALSE(server.begin("dora").empty()) << "another destination";
  server.clock.advance(kMicrosPerHour);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(server.begin("ben").empty()) << i;
  }
  server.clock.advance(kMicrosPerHour);
  EXPECT_TRUE(server.challenge(server.initiate("ben").token()).is_limited()) << "ten in a day";
}

TEST(Limits, S19_B5_ASecondFactorAndAnotherMethodAreOtherChannels) {
  TestServer server(as_delivered());
  server.decider.set(require_two_methods);
  const Reply demanded = server.submit("password", server.begin("amy"), TestServer::kPassword);
  const Reply listed = server.introspect(demanded.token());
  const Reply text = server.challenge(listed.token(), TestServer::method_id(listed, "sms"));
  ASSERT_EQ(text.text("challenge_channel"), "sms");
  const Reply mail = server.challenge(text.token(), TestServer::method_id(listed, "email"));
  ASSERT_EQ(mail.text("challenge_channel"), "email") << "the text did not come; mail may";
  EXPECT_TRUE(server.challenge(mail.token(), TestServer::method_id(listed, "sms")).is_limited())
      << "going to and fro is no way around";
  const Reply by_code = server.challenge(server.initiate("dora").token());
  EXPECT_EQ(server.challenge(server.submit("oob", by_code.token(), server.last_code()).token())
                .text("challenge_channel"),
            "sms")
      << "the second factor follows at once";
}

TEST(Limits, S19_B5_ParallelResendsOfOneFlowSendOneCode) {
  TestServer server(as_delivered());
  const std::string token = server.initiate("ben").token();
  std::atomic<int> sent = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] { sent += server.challenge(token).status == 200 ? 1 : 0; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(sent, 1);
  static_cast<void>(server.last_code());
  EXPECT_EQ(server.delivered.size(), 1U);
}

// S31: an attack on an account is in the audit log, and cannot fill it.
TEST(Limits, S31_ALockIsRecordedOnceAndOneForAllUnknownNames) {
  TestServer server(TestServer::relaxed());
  const auto locks = [&server] {
    std::vector<AuditRecord> rows = server.audit_rows(100);
    std::erase_if(rows, [](const AuditRecord& row) { return row.type != "sign_in_locked"; });
    return rows;
  };
  const auto guess = [&server](const std::string& name) {
    const Reply sent = server.challenge(server.initiate(name).token());
    const bool password = sent.text("challenge_type") == "password";
    return server.submit(password ? "password" : "oob", sent.token(),
                         password ? "guess" : "00000000");
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(guess("amy").is_locked());
  }
  EXPECT_TRUE(locks().empty());
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(guess("amy").is_locked());
  }
  ASSERT_EQ(locks().size(), 1U);
  EXPECT_EQ(locks()[0].user_id, "amy-id");
  EXPECT_EQ(locks()[0].client_id, TestServer::kClient);
  EXPECT_EQ(locks()[0].outcome, "block");
  EXPECT_EQ(locks()[0].reasons, "too many wrong passwords; the next try in 900 s");
  for (const char* unknown : {"unknown1", "unknown2", "unknown3"}) {
    Reply last;
    for (int i = 0; i < 12; ++i) {
      last = guess(unknown);
    }
    EXPECT_TRUE(last.is_locked());
  }
  ASSERT_EQ(locks().size(), 2U) << "one for all of them";
  EXPECT_EQ(locks()[1].user_id, "");

  for (int i = 0; i < 30; ++i) {
    guess("ben");
  }
  ASSERT_EQ(locks().size(), 3U);
  EXPECT_EQ(locks()[2].reasons, "too many wrong codes; the next try in 30 s");
  // However long and often: a row an hour, and no more than there are locks.
  for (int hour = 0; hour < 100; ++hour) {
    server.clock.advance(kMicrosPerHour);
    for (int i = 0; i < 3; ++i) {
      guess("ben");
    }
  }
  EXPECT_LE(locks().size(), 3U + 100U);
  EXPECT_FALSE(server.audit.verify(*server.store)->fault.has_value());
}

TEST(Limits, B9_UnknownNamesAreLimitedLikeKnownOnes) {
  TestServer server(as_delivered());
  std::string made_up;
  for (int i = 0; made_up.empty(); ++i) {
    const std::string name = "unknown" + std::to_string(i);
    const Reply asked = server.challenge(server.initiate(name).token());
    made_up = asked.text("challenge_type") == "oob" ? name : "";
  }
  for (const bool resend : {true, false}) {
    const auto refuse = [&](const std::string& name) {
      Reply last = server.challenge(server.initiate(name).token());
      for (int i = 0; i < 5 && last.status == 200; ++i) {
        last = server.challenge(resend ? last.token() : server.initiate(name).token());
      }
      for (const char* changing : {"timestamp", "trace_id"}) {
        last.body.erase(changing);
      }
      EXPECT_TRUE(last.is_limited());
      return boost::json::serialize(last.body) + last.headers.at("retry-after");
    };
    EXPECT_EQ(refuse("ben"), refuse(made_up));
  }
}

}  // namespace
}  // namespace gate::server::testing_support
