// The promises of the store port, held against every implementation. A new store adds its factory
// to the instantiation at the end and nothing else.

#include "server/store/store_contract.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "server/store/sqlite/sqlite_store.h"

namespace gate::server::store_contract {
namespace {

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
}  // namespace gate::server::store_contract
