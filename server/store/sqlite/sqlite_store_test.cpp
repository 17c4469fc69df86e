// What only the SQLite store has: the file, its mode, what is sealed in it, and what a killed
// process leaves.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "server/store/sqlite/test_file.h"

namespace gate::server {
namespace {

using SqliteStoreTest = SqliteFileTest;

ChallengeRecord challenge(const std::string& id) {
  ChallengeRecord record;
  record.tenant_id = kTenant;
  record.challenge_id = id;
  record.flow_id = id;
  record.mac = Bytes(32, 5);
  record.attempts_max = 5;
  record.expires_at = kNow + kMicrosPerDay;
  return record;
}

TEST_F(SqliteStoreTest, FilesAreForTheOwnerAlone) {
  const auto store = open();
  ASSERT_TRUE(store->write(
      [](UnitOfWork& unit) { return unit.open_challenge(challenge("c"), OutboxMessage(), kNow); }));
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    struct stat status{};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
  }
}

TEST_F(SqliteStoreTest, A6_ADumpHoldsNoCodeAndNoAddress) {
  const auto store = open();
  OutboxMessage message;
  message.to = "amy@bank.example";
  message.code = "48151623";
  message.body = "Your code is 48151623";
  FlowRecord flow;
  flow.tenant_id = kTenant;
  flow.flow_id = "f";
  flow.pending_address = "pending@bank.example";
  flow.label_address = "typed@bank.example";
  User bob;
  bob.tenant_id = kTenant;
  bob.user_id = "bob";
  bob.username = "bob";
  bob.attributes = {{"streetAddress", "Quellgasse 7"}};
  ASSERT_TRUE(store->write([&](UnitOfWork& unit) -> Result<void> {
    GATE_TRY_VOID(unit.put_tenant({kTenant, "Bank", "bank"}));
    GATE_TRY_VOID(unit.put_user(bob));
    const Channel mail{"m", ChannelKind::kEmail, "put@bank.example", true, false, false};
    GATE_TRY_VOID(unit.put_channel(kTenant, "bob", mail, kNow));
    const Channel phone{"p", ChannelKind::kSms, "+15550100104", true, false, false};
    GATE_TRY_VOID(unit.enrol_channel({kTenant, "bob", 0, 1, "", 0}, phone, kNow));
    GATE_TRY_VOID(unit.create_flow(flow));
    return unit.open_challenge(challenge("c"), message, kNow);
  }));
  for (const char* private_text : {"48151623", "bank.example", "5550100104", "Quellgasse"}) {
    EXPECT_EQ(dump().find(private_text), std::string::npos) << private_text;
  }
  const auto claimed = store->claim_outbox(kNow, 1);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->at(0).code, "48151623");
}

TEST_F(SqliteStoreTest, A6_NothingOfASentMessageStays) {
  const auto store = open();
  OutboxMessage message;
  message.code = "48151623";
  ASSERT_TRUE(store->write(
      [&](UnitOfWork& unit) { return unit.open_challenge(challenge("c"), message, kNow); }));
  const auto claimed = store->claim_outbox(kNow, 1);
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(store->finish_outbox(claimed->at(0).seq, DeliveryOutcome::kSent, 0));
  EXPECT_EQ(execute("SELECT state, length(payload_sealed) FROM outbox"), "sent|0;");
}

TEST_F(SqliteStoreTest, S24_AnotherKeyIsRefusedAndNothingIsChanged) {
  {
    const auto store = open();
  }
  const std::string before = dump();
  EXPECT_EQ(refusal(2), ErrorCode::kDenied);
  EXPECT_EQ(dump(), before);
  EXPECT_TRUE(open());
}

TEST_F(SqliteStoreTest, S24_AFileWithoutItsKeyCheckIsRefused) {
  {
    const auto store = open();
  }
  execute("DELETE FROM meta");
  EXPECT_EQ(refusal(1), ErrorCode::kDenied);
}

TEST_F(SqliteStoreTest, B7_LimitsSurviveARestart) {
  ThrottleRule rule;
  rule.max_in_window = 1;
  for (const bool expected : {true, false}) {
    const auto store = open();
    ASSERT_TRUE(store->write([&](UnitOfWork& unit) -> Result<void> {
      const ThrottleClaim claims[] = {{"k", rule}};
      GATE_TRY(const ThrottleSetVerdict verdict, unit.take(kTenant, claims, kNow));
      EXPECT_EQ(verdict.admitted, expected);
      return {};
    }));
  }
}

TEST_F(SqliteStoreTest, T7_AHotCounterIsOneHoweverManyRowsItIsKeptIn) {
  ThrottleRule rule;
  rule.window = kMicrosPerHour;
  rule.max_in_window = 40;
  // Each use is made by a new store, so that a file also works after the number of rows was
  // changed.
  int admitted = 0;
  const auto use = [&](std::size_t shards, Micros now, int times) {
    SqliteOptions options;
    options.counter_shards = shards;
    const auto store = open(options);
    ThrottleSetVerdict verdict;
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(store->write([&](UnitOfWork& unit) -> Result<void> {
        const ThrottleClaim claims[] = {{"hot", rule, true}};
        GATE_TRY(verdict, unit.take(kTenant, claims, now + i));
        return {};
      }));
      admitted += verdict.admitted ? 1 : 0;
      if (!verdict.admitted) {
        EXPECT_EQ(verdict.retry_at, kNow + kMicrosPerHour);
      }
    }
  };
  use(16, kNow, 30);
  EXPECT_EQ(execute("SELECT COUNT(*), SUM(count), MAX(count) FROM throttle"), "16|30|2;");
  use(1, kNow + kMicrosPerMinute, 8);
  EXPECT_EQ(admitted, 38);
  use(16, kNow + 2 * kMicrosPerMinute, 20);
  EXPECT_EQ(admitted, 40);
  EXPECT_EQ(execute("SELECT COUNT(DISTINCT window_start) FROM throttle"), "1;")
      << "all rows of a window end at once";
  use(16, kNow + kMicrosPerHour, 1);
  EXPECT_EQ(admitted, 41);
}

TEST_F(SqliteStoreTest, F5_AuditRowsCannotBeChangedOrDeleted) {
  const auto store = open();
  AuditRecord record;
  record.node = "n";
  record.seq = 1;
  ASSERT_TRUE(store->write([&](UnitOfWork& unit) { return unit.append_audit(record); }));
  EXPECT_FALSE(can_execute("UPDATE audit SET outcome = 'block'"));
  EXPECT_FALSE(can_execute("DELETE FROM audit"));
}

TEST_F(SqliteStoreTest, AReadSeesOneSnapshot) {
  const auto store = open();
  const auto name = [](StoreReads& reads) -> Result<std::string> {
    GATE_TRY(const auto tenant, reads.find_tenant(kTenant));
    return tenant ? tenant->name : "none";
  };
  const auto rename = [&](const char* to) {
    ASSERT_TRUE(store->write(
        [&](UnitOfWork& unit) { return unit.put_tenant({kTenant, to, "bank.example"}); }));
  };
  rename("old");
  ASSERT_TRUE(store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const std::string before, name(reads));
    rename("new");
    GATE_TRY(const std::string after, name(reads));
    EXPECT_EQ(before, "old");
    EXPECT_EQ(after, "old");
    return {};
  }));
  ASSERT_TRUE(store->read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(const std::string now, name(reads));
    EXPECT_EQ(now, "new");
    return {};
  }));
}

TEST_F(SqliteStoreTest, ATenantWithARuleThatIsNotKnownIsNeverServedByOthers) {
  const auto store = open();
  Tenant bank{kTenant, "Bank", "bank.example"};
  bank.rules.second_factors = MethodSet::of(Method::kSmsOtp);
  ASSERT_TRUE(store->write([&](UnitOfWork& unit) { return unit.put_tenant(bank); }));
  const auto rules = [&]() -> Result<TenantRules> {
    std::optional<Tenant> found;
    GATE_TRY_VOID(store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(found, reads.find_tenant(kTenant));
      return {};
    }));
    return found->rules;
  };
  EXPECT_EQ(*rules(), bank.rules);
  for (const char* change :
       {R"('$.second_factors[0]', 'palm_print')", R"('$.second_factors', 'sms_otp')",
        R"('$.answers', 'open')", R"('$.lifetimes[0]', 'long')", R"('$.language', 7)",
        R"('$.attributes', 'x')"}) {
    execute("UPDATE tenant SET attributes_json = json_set(attributes_json, " + std::string(change) +
            ")");
    EXPECT_EQ(rules().error().code, ErrorCode::kCorrupt) << change;
    ASSERT_TRUE(store->write([&](UnitOfWork& unit) { return unit.put_tenant(bank); }));
  }
  execute("UPDATE tenant SET attributes_json = '[]'");
  EXPECT_EQ(*rules(), TenantRules()) << "what versions without rules wrote";
}

TEST_F(SqliteStoreTest, ALookBeforeAStartChangesNoStoreOfAnotherVersion) {
  SqliteOptions look;
  look.keep_schema = true;
  open();
  EXPECT_TRUE(open(look));
  execute("PRAGMA user_version = 3");
  EXPECT_EQ(refusal(1, look), ErrorCode::kConflict);
  EXPECT_EQ(execute("PRAGMA user_version"), "3;");
}

TEST_F(SqliteStoreTest, AReaderCannotWrite) {
  const auto store = open();
  EXPECT_FALSE(store->read([](StoreReads& reads) {
    return dynamic_cast<UnitOfWork&>(reads).put_tenant({kTenant, "Bank", "bank.example"});
  }));
}

TEST_F(SqliteStoreTest, S38_WhatEndedIsSweptAtMostSoManyRowsOfEachTable) {
  const auto store = open();
  execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) "
      "INSERT INTO rt_family SELECT 'tenant', i, i, i, 0 FROM n;"
      "INSERT INTO refresh SELECT 'tenant', family_id || k.value, family_id, NULL, x'' "
      "FROM rt_family, json_each('[1,2,3,4]') k;"
      "INSERT INTO outbox (tenant_id, flow_id, challenge_id, kind, payload_sealed, state, "
      "tries, next_at) SELECT 'tenant', family_id, 'h', 0, x'', "
      "CASE WHEN CAST(sid AS INTEGER) % 2 THEN 'sent' ELSE 'queued' END, 0, 1 FROM rt_family;"
      "INSERT INTO throttle SELECT 'tenant', family_id, 0, 1, 1, CAST(sid AS INTEGER) % 2, 0 "
      "FROM rt_family");
  const auto left = [this] {
    return execute(
        "SELECT (SELECT COUNT(*) FROM refresh), (SELECT COUNT(*) FROM rt_family), "
        "(SELECT COUNT(*) FROM outbox), (SELECT COUNT(*) FROM throttle)");
  };
  EXPECT_EQ(left(), "120|30|30|30;");
  const auto gone = store->sweep(kNow, 10);
  ASSERT_TRUE(gone);
  EXPECT_EQ(left(), "110|28|10|10;");
  EXPECT_EQ(*gone, 10U + 2 + 20 + 20);
  while (*store->sweep(kNow, 10) > 0) {
  }
  EXPECT_EQ(left(), "0|0|0|0;");
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(path_) << "this is not a database, and has been here for long enough to matter";
  EXPECT_FALSE(SqliteStore::open(path_, key(1), random_));
}

/// Uses codes one after the other, and reports each use only after the store returned success.
[[noreturn]] void use_codes_until_killed(const std::string& path, int report) {
  OpensslRandom random;
  auto store = SqliteStore::open(path, Secret(Bytes(kAeadKeyBytes, 1)), random);
  if (!store) {
    ::_exit(3);
  }
  for (std::uint32_t i = 0;; ++i) {
    const std::string id = "c" + std::to_string(i);
    const auto used = (*store)->write([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY_VOID(unit.open_challenge(challenge(id), OutboxMessage(), kNow));
      GATE_TRY(const CodeTrial trial, unit.try_code(kTenant, id, id, Bytes(32, 5), kNow));
      return trial.verdict == CodeVerdict::kAccepted
                 ? Result<void>()
                 : Result<void>(Error{ErrorCode::kInternal, "not accepted"});
    });
    if (!used || ::write(report, &i, sizeof(i)) != sizeof(i)) {
      ::_exit(4);
    }
  }
}

TEST_F(SqliteStoreTest, T2_NoAcknowledgedUseIsLostToKillNine) {
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      use_codes_until_killed(path_, ends[1]);
    }
    ::close(ends[1]);
    const int wanted = 40 * (round + 1);
    std::uint32_t last = 0;
    int seen = 0;
    while (seen < wanted && ::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
      ++seen;
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
      ++seen;
    }
    ::close(ends[0]);
    ASSERT_GE(seen, wanted);
    const auto store = open();
    for (std::uint32_t i = 0; i <= last; ++i) {
      CodeTrial trial;
      const std::string id = "c" + std::to_string(i);
      ASSERT_TRUE(store->write([&](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(trial, unit.try_code(kTenant, id, id, Bytes(32, 5), kNow));
        return {};
      }));
      ASSERT_EQ(trial.verdict, CodeVerdict::kGone) << "an acknowledged use came back to life";
    }
  }
}

TEST_F(SqliteStoreTest, T8_AFailureInABatchUndoesItselfAlone) {
  const auto store = open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      const auto outcome = store->write([&](UnitOfWork& unit) -> Result<void> {
        GATE_TRY_VOID(
            unit.open_challenge(challenge("c" + std::to_string(i)), OutboxMessage(), kNow));
        if (i % 2 == 1) {
          return Error{ErrorCode::kConflict, "on purpose"};
        }
        return {};
      });
      EXPECT_EQ(outcome.has_value(), i % 2 == 0);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (int i = 0; i < 32; ++i) {
    CodeTrial trial;
    const std::string id = "c" + std::to_string(i);
    ASSERT_TRUE(store->write([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(trial, unit.try_code(kTenant, id, id, Bytes(32, 5), kNow));
      return {};
    }));
    EXPECT_EQ(trial.verdict, i % 2 == 0 ? CodeVerdict::kAccepted : CodeVerdict::kGone);
  }
}

}  // namespace
}  // namespace gate::server
