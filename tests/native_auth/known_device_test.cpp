// B8: attackers cannot lock a user out of known devices. Tries from unknown devices do not affect
// the devices on which the user has signed in, and known devices leave the limits on unknown ones
// unchanged.

#include "server/limits/known_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {
namespace {

/// A key of the right form, a different one for each letter.
std::string device(char letter) {
  return std::string(43, letter);
}

/// The default limits.
ServiceSettings as_delivered() {
  ServiceSettings settings;
  settings.issuer_base_url = TestServer::relaxed().issuer_base_url;
  return settings;
}

/// Unknown devices have one wrong try, so a second try shows whether a device is known.
ServiceSettings one_try() {
  ServiceSettings settings = TestServer::relaxed();
  settings.tries_stop_at = 1;
  return settings;
}

class KnownDevices : public testing::Test {
 protected:
  explicit KnownDevices(ServiceSettings settings = one_try()) : server_(std::move(settings)) {}

  /// From the device with `key`; an empty key is an unknown device.
  Reply try_password(const std::string& key, const std::string& user, const std::string& password) {
    server_.device_key = key;
    return server_.submit("password", server_.begin(user), password);
  }
  void sign_in(const std::string& key, const std::string& user) {
    server_.device_key = key;
    const Reply done = server_.first_factor(user);
    ASSERT_EQ(done.status, 200) << done.error();
  }
  /// Uses up the tries of unknown devices on amy's account in `one_try`.
  void spend_strangers_try() {
    EXPECT_EQ(try_password("", "amy", "wrong").code(), 50126);
    EXPECT_TRUE(try_password("", "amy", TestServer::kPassword).is_locked());
  }
  /// Takes one of the tries of a known device.
  bool is_known(const std::string& key) {
    return try_password(key, "amy", "wrong").code() == 50126;
  }

  TestServer server_;
};

struct AsDelivered : KnownDevices {
  AsDelivered() : KnownDevices(as_delivered()) {}
};

TEST_F(KnownDevices, T6_TheSessionThatMadeADeviceKnownEndsWithThatDevice) {
  server_.device_key = device('k');
  const std::string token = server_.first_factor("amy").text("refresh_token");
  ASSERT_FALSE(token.empty());
  const Tenant tenant{TestServer::kTenant, "Bank", "bank.example"};
  Client client;
  client.client_id = TestServer::kClient;
  ClientHints hints;
  hints.device_key = device('k');
  const Caller caller{tenant, client, hints, server_.clock.now()};
  FlowRecord flow;
  flow.subject = FlowSubject{"amy-id", 0};
  const ServiceSettings settings = one_try();
  const DeviceRules rules{settings, server_.secrets.account_key.bytes()};
  ASSERT_TRUE(server_.store->write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const auto known, find_known_device(work, rules, caller, flow));
    EXPECT_TRUE(known.has_value());
    return work.raise_device_epoch(tenant.id, "amy-id", known ? known->device_id : "");
  }));
  EXPECT_FALSE(server_.refresh(token).has_tokens());
}

TEST_F(AsDelivered, B8_AThousandWrongPasswordsFromStrangersLeaveTheKnownDeviceItsSignIn) {
  sign_in(device('k'), "amy");
  int evaluated = 0;
  for (int i = 0; i < 1000; ++i) {
    // Half of the tries have a key, a new one each time, as an attacker may send.
    std::string key = device('s');
    key.replace(0, 4, std::to_string(1000 + i));
    evaluated += try_password(i % 2 == 0 ? key : "", "amy", "wrong").code() == 50126 ? 1 : 0;
    server_.clock.advance(20 * kMicrosPerMinute);
  }
  EXPECT_EQ(evaluated, ServiceSettings{}.tries_stop_at) << "strangers have what they had before";
  EXPECT_TRUE(try_password("", "amy", TestServer::kPassword).is_locked());
  EXPECT_EQ(try_password(device('k'), "amy", "a slip").code(), 50126);
  EXPECT_EQ(try_password(device('k'), "amy", TestServer::kPassword).status, 200);
  EXPECT_TRUE(try_password("", "amy", TestServer::kPassword).is_locked())
      << "and the owner's success hands strangers nothing";
}

TEST_F(AsDelivered, B8_AThousandCodesAskedForAndGuessedAtByStrangersDoSoNeither) {
  sign_in(device('k'), "ben");
  server_.device_key = "";
  int asked = 0;
  int guessed = 0;
  for (int i = 0; guessed < 1000; ++i) {
    const std::string token = server_.begin("ben");
    asked += token.empty() ? 0 : 1;
    for (int guess = 0; guess < 10; ++guess) {
      EXPECT_FALSE(server_.submit("oob", token, "00000000").has_tokens());
      ++guessed;
    }
    server_.clock.advance(30 * kMicrosPerSecond);
  }
  EXPECT_LE(asked, ServiceSettings{}.sends_per_hour) << "B5 holds for them as ever";
  EXPECT_TRUE(server_.begin("ben").empty()) << "no more codes for strangers";
  sign_in(device('k'), "ben");
}

TEST_F(AsDelivered, B8_TheSecondFactorIsTheKnownDevicesToo) {
  server_.decider.set(require_two_methods);
  const auto with_text = [&](const std::string& key) {
    server_.device_key = key;
    const Reply sent = server_.challenge(server_.first_factor("amy").token());
    return sent.status == 200 ? server_.submit("mfa_oob", sent.token(), server_.last_code()) : sent;
  };
  ASSERT_EQ(with_text(device('k')).status, 200);
  // The attackers know the password and request every SMS that they may.
  server_.device_key = "";
  Reply last;
  for (int i = 0; i < 12; ++i) {
    last = server_.challenge(server_.first_factor("amy").token());
    server_.clock.advance(kMicrosPerMinute);
  }
  EXPECT_TRUE(last.is_limited());
  EXPECT_TRUE(with_text("").is_limited());
  EXPECT_EQ(with_text(device('k')).status, 200);
}

TEST_F(AsDelivered, B8_B3_AllBudgetsOfAnAccountComeToAHundredTries) {
  for (const char key : {'a', 'b', 'c', 'd', 'e', 'f'}) {
    sign_in(device(key), "amy");
  }
  int evaluated = 0;
  for (int round = 0; round < 120; ++round) {
    for (const char key : {'a', 'b', 'c', 'd', 'e', 'f', '\0'}) {
      const std::string held = key == '\0' ? "" : device(key);
      evaluated += try_password(held, "amy", "wrong").code() == 50126 ? 1 : 0;
    }
    server_.clock.advance(2 * kMicrosPerHour);
  }
  EXPECT_EQ(evaluated, 100);
  ServiceSettings settings = as_delivered();
  settings.tries_stop_at = 51;
  EXPECT_FALSE(check(settings));
  settings.known_devices = 4;
  EXPECT_TRUE(check(settings));
}

TEST_F(KnownDevices, B8_ADeviceThatSpendsItsBudgetIsAStrangerFromThenOn) {
  sign_in(device('k'), "amy");
  sign_in(device('l'), "amy");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(try_password(device('k'), "amy", "wrong").code(), 50126) << i;
  }
  // The eleventh try is the one of unknown devices; the twelfth is refused.
  EXPECT_EQ(try_password(device('k'), "amy", "wrong").code(), 50126);
  EXPECT_TRUE(try_password(device('k'), "amy", TestServer::kPassword).is_locked());
  EXPECT_TRUE(try_password("", "amy", TestServer::kPassword).is_locked());
  EXPECT_TRUE(is_known(device('l'))) << "another device of the same user has its own";
}

TEST_F(KnownDevices, B8_RightTriesDoNotUseUpTheBudget) {
  sign_in(device('k'), "amy");
  spend_strangers_try();
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(try_password(device('k'), "amy", "wrong").code(), 50126) << i;
    EXPECT_EQ(try_password(device('k'), "amy", TestServer::kPassword).status, 200) << i;
  }
}

TEST_F(KnownDevices, B8_ParallelTriesOfADeviceDoNotOutrunItsBudget) {
  sign_in(device('k'), "amy");
  spend_strangers_try();
  std::atomic<int> evaluated{0};
  server_.device_key = device('k');
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
}

TEST_F(KnownDevices, B8_AKeyIsBoundToItsUserAndItsClient) {
  sign_in(device('k'), "carl");
  spend_strangers_try();
  EXPECT_FALSE(is_known(device('k'))) << "known to carl is not known to amy";
  const auto with_other_client = [&](const std::string& password) {
    const Params client = {{"client_id", TestServer::kOtherClient},
                           {"challenge_type", "password oob redirect"}};
    Params first = client;
    first.emplace_back("username", "carl@bank.example");
    Params second = client;
    second.emplace_back("continuation_token", server_.post("/oauth2/v2.0/initiate", first).token());
    Params third = {{"client_id", TestServer::kOtherClient},
                    {"grant_type", "password"},
                    {"password", password}};
    third.emplace_back("continuation_token",
                       server_.post("/oauth2/v2.0/challenge", second).token());
    return server_.post("/oauth2/v2.0/token", third);
  };
  server_.device_key = device('k');
  EXPECT_EQ(with_other_client("wrong").code(), 50126) << "the one try of strangers";
  EXPECT_TRUE(with_other_client(TestServer::kPassword).is_locked());
  EXPECT_EQ(try_password(device('k'), "carl", TestServer::kPassword).status, 200);
}

TEST_F(KnownDevices, B8_OnlyACompleteSignInMakesADeviceKnown) {
  server_.decider.set(require_two_methods);
  server_.device_key = device('k');
  const Reply first = server_.first_factor("amy");
  ASSERT_EQ(first.suberror(), "mfa_required");
  const Reply sent = server_.challenge(first.token());
  const std::string code = server_.last_code();
  spend_strangers_try();
  EXPECT_FALSE(is_known(device('k'))) << "a password alone";
  server_.device_key = device('k');
  ASSERT_EQ(server_.submit("mfa_oob", sent.token(), code).status, 200);
  EXPECT_TRUE(is_known(device('k')));
}

TEST_F(KnownDevices, B8_T6_ARevokedUserHasNoKnownDevices) {
  sign_in(device('k'), "amy");
  server_.revoke("amy-id");
  spend_strangers_try();
  EXPECT_FALSE(is_known(device('k'))) << "the device may be what was stolen";
}

TEST_F(KnownDevices, B8_ADeviceIsForgottenWhenItStaysAway) {
  sign_in(device('k'), "amy");
  spend_strangers_try();
  server_.clock.advance(90 * kMicrosPerDay);
  EXPECT_TRUE(is_known(device('k')));
  server_.clock.advance(1);
  EXPECT_FALSE(is_known(device('k')));
}

TEST_F(KnownDevices, B8_AUserHasFiveAndTheLongestAwayGivesWay) {
  for (const char key : {'a', 'b', 'c', 'd', 'e'}) {
    sign_in(device(key), "amy");
    server_.clock.advance(kMicrosPerHour);
  }
  sign_in(device('a'), "amy");  // no longer the least recently used
  server_.clock.advance(kMicrosPerHour);
  sign_in(device('f'), "amy");
  spend_strangers_try();
  for (const char key : {'a', 'c', 'd', 'e', 'f'}) {
    EXPECT_TRUE(is_known(device(key))) << key;
  }
  EXPECT_FALSE(is_known(device('b')));
}

/// The parts of an answer that a client can compare: no ids, no time.
std::string shape(const Reply& reply) {
  boost::json::object body = reply.body;
  body.erase("timestamp");
  body.erase("trace_id");
  const auto wait = reply.headers.find("retry-after");
  return std::to_string(reply.status) + boost::json::serialize(body) +
         (wait == reply.headers.end() ? std::string() : wait->second);
}

TEST_F(AsDelivered, B8_C6_ADeviceKeyRevealsNoUserNames) {
  sign_in(device('k'), "amy");
  // An unknown name that is asked for a password.
  std::string made_up;
  for (int i = 0; made_up.empty(); ++i) {
    const std::string name = "unknown" + std::to_string(i);
    const Reply sent = server_.challenge(server_.initiate(name).token());
    made_up = sent.text("challenge_type") == "password" ? name : "";
  }
  for (int i = 0; i < 14; ++i) {
    const Reply known = try_password(device('x'), "amy", "wrong");
    const Reply unknown = try_password(device('x'), made_up, "wrong");
    EXPECT_EQ(shape(known), shape(unknown)) << i;
    EXPECT_EQ(known.is_locked(), i >= 10);
  }
}

TEST_F(KnownDevices, B8_A8_TheKeyIsStoredAsAHashAlone) {
  const std::string key = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
  sign_in(key, "amy");
  EXPECT_EQ(server_.dump().find(key), std::string::npos);
  const std::vector<AuditRecord> rows = server_.audit_rows(100);
  for (const AuditRecord& row : rows) {
    EXPECT_EQ((row.facts_json + row.reasons).find(key), std::string::npos);
  }
}

TEST_F(KnownDevices, B8_AKeyOfAnotherFormIsRefusedInWords) {
  for (const std::string& key : {std::string("short"), std::string(44, 'a'),
                                 std::string(42, 'a') + "=", std::string(42, 'a') + " "}) {
    server_.device_key = key;
    const Reply refused = server_.initiate("amy");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.error(), "invalid_request");
    EXPECT_NE(refused.text("error_description").find("x-gate-device-key"), std::string::npos);
    EXPECT_EQ(refused.text("error_description").find(key), std::string::npos) << "not echoed";
  }
}

TEST(KnownDevicesOff, B8_WithoutKnownDevicesEveryDeviceIsUnknown) {
  ServiceSettings settings = one_try();
  settings.known_devices = 0;
  TestServer server(settings);
  server.device_key = device('k');
  ASSERT_EQ(server.first_factor("amy").status, 200);
  EXPECT_EQ(server.submit("password", server.begin("amy"), "wrong").code(), 50126);
  EXPECT_TRUE(server.submit("password", server.begin("amy"), TestServer::kPassword).is_locked());
}

TEST(KnownDevicesOff, B8_B5_WithoutKnownDevicesNoShareOfACapIsReserved) {
  ServiceSettings settings = TestServer::relaxed();
  settings.known_devices = 0;
  settings.email_per_tenant = {10, 1'000};
  TestServer server(settings);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(server.begin("ben").empty()) << i;
  }
  EXPECT_TRUE(server.begin("ben").empty());
}

TEST(KnownDevicesAndCaps, B8_B5_StrangersLeaveAFifthOfEveryCap) {
  ServiceSettings settings = TestServer::relaxed();
  settings.email_per_tenant = {10, 1'000};
  TestServer server(settings);
  server.device_key = device('k');
  ASSERT_EQ(server.first_factor("ben").status,
            200);  // the first message, from a device still unknown
  server.device_key = "";
  int sent = 1;
  for (int i = 0; i < 30; ++i) {
    sent += server.challenge(server.initiate("unknown" + std::to_string(i)).token())
                        .text("challenge_type") == "oob"
                ? 1
                : 0;
  }
  EXPECT_EQ(sent, 8);
  server.device_key = device('k');
  EXPECT_FALSE(server.begin("ben").empty());
  EXPECT_FALSE(server.begin("ben").empty());
  EXPECT_TRUE(server.begin("ben").empty()) << "ten is the cap for all devices together";
  ASSERT_FALSE(server.caps.empty());
  EXPECT_TRUE(server.caps.front().unknown_devices);
  EXPECT_FALSE(server.caps.back().unknown_devices);
  std::vector<std::string> reasons;
  const std::vector<AuditRecord> rows = server.audit_rows(100);
  for (const AuditRecord& row : rows) {
    if (row.type == "send_cap") {
      reasons.push_back(row.reasons);
    }
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{
                         "send_cap_reached: email per tenant, 8 in one hour for devices that are "
                         "not known",
                         "send_cap_reached: email per tenant, 10 in one hour"}));
}

}  // namespace
}  // namespace gate::server::testing_support
