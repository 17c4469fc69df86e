// The caps of B5 over all destinations: what one calling prefix, one client and one tenant may
// send, and who learns that a cap was reached.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

ServiceSettings spaced() {
  ServiceSettings settings = TestServer::relaxed();
  settings.resend_spacing = kMicrosPerMinute;
  return settings;
}

/// Users by country: ada, bea and cleo have Austrian numbers, dan a German one.
class Town {
 public:
  explicit Town(ServiceSettings settings) : server(std::move(settings)) {
    server.add_user("ada", "+436605550001");
    server.add_user("bea", "+436605550002");
    server.add_user("cleo", "+436605550003");
    server.add_user("dan", "+491715550001");
    server.decider.set(require_two_methods);
  }
  /// Requests a code to the user's phone, after the first factor.
  Reply text(const std::string& user) {
    return server.challenge(server.first_factor(user).token());
  }
  std::vector<AuditRecord> cap_rows() {
    std::vector<AuditRecord> rows = server.audit_rows(1000);
    std::erase_if(rows, [](const AuditRecord& row) { return row.type != "send_cap"; });
    return rows;
  }
  bool was_sent_to(const std::string& address) {
    static_cast<void>(server.last_code());
    return std::any_of(server.delivered.begin(), server.delivered.end(),
                       [&](const OutboxMessage& message) { return message.to == address; });
  }

  TestServer server;
};

/// The parts of an answer that a client can compare: no ids, no time.
std::string shape(const Reply& reply) {
  boost::json::object body = reply.body;
  for (const char* changing : {"timestamp", "trace_id"}) {
    body.erase(changing);
  }
  return std::to_string(reply.status) + boost::json::serialize(body) +
         reply.headers.at("retry-after");
}

struct CapCase {
  const char* name;
  void (*set)(ServiceSettings&, SendLimit);
  CapScope scope;
  const char* reason;
};
const CapCase kCaps[] = {
    {"prefix", [](ServiceSettings& s, SendLimit limit) { s.sms_per_prefix = limit; },
     CapScope::kPrefix, "send_cap_reached: sms per prefix 43, 2 in one "},
    {"client", [](ServiceSettings& s, SendLimit limit) { s.sms_per_client = limit; },
     CapScope::kClient,
     "send_cap_reached: sms per client 22222222-2222-4222-8222-222222222222, 2 in one "},
    {"tenant", [](ServiceSettings& s, SendLimit limit) { s.sms_per_tenant = limit; },
     CapScope::kTenant, "send_cap_reached: sms per tenant, 2 in one "},
};

TEST(SendLimits, B5_EachCapStopsMessagesUntilItsWindowEnds) {
  for (const CapCase& one : kCaps) {
    for (const CapWindow window : {CapWindow::kHour, CapWindow::kDay}) {
      SCOPED_TRACE(std::string(one.name) + " " + std::string(name(window)));
      ServiceSettings settings = spaced();
      one.set(settings, window == CapWindow::kHour ? SendLimit{2, 1'000} : SendLimit{1'000, 2});
      Town town(settings);
      EXPECT_EQ(town.text("ada").status, 200);
      EXPECT_EQ(town.text("bea").status, 200);
      const std::string token = town.server.first_factor("cleo").token();
      for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(town.server.challenge(token).is_limited());
      }
      EXPECT_FALSE(town.was_sent_to("+436605550003"));
      ASSERT_EQ(town.server.caps.size(), 3U) << "every refusal is counted";
      EXPECT_EQ(town.server.caps[0].scope, one.scope);
      EXPECT_EQ(town.server.caps[0].window, window);
      EXPECT_EQ(town.server.caps[0].channel, ChannelKind::kSms);
      ASSERT_EQ(town.cap_rows().size(), 1U) << "and the cap is recorded once";
      const AuditRecord row = town.cap_rows()[0];
      EXPECT_EQ(row.reasons, one.reason + std::string(name(window)));
      EXPECT_EQ(row.user_id, "cleo-id");
      EXPECT_EQ(row.client_id, TestServer::kClient);
      EXPECT_EQ(row.outcome, "block");
      // A number elsewhere is behind the caps of client and tenant alone.
      EXPECT_EQ(town.text("dan").is_limited(), one.scope != CapScope::kPrefix);
      town.server.clock.advance(window == CapWindow::kHour ? kMicrosPerHour : kMicrosPerDay);
      EXPECT_EQ(town.text("cleo").status, 200);
    }
  }
}

TEST(SendLimits, B5_ACapThatFillsAgainIsRecordedAgain) {
  ServiceSettings settings = TestServer::relaxed();
  settings.sms_per_prefix = {1, 1'000};
  Town town(settings);
  for (std::size_t hour = 1; hour <= 3; ++hour) {
    EXPECT_EQ(town.text("ada").status, 200);
    for (int i = 0; i < 2; ++i) {
      town.server.clock.advance(20 * kMicrosPerMinute);
      EXPECT_TRUE(town.text("bea").is_limited());
    }
    EXPECT_EQ(town.cap_rows().size(), hour);
    town.server.clock.advance(20 * kMicrosPerMinute);
  }
}

TEST(SendLimits, B5_TheClientIsToldWhatItIsToldAboutAnEarlyResend) {
  std::string early;
  {
    Town town(spaced());
    const Reply sent = town.text("ada");
    ASSERT_EQ(sent.status, 200);
    early = shape(town.server.challenge(sent.token()));
  }
  for (const CapCase& one : kCaps) {
    ServiceSettings settings = spaced();
    one.set(settings, {1, 1'000});
    Town town(settings);
    ASSERT_EQ(town.text("ada").status, 200);
    EXPECT_EQ(shape(town.text("bea")), early) << one.name;
  }
}

TEST(SendLimits, B5_AClientThatRunsDryLeavesTheOthersTheirs) {
  ServiceSettings settings = TestServer::relaxed();
  settings.email_per_client = {2, 1'000};
  TestServer server(settings);
  server.add_user("eve");
  server.add_user("fay");
  EXPECT_FALSE(server.begin("ben").empty());
  EXPECT_FALSE(server.begin("eve").empty());
  EXPECT_TRUE(server.begin("fay").empty());
  const Reply started =
      server.post("/oauth2/v2.0/initiate", {{"client_id", TestServer::kOtherClient},
                                            {"username", "fay@bank.example"},
                                            {"challenge_type", "password oob redirect"}});
  const Reply sent =
      server.post("/oauth2/v2.0/challenge", {{"client_id", TestServer::kOtherClient},
                                             {"continuation_token", started.token()},
                                             {"challenge_type", "password oob redirect"}});
  EXPECT_EQ(sent.status, 200);
}

TEST(SendLimits, B5_WhatOneCapRefusesUsesUpNoOther) {
  ServiceSettings settings = TestServer::relaxed();
  settings.sms_per_prefix = {1, 1'000};
  settings.sms_per_tenant = {2, 1'000};
  Town town(settings);
  EXPECT_EQ(town.text("ada").status, 200);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(town.text("bea").is_limited());
  }
  EXPECT_EQ(town.text("dan").status, 200) << "pumping one country must not silence the tenant";
  EXPECT_TRUE(town.text("cleo").is_limited());
}

TEST(SendLimits, B5_HomeNumbersHaveNoCapPerPrefix) {
  ServiceSettings settings = TestServer::relaxed();
  settings.sms_per_prefix = {1, 1'000};
  settings.sms_home_prefixes = {"43"};
  Town town(settings);
  for (const char* user : {"ada", "bea", "cleo"}) {
    EXPECT_EQ(town.text(user).status, 200) << user;
  }
  town.server.add_user("dirk", "+491715550002");
  EXPECT_EQ(town.text("dan").status, 200);
  EXPECT_TRUE(town.text("dirk").is_limited()) << "elsewhere it holds";
}

// By enrolment a message can be sent to a number that belongs to no user yet.
TEST(SendLimits, B5_EnrolmentIsBehindTheSameCaps) {
  ServiceSettings settings = TestServer::relaxed();
  settings.sms_per_prefix = {1, 1'000};
  Town town(settings);
  const auto enrol = [&](const char* number) {
    const Reply demanded = town.server.first_factor("ben");
    EXPECT_EQ(demanded.suberror(), "registration_required");
    return town.server.post("/register/v1.0/challenge", {{"continuation_token", demanded.token()},
                                                         {"challenge_type", "oob"},
                                                         {"challenge_channel", "sms"},
                                                         {"challenge_target", number}});
  };
  EXPECT_EQ(enrol("+18765550123").status, 200);
  EXPECT_TRUE(enrol("+18765550124").is_limited());
  EXPECT_EQ(enrol("+12125550123").status, 200) << "one code, but another country";
  ASSERT_EQ(town.cap_rows().size(), 1U);
  EXPECT_EQ(town.cap_rows()[0].reasons, "send_cap_reached: sms per prefix 1876, 1 in one hour");
}

TEST(SendLimits, B5_C6_UnknownNamesRunIntoACapLikeKnownOnes) {
  ServiceSettings settings = TestServer::relaxed();
  settings.email_per_tenant = {3, 1'000};
  TestServer server(settings);
  std::vector<std::string> names;  // unknown names with a code as first factor
  for (int i = 0; names.size() < 4; ++i) {
    const std::string made_up = "unknown" + std::to_string(i);
    const Reply sent = server.challenge(server.initiate(made_up).token());
    if (sent.is_limited() || sent.text("challenge_type") == "oob") {
      names.push_back(made_up);
    }
  }
  const Reply unknown = server.challenge(server.initiate(names.back()).token());
  const Reply known = server.challenge(server.initiate("ben").token());
  EXPECT_TRUE(known.is_limited());
  EXPECT_EQ(shape(unknown), shape(known));
}

}  // namespace
}  // namespace gate::server::testing_support
