// The promises of the store port, held against every implementation. A new store adds its factory
// to the instantiation at the end and nothing else.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "server/crypto/aead.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/store.h"

namespace gate::server {
namespace {

constexpr Micros kNow = 1'800'000'000'000'000;
constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
constexpr const char* kUser = "amy-id";

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

Provisioning sample() {
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

FlowRecord sample_flow(const std::string& id) {
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

ChallengeRecord sample_challenge(const std::string& id, const std::string& flow,
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

TEST_P(StoreContract, ProvisioningIsFoundAgainByEveryName) {
  EXPECT_EQ((*store_.find_tenant(kTenant))->domain, "bank.example");
  EXPECT_EQ((*store_.find_tenant("bank.example"))->id, kTenant);
  EXPECT_FALSE((*store_.find_tenant("other.example")).has_value());
  EXPECT_EQ((*store_.find_client(kTenant, "app-1"))->audience, "app-1");
  EXPECT_TRUE(*store_.origin_is_listed(kTenant, "https://app.bank.example"));
  EXPECT_FALSE(*store_.origin_is_listed(kTenant, "https://app.bank.example.evil.example"));
  const auto user = *store_.find_user_by_name(kTenant, "amy@bank.example");
  ASSERT_TRUE(user.has_value());
  EXPECT_EQ(user->groups, std::vector<std::string>{"Pilot"});
  EXPECT_EQ(user->kind, "member");
  EXPECT_EQ(*store_.find_password(kTenant, kUser), "$argon2id$fake");
  const auto channels = *store_.channels_of(kTenant, kUser);
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_EQ(channels[0].address, "+15550100104") << "the preferred one is first";
  EXPECT_FALSE((*store_.find_user("other-tenant", kUser)).has_value());
}

TEST_P(StoreContract, ProvisioningTwiceChangesNothing) {
  ASSERT_TRUE(store_.provision(sample()));
  EXPECT_EQ((*store_.channels_of(kTenant, kUser)).size(), 2U);
  EXPECT_EQ((*store_.find_user(kTenant, kUser))->epoch, 0);
}

TEST_P(StoreContract, ProvisioningIsAllOrNothing) {
  Provisioning wanted = sample();
  wanted.users[0].display_name = "Changed";
  wanted.users.push_back(wanted.users[0]);
  wanted.users[1].id = "other-id";  // the same user name for somebody else
  const auto outcome = store_.provision(wanted);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ((*store_.find_user(kTenant, kUser))->display_name, "");
}

TEST_P(StoreContract, DisablingAUserMovesTheEpoch) {
  Provisioning wanted = sample();
  wanted.users[0].enabled = false;
  ASSERT_TRUE(store_.provision(wanted));
  EXPECT_EQ((*store_.find_user(kTenant, kUser))->epoch, 1);
  EXPECT_FALSE((*store_.find_user(kTenant, kUser))->enabled);
}

TEST_P(StoreContract, T1_AFailedTransactionLeavesNothing) {
  const auto outcome = store_.transact([](Transaction& transaction) -> Result<void> {
    GATE_TRY_VOID(transaction.create_flow(sample_flow("f1"), kNow));
    return Error{ErrorCode::kConflict, "on purpose"};
  });
  EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
  EXPECT_FALSE((*store_.find_flow(kTenant, "f1")).has_value());
}

TEST_P(StoreContract, T3_AFlowIsAdvancedByOneOfManyAndOnlyFromTheExpectedStep) {
  must([](Transaction& transaction) { return transaction.create_flow(sample_flow("f1"), kNow); });
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      bool won = false;
      const auto outcome = store_.transact([&](Transaction& transaction) -> Result<void> {
        FlowRecord next = sample_flow("f1");
        next.state.phase = FlowPhase::kFirstFactorChallenged;
        GATE_TRY(won, transaction.advance_flow(next, 0, FlowPhase::kAwaitingFirstFactor));
        return {};
      });
      winners += outcome && won ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(winners, 1);
  const auto flow = *store_.find_flow(kTenant, "f1");
  EXPECT_EQ(flow->gen, 1);
  EXPECT_EQ(flow->state.phase, FlowPhase::kFirstFactorChallenged);
  EXPECT_EQ(flow->completed, sample_flow("f1").completed);
  EXPECT_EQ(flow->pending_address, "new@bank.example");
  EXPECT_EQ(flow->label_address, "label@bank.example");
}

TEST_P(StoreContract, A4_ACodeIsAcceptedOnceAmong64ParallelSubmits) {
  open(sample_challenge("c1", "f1", "12345678"));
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      if (try_code("c1", "f1", "12345678").verdict == CodeVerdict::kAccepted) {
        ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(accepted, 1);
}

TEST_P(StoreContract, B1_FiveWrongCodesKillTheChallenge) {
  open(sample_challenge("c1", "f1", "12345678"));
  for (int i = 1; i <= 5; ++i) {
    const CodeTrial trial = try_code("c1", "f1", "00000000");
    EXPECT_EQ(trial.verdict, CodeVerdict::kWrong);
    EXPECT_EQ(trial.attempts, i);
  }
  EXPECT_EQ(try_code("c1", "f1", "12345678").verdict, CodeVerdict::kGone);
}

TEST_P(StoreContract, A3_ACodeDiesAtItsDeadline) {
  open(sample_challenge("c1", "f1", "12345678"));
  EXPECT_EQ(try_code("c1", "f1", "12345678", kNow + kMicrosPerMinute).verdict, CodeVerdict::kGone);
  EXPECT_EQ(try_code("c1", "f1", "12345678", kNow + kMicrosPerMinute - 1).verdict,
            CodeVerdict::kAccepted);
}

TEST_P(StoreContract, A5_ACodeIsGoodInItsOwnFlowOnly) {
  open(sample_challenge("c1", "f1", "12345678"));
  EXPECT_EQ(try_code("c1", "f2", "12345678").verdict, CodeVerdict::kGone);
  EXPECT_EQ(try_code("c1", "f1", "12345678").verdict, CodeVerdict::kAccepted);
}

TEST_P(StoreContract, A7_ANewCodeKillsTheOlderAndItsUnsentMessage) {
  OutboxMessage message;
  message.kind = ChannelKind::kEmail;
  message.to = "amy@bank.example";
  message.code = "11111111";
  open(sample_challenge("c1", "f1", "11111111"), &message);
  message.code = "22222222";
  open(sample_challenge("c2", "f1", "22222222"), &message);
  EXPECT_EQ(try_code("c1", "f1", "11111111").verdict, CodeVerdict::kGone);
  const auto claimed = *store_.claim_outbox(kNow, 10);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].code, "22222222");
  EXPECT_EQ(try_code("c2", "f1", "22222222").verdict, CodeVerdict::kAccepted);
}

TEST_P(StoreContract, B2_WrongTriesOfAFlowAddUpAndKillItAtTheBound) {
  must([](Transaction& transaction) { return transaction.create_flow(sample_flow("f1"), kNow); });
  for (int i = 1; i <= 11; ++i) {
    std::optional<std::int64_t> total;
    must([&](Transaction& transaction) -> Result<void> {
      GATE_TRY(total, transaction.count_wrong(kTenant, "f1", 10));
      return {};
    });
    if (i <= 10) {
      EXPECT_EQ(total, i);
    } else {
      EXPECT_EQ(total, std::nullopt);
    }
    EXPECT_EQ((*store_.find_flow(kTenant, "f1"))->state.phase == FlowPhase::kExpired, i >= 10);
  }
}

TEST_P(StoreContract, B3_DelaysGrowFromTheTenthAndStopForGoodAtTheFiftieth) {
  ThrottleRule rule;
  rule.delay_from = 10;
  rule.delay_first = 30 * kMicrosPerSecond;
  rule.delay_max = kMicrosPerHour;
  rule.stop_at = 50;
  Micros now = kNow;
  int admitted = 0;
  for (int i = 0; i < 200; ++i) {
    const ThrottleVerdict verdict = take("code", rule, now);
    admitted += verdict.admitted ? 1 : 0;
    if (admitted == 10 && verdict.admitted) {
      EXPECT_FALSE(take("code", rule, now + 30 * kMicrosPerSecond - 1).admitted);
    }
    now += verdict.admitted && admitted < 10 ? 1 : kMicrosPerHour;
  }
  EXPECT_EQ(admitted, 50);
  must([](Transaction& transaction) { return transaction.throttle_succeeded(kTenant, "code"); });
  EXPECT_TRUE(take("code", rule, now).admitted);
}

TEST_P(StoreContract, B3_AnOperatorLiftsTheHardStopOfOneAccountAlone) {
  ThrottleRule rule;
  rule.stop_at = 1;
  const char* amys[] = {"password:amy", "code:amy:phone", "code:amy:mail"};
  const char* others[] = {"password:amy2", "code:amy2:phone", "send-hour:amy"};
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  for (const char* key : others) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  must([](Transaction& transaction) { return transaction.lift_limits(kTenant, "amy"); });
  for (const char* key : amys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted) << key;
  }
  for (const char* key : others) {
    EXPECT_FALSE(take(key, rule, kNow).admitted) << key;
  }
}

TEST_P(StoreContract, B5_SendsKeepTheirDistanceAndTheirNumberPerWindow) {
  ThrottleRule rule;
  rule.window = kMicrosPerHour;
  rule.max_in_window = 5;
  rule.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("send", rule, kNow).admitted);
  const ThrottleVerdict early = take("send", rule, kNow + kMicrosPerMinute - 1);
  EXPECT_FALSE(early.admitted);
  EXPECT_EQ(early.retry_at, kNow + kMicrosPerMinute);
  for (int i = 1; i < 5; ++i) {
    EXPECT_TRUE(take("send", rule, kNow + i * kMicrosPerMinute).admitted);
  }
  const ThrottleVerdict full = take("send", rule, kNow + 5 * kMicrosPerMinute);
  EXPECT_FALSE(full.admitted);
  EXPECT_EQ(full.retry_at, kNow + kMicrosPerHour);
  EXPECT_TRUE(take("send", rule, kNow + kMicrosPerHour).admitted);
}

// Many requests run into a cap of a whole tenant at once, and the store counts them in another
// order than they came in.
TEST_P(StoreContract, B5_ARequestThatCameFirstAndIsCountedLaterIsNotTooEarly) {
  ThrottleRule cap;
  cap.max_in_window = 3;
  EXPECT_TRUE(take("cap", cap, kNow).admitted);
  EXPECT_TRUE(take("cap", cap, kNow - 20'000).admitted);
  EXPECT_TRUE(take("cap", cap, kNow - 10'000).admitted);
  EXPECT_FALSE(take("cap", cap, kNow + 1).admitted);
  cap.spacing = kMicrosPerMinute;
  EXPECT_TRUE(take("spaced", cap, kNow).admitted);
  EXPECT_FALSE(take("spaced", cap, kNow - 1).admitted)
      << "where there is a distance to keep, it is";
}

TEST_P(StoreContract, B5_AUseThatOneLimitRefusesIsNoUseOfTheOthers) {
  ThrottleRule wide;
  wide.max_in_window = 3;
  ThrottleRule narrow;
  narrow.window = kMicrosPerDay;
  narrow.max_in_window = 1;
  const auto take_both = [&](const char* narrow_key, Micros now) {
    ThrottleSetVerdict verdict;
    must([&](Transaction& transaction) -> Result<void> {
      const ThrottleClaim claims[] = {{"tenant", wide}, {narrow_key, narrow}};
      GATE_TRY(verdict, transaction.throttle_take_all(kTenant, claims, now));
      return {};
    });
    return verdict;
  };
  EXPECT_TRUE(take_both("43", kNow).admitted);
  for (int i = 0; i < 10; ++i) {
    const ThrottleSetVerdict refused = take_both("43", kNow + i);
    EXPECT_FALSE(refused.admitted);
    EXPECT_EQ(refused.refused_by, 1U);
    EXPECT_EQ(refused.retry_at, kNow + kMicrosPerDay);
  }
  EXPECT_TRUE(take_both("44", kNow + 10).admitted);
  EXPECT_TRUE(take_both("45", kNow + 10).admitted) << "what was refused has been counted";
  const ThrottleSetVerdict full = take_both("46", kNow + 10);
  EXPECT_FALSE(full.admitted);
  EXPECT_EQ(full.refused_by, 0U);
  EXPECT_EQ(full.retry_at, kNow + kMicrosPerHour);
  EXPECT_TRUE(take_both("46", kNow + kMicrosPerHour).admitted);
}

TEST_P(StoreContract, B5_ACapHoldsAgainstManyAtOnce) {
  ThrottleRule cap;
  cap.max_in_window = 10;
  ThrottleRule own;
  own.max_in_window = 2;
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3; ++i) {
        const auto outcome = store_.transact([&](Transaction& transaction) -> Result<void> {
          const ThrottleClaim claims[] = {{"own:" + std::to_string(t), own}, {"cap", cap}};
          GATE_TRY(const ThrottleSetVerdict verdict,
                   transaction.throttle_take_all(kTenant, claims, kNow));
          admitted += verdict.admitted ? 1 : 0;
          return {};
        });
        EXPECT_TRUE(outcome);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(admitted, 10);
}

TEST_P(StoreContract, B8_DevicesAreKnownUntilTheirEpochTheirAgeOrTheirNumberEnds) {
  const auto hash = [](int i) { return sha256(as_bytes("key " + std::to_string(i))); };
  const auto remember = [&](int i, std::int64_t epoch, Micros at) {
    must([&](Transaction& transaction) {
      const Digest digest = hash(i);
      return transaction.remember_device(
          {kTenant, kUser, Bytes(digest.begin(), digest.end()),
           "id" + std::to_string(i) + "@" + std::to_string(at), epoch, at},
          at - kMicrosPerDay, 3);
    });
  };
  const auto find = [&](int i, std::int64_t epoch, Micros since) {
    return *store_.find_known_device(kTenant, kUser, hash(i), epoch, since);
  };
  EXPECT_EQ(find(1, 0, 0), std::nullopt);
  remember(1, 0, 100);
  EXPECT_EQ(find(1, 0, 100), "id1@100");
  EXPECT_EQ(find(1, 0, 101), std::nullopt);
  EXPECT_EQ(find(1, 1, 0), std::nullopt);
  EXPECT_EQ(*store_.find_known_device(kTenant, "somebody", hash(1), 0, 0), std::nullopt);
  remember(1, 0, 200);
  EXPECT_EQ(find(1, 0, 200), "id1@100") << "seen again, the same device";
  remember(2, 0, 201);
  remember(3, 0, 202);
  remember(4, 0, 202);
  EXPECT_EQ(find(1, 0, 0), std::nullopt) << "three, and this one was away longest";
  EXPECT_EQ(find(2, 0, 0), "id2@201");
  EXPECT_EQ(find(4, 0, 0), "id4@202");
  remember(4, 1, 203);
  EXPECT_EQ(find(4, 1, 0), "id4@203") << "another epoch, another device";
  EXPECT_EQ(find(2, 0, 0), std::nullopt);
  remember(4, 1, 204 + kMicrosPerDay);
  EXPECT_EQ(find(4, 1, 0), "id4@" + std::to_string(204 + kMicrosPerDay)) << "away too long";
}

TEST_P(StoreContract, B8_WhatWasCountedOnADeviceIsForgottenWithIt) {
  const Digest digest = sha256(as_bytes("key"));
  must([&](Transaction& transaction) {
    return transaction.remember_device(
        {kTenant, kUser, Bytes(digest.begin(), digest.end()), "d1", 0, kNow}, 0, 3);
  });
  ThrottleRule rule;
  rule.stop_at = 1;
  const char* keys[] = {"device:d1:password", "device:d1:code:c", "device:d10:password", "device"};
  for (const char* key : keys) {
    EXPECT_TRUE(take(key, rule, kNow).admitted);
  }
  must([](Transaction& transaction) { return transaction.forget_device(kTenant, kUser, "d1"); });
  EXPECT_EQ(*store_.find_known_device(kTenant, kUser, digest, 0, 0), std::nullopt);
  for (const char* key : keys) {
    EXPECT_EQ(take(key, rule, kNow).admitted, std::string(key).starts_with("device:d1:")) << key;
  }
}

TEST_P(StoreContract, T5_MailIsSentAtLeastOnceAndSmsAtMostOnce) {
  OutboxMessage mail;
  mail.kind = ChannelKind::kEmail;
  mail.message_id = "m1";
  OutboxMessage sms = mail;
  sms.kind = ChannelKind::kSms;
  auto late = [](const char* id, const char* flow) {
    ChallengeRecord challenge = sample_challenge(id, flow, "1");
    challenge.expires_at = kNow + kMicrosPerDay;
    return challenge;
  };
  open(late("c1", "f1"), &mail);
  open(late("c2", "f2"), &sms);
  EXPECT_EQ((*store_.claim_outbox(kNow, 10)).size(), 2U);
  EXPECT_TRUE((*store_.claim_outbox(kNow, 10)).empty()) << "claimed by somebody else";
  const auto again = *store_.claim_outbox(kNow + kOutboxLease, 10);
  ASSERT_EQ(again.size(), 1U) << "the worker died; only mail goes out again";
  EXPECT_EQ(again[0].kind, ChannelKind::kEmail);
  EXPECT_EQ(again[0].message_id, "m1");
  EXPECT_EQ(again[0].tries, 2);
  ASSERT_TRUE(
      store_.finish_outbox(again[0].seq, DeliveryOutcome::kRetry, kNow + 2 * kMicrosPerMinute));
  EXPECT_TRUE((*store_.claim_outbox(kNow + 2 * kMicrosPerMinute - 1, 10)).empty());
  const auto third = *store_.claim_outbox(kNow + 2 * kMicrosPerMinute, 10);
  ASSERT_EQ(third.size(), 1U);
  ASSERT_TRUE(store_.finish_outbox(third[0].seq, DeliveryOutcome::kSent, 0));
  EXPECT_TRUE((*store_.claim_outbox(kNow + kMicrosPerHour, 10)).empty());
}

TEST_P(StoreContract, T5_MessagesOfDeadOrExpiredCodesAreNotSent) {
  OutboxMessage mail;
  open(sample_challenge("c1", "f1", "1"), &mail);
  EXPECT_TRUE((*store_.claim_outbox(kNow + kMicrosPerMinute, 10)).empty());
  EXPECT_TRUE((*store_.claim_outbox(kNow, 10)).empty()) << "dropped for good";
}

TEST_P(StoreContract, E3_ARefreshTokenRotatesOnceAndDiesWithItsFamily) {
  SessionRecord session;
  session.tenant_id = kTenant;
  session.sid = "s1";
  session.ends_at = kNow + kMicrosPerDay;
  session.user_id = kUser;
  const Digest first = sha256(as_bytes("t1"));
  const Digest second = sha256(as_bytes("t2"));
  const Digest third = sha256(as_bytes("t3"));
  must([&](Transaction& transaction) {
    return transaction.create_session(session, "fam", first, kNow + kMicrosPerDay);
  });
  const auto rotate = [&](const Digest& from, const Digest& to) {
    bool done = false;
    must([&](Transaction& transaction) -> Result<void> {
      GATE_TRY(done, transaction.rotate_refresh(kTenant, from, to, as_bytes("sealed"), kNow));
      return {};
    });
    return done;
  };
  EXPECT_TRUE(rotate(first, second));
  EXPECT_FALSE(rotate(first, third));
  const auto used = *store_.find_refresh(kTenant, first);
  EXPECT_EQ(used->used_at, kNow);
  EXPECT_EQ(used->session.sid, "s1");
  must([](Transaction& transaction) { return transaction.revoke_family(kTenant, "fam"); });
  EXPECT_FALSE(rotate(second, third));
  EXPECT_TRUE((*store_.find_refresh(kTenant, second))->revoked);
}

// A single-threaded reference of one challenge, compared over random histories (T1, B1, B4).
TEST_P(StoreContract, T1_RandomHistoriesOfTriesAgreeWithTheModel) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  for (int round = 0; round < 20; ++round) {
    const std::string flow = "flow" + std::to_string(round);
    int issued = 0;
    int attempts = 0;
    bool live = false;
    for (int action = 0; action < 30; ++action) {
      const auto choice = dice() % 4;
      if (choice == 0) {
        ++issued;
        open(sample_challenge(flow + "c" + std::to_string(issued), flow, "right"));
        attempts = 0;
        live = true;
        continue;
      }
      const bool right = choice == 1;
      const CodeTrial trial =
          try_code(flow + "c" + std::to_string(issued), flow, right ? "right" : "wrong");
      if (!live) {
        EXPECT_EQ(trial.verdict, CodeVerdict::kGone);
        continue;
      }
      EXPECT_EQ(trial.verdict, right ? CodeVerdict::kAccepted : CodeVerdict::kWrong);
      EXPECT_EQ(trial.attempts, ++attempts);
      live = !right && attempts < 5;
    }
  }
}

// Linearizable: over every interleaving the evaluated tries of a challenge are numbered 1, 2, 3 ...
// without a gap or a repeat, at most five, and at most one of them wins (T1, A4, B1).
TEST_P(StoreContract, T1_RacingTriesAreNumberedOneAfterTheOther) {
  constexpr int kChallenges = 40;
  constexpr int kThreads = 8;
  for (int c = 0; c < kChallenges; ++c) {
    must([&](Transaction& transaction) {  // of flows of their own, or each would kill the last
      return transaction.open_challenge(
          sample_challenge("d" + std::to_string(c), "g" + std::to_string(c), "right"), nullptr,
          kNow);
    });
  }
  std::vector<std::vector<std::pair<std::int64_t, CodeVerdict>>> seen(kChallenges * kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int c = 0; c < kChallenges; ++c) {
        const std::string id = std::to_string(c);
        const CodeTrial trial =
            try_code("d" + id, "g" + id, (t + c) % kThreads == 0 ? "right" : "wrong");
        if (trial.verdict != CodeVerdict::kGone) {
          seen[static_cast<std::size_t>(c * kThreads + t)].emplace_back(trial.attempts,
                                                                        trial.verdict);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (int c = 0; c < kChallenges; ++c) {
    std::vector<std::pair<std::int64_t, CodeVerdict>> tries;
    for (int t = 0; t < kThreads; ++t) {
      const auto& part = seen[static_cast<std::size_t>(c * kThreads + t)];
      tries.insert(tries.end(), part.begin(), part.end());
    }
    std::sort(tries.begin(), tries.end());
    ASSERT_LE(tries.size(), 5U);
    for (std::size_t i = 0; i < tries.size(); ++i) {
      EXPECT_EQ(tries[i].first, static_cast<std::int64_t>(i + 1));
      EXPECT_EQ(tries[i].second == CodeVerdict::kAccepted && i + 1 < tries.size(), false)
          << "nothing is evaluated after the winner";
    }
  }
}

TEST_P(StoreContract, WhatEndedLongAgoIsSweptAndLimitsInForceAreNot) {
  must([](Transaction& transaction) { return transaction.create_flow(sample_flow("old"), kNow); });
  ThrottleRule rule;
  rule.stop_at = 1;
  EXPECT_TRUE(take("stopped", rule, kNow).admitted);
  ThrottleRule sends;
  sends.window = 100 * kMicrosPerDay;  // longer than any in use, so that the row can be seen to go
  sends.max_in_window = 1;
  EXPECT_TRUE(take("send", sends, kNow).admitted);
  const Micros later = kNow + 10 * kMicrosPerDay;
  for (int i = 0; i < 3; ++i) {
    must([&](Transaction& transaction) {
      FlowRecord flow = sample_flow("new" + std::to_string(i));
      flow.state.flow_ends_at = later + kMicrosPerHour;
      return transaction.create_flow(flow, later);
    });
  }
  EXPECT_FALSE((*store_.find_flow(kTenant, "old")).has_value());
  EXPECT_TRUE((*store_.find_flow(kTenant, "new0")).has_value());
  EXPECT_FALSE(take("stopped", rule, later).admitted);
  EXPECT_TRUE(take("send", sends, later).admitted) << "a counter at rest is swept";
}

std::unique_ptr<Fixture> make_sqlite() {
  auto fixture = std::make_unique<Fixture>();
  std::string pattern = (std::filesystem::temp_directory_path() / "gate-store-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  fixture->folder = pattern;
  auto store = SqliteStore::open((fixture->folder / "gate.db").string(),
                                 Secret(Bytes(kAeadKeyBytes, 1)), fixture->random);
  EXPECT_TRUE(store);
  fixture->store = std::move(store).value();
  return fixture;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(Factory(make_sqlite)));

}  // namespace
}  // namespace gate::server
