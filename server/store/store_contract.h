#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "server/crypto/aead.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"
#include "server/store/store.h"

/// The promises of the store port, held against every implementation: what the tests of it share.
namespace gate::server::store_contract {

inline constexpr Micros kNow = 1'800'000'000'000'000;
inline constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kUser = "amy-id";

/// A store in a fresh folder of its own.
struct Fixture {
  std::filesystem::path folder;
  OpensslRandom random;
  std::unique_ptr<Store> store;
  ~Fixture() {
    store.reset();
    std::filesystem::remove_all(folder);
  }
};
using Factory = std::function<std::unique_ptr<Fixture>()>;

inline Provisioning sample() {
  Provisioning wanted;
  wanted.tenants = {{kTenant, "Bank", "bank.example"}};
  wanted.clients = {{kTenant, "app-1", "Portal", {"https://app.bank.example"}, "", false}};
  Provisioning::User amy;
  amy.tenant_id = kTenant;
  amy.id = kUser;
  amy.username = "Amy@bank.example";
  amy.groups = {"Pilot"};
  amy.password_hash = "$argon2id$fake";
  amy.channels = {{ChannelKind::kEmail, "amy@bank.example", true, false},
                  {ChannelKind::kSms, "+15550100104", true, true}};
  amy.signals = {{"amount", "1500"}};
  wanted.users = {amy};
  return wanted;
}

inline FlowRecord sample_flow(const std::string& id) {
  FlowRecord flow;
  flow.tenant_id = kTenant;
  flow.flow_id = id;
  flow.client_id = "app-1";
  flow.user_id = kUser;
  flow.account_key = kUser;
  flow.state = {FlowPhase::kAwaitingFirstFactor, kNow + kMicrosPerHour, kNow + kMicrosPerMinute};
  flow.completed = {{Method::kPassword, kNow, ""}};
  flow.pending_address = "new@bank.example";
  flow.label_address = "label@bank.example";
  return flow;
}

inline ChallengeRecord sample_challenge(const std::string& id, const std::string& flow,
                                        const std::string& code) {
  ChallengeRecord challenge;
  challenge.tenant_id = kTenant;
  challenge.challenge_id = id;
  challenge.flow_id = flow;
  const Digest mac = sha256(as_bytes(code));
  challenge.mac = Bytes(mac.begin(), mac.end());
  challenge.attempts_max = 5;
  challenge.expires_at = kNow + kMicrosPerMinute;
  return challenge;
}

class StoreContract : public testing::TestWithParam<Factory> {
 protected:
  StoreContract() : fixture_(GetParam()()), store_(*fixture_->store) {
    EXPECT_TRUE(store_.provision(sample()));
  }

  void must(const Store::Work& work) {
    const auto outcome = store_.transact(work);
    ASSERT_TRUE(outcome) << outcome.error().message;
  }
  CodeTrial try_code(const std::string& challenge, const std::string& flow, const std::string& code,
                     Micros now = kNow) {
    CodeTrial trial;
    must([&](Transaction& transaction) -> Result<void> {
      const Digest mac = sha256(as_bytes(code));
      GATE_TRY(trial, transaction.try_code(kTenant, challenge, flow, mac, now));
      return {};
    });
    return trial;
  }
  void open(const ChallengeRecord& challenge, const OutboxMessage* message = nullptr) {
    must([&](Transaction& transaction) {
      return transaction.open_challenge(challenge, message, kNow);
    });
  }
  ThrottleVerdict take(const std::string& key, const ThrottleRule& rule, Micros now) {
    ThrottleVerdict verdict;
    must([&](Transaction& transaction) -> Result<void> {
      GATE_TRY(verdict, transaction.throttle_take(kTenant, key, rule, now));
      return {};
    });
    return verdict;
  }

  std::unique_ptr<Fixture> fixture_;
  Store& store_;
};

}  // namespace gate::server::store_contract
