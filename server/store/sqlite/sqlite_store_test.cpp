#include "server/store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/reads.h"
#include "server/store/sqlite/schema.h"

namespace gate::server {
namespace {

constexpr Micros kNow = 1'800'000'000'000'000;
constexpr const char* kTenant = "tenant";

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-sqlite-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "gate.db").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<SqliteStore> open(std::uint8_t key = 1) {
    auto store = SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, key)), random_);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(store).value();
  }
  /// Runs SQL on the file as another program would.
  void execute(const std::string& sql) const {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
  /// Everything that any file of the store holds.
  std::string dump() const {
    std::ostringstream all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }

  std::filesystem::path folder_;
  std::string path_;
  OpensslRandom random_;
};

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
  ASSERT_TRUE(store->transact([](Transaction& transaction) {
    return transaction.open_challenge(challenge("c"), nullptr, kNow);
  }));
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
  ASSERT_TRUE(store->transact([&](Transaction& transaction) {
    return transaction.open_challenge(challenge("c"), &message, kNow);
  }));
  EXPECT_EQ(dump().find("48151623"), std::string::npos);
  EXPECT_EQ(dump().find("amy@bank.example"), std::string::npos);
  const auto claimed = store->claim_outbox(kNow, 1);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->at(0).code, "48151623");
}

TEST_F(SqliteStoreTest, S24_AnotherKeyIsRefusedAndNothingIsChanged) {
  {
    const auto store = open(1);
  }
  const std::string before = dump();
  EXPECT_EQ(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 2)), random_).error().code,
            ErrorCode::kDenied);
  EXPECT_EQ(dump(), before);
  EXPECT_TRUE(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_));
}

TEST_F(SqliteStoreTest, S24_AFileWithoutItsKeyCheckIsRefused) {
  {
    const auto store = open(1);
  }
  execute("DELETE FROM meta");
  EXPECT_EQ(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_).error().code,
            ErrorCode::kDenied);
}

TEST_F(SqliteStoreTest, S24_AnOldFileIsHeldAgainstWhatIsSealedInIt) {
  execute(kSchemaOne);
  execute(kSchemaTwo);
  const auto sealed = seal(random_, Bytes(kAeadKeyBytes, 1), channel_context(kTenant, "c"),
                           as_bytes("amy@bank.example"));
  ASSERT_TRUE(sealed);
  std::string hex;
  for (const std::uint8_t byte : *sealed) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  execute(
      "PRAGMA user_version = 2; PRAGMA foreign_keys = OFF;"
      "INSERT INTO channel VALUES ('tenant', 'c', 'amy', 0, x'" +
      hex + "', 1, 1, 0, 0)");
  EXPECT_EQ(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 2)), random_).error().code,
            ErrorCode::kDenied);
  for (int times = 0; times < 2; ++times) {
    EXPECT_TRUE(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_));
    EXPECT_FALSE(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 2)), random_));
  }
}

TEST_F(SqliteStoreTest, S24_TheSigningKeysOfAnOldFileDecide) {
  execute(kSchemaOne);
  execute(kSchemaTwo);
  execute(
      "PRAGMA user_version = 2;"
      "INSERT INTO signing_key VALUES ('k', 1, 0, 0, x'01'), ('removed', 3, 1, 0, x'')");
  const auto open_if = [this](bool opens) {
    return SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_,
                             [opens](const SigningKeyRecord& record) {
                               EXPECT_EQ(record.kid, "k");
                               return opens;
                             });
  };
  EXPECT_EQ(open_if(false).error().code, ErrorCode::kDenied);
  EXPECT_TRUE(open_if(true));
}

TEST_F(SqliteStoreTest, B7_LimitsSurviveARestart) {
  ThrottleRule rule;
  rule.max_in_window = 1;
  for (const bool expected : {true, false}) {
    const auto store = open();
    bool admitted = !expected;
    ASSERT_TRUE(store->transact([&](Transaction& transaction) -> Result<void> {
      GATE_TRY(const ThrottleVerdict verdict, transaction.throttle_take(kTenant, "k", rule, kNow));
      admitted = verdict.admitted;
      return {};
    }));
    EXPECT_EQ(admitted, expected);
  }
}

TEST_F(SqliteStoreTest, AFileOfAnotherVersionIsRefused) {
  {
    const auto store = open();
  }
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version=99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  const auto store = SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_);
  EXPECT_EQ(store.error().code, ErrorCode::kConflict);
}

TEST_F(SqliteStoreTest, AFileOfTheFirstVersionIsBroughtUpToDateAndKeepsWhatItHolds) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, kSchemaOne, nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw,
                         "PRAGMA user_version=1;"
                         "INSERT INTO tenant VALUES ('tenant', 'Bank', 'bank.example');"
                         "INSERT INTO user VALUES ('tenant', 'amy', 'amy@bank.example', '', '[]', "
                         "'[]', 'member', 'none', 'none', '[]', 0, 1)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  for (int times = 0; times < 2; ++times) {
    const auto store = open();
    EXPECT_EQ((*store->find_tenant("tenant"))->name, "Bank");
    EXPECT_TRUE(store->transact([](Transaction& transaction) {
      return transaction.remember_device({kTenant, "amy", Bytes(32, 1), "d", 0, kNow}, 0, 5);
    }));
    EXPECT_EQ(*store->find_known_device(kTenant, "amy", Bytes(32, 1), 0, 0), "d");
  }
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(path_) << "this is not a database, and has been here for long enough to matter";
  EXPECT_FALSE(SqliteStore::open(path_, Secret(Bytes(kAeadKeyBytes, 1)), random_));
}

TEST_F(SqliteStoreTest, F5_AuditRowsCannotBeChangedOrDeleted) {
  const auto store = open();
  AuditRecord record;
  record.seq = 1;
  record.outcome = "allow";
  ASSERT_TRUE(
      store->transact([&](Transaction& transaction) { return transaction.append_audit(record); }));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(raw, "UPDATE audit SET outcome='block'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_NE(sqlite3_exec(raw, "DELETE FROM audit", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
}

/// Uses codes one after the other and reports each use only after the store said it is done.
[[noreturn]] void use_codes_until_killed(const std::string& path, int report) {
  OpensslRandom random;
  auto store = SqliteStore::open(path, Secret(Bytes(kAeadKeyBytes, 1)), random);
  if (!store) {
    ::_exit(3);
  }
  for (std::uint32_t i = 0;; ++i) {
    const std::string id = "c" + std::to_string(i);
    const auto used = (*store)->transact([&](Transaction& transaction) -> Result<void> {
      GATE_TRY_VOID(transaction.open_challenge(challenge(id), nullptr, kNow));
      GATE_TRY(const CodeTrial trial, transaction.try_code(kTenant, id, id, Bytes(32, 5), kNow));
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
      ASSERT_TRUE(store->transact([&](Transaction& transaction) -> Result<void> {
        GATE_TRY(trial, transaction.try_code(kTenant, id, id, Bytes(32, 5), kNow));
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
      const auto outcome = store->transact([&](Transaction& transaction) -> Result<void> {
        GATE_TRY_VOID(
            transaction.open_challenge(challenge("c" + std::to_string(i)), nullptr, kNow));
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
    ASSERT_TRUE(store->transact([&](Transaction& transaction) -> Result<void> {
      GATE_TRY(trial, transaction.try_code(kTenant, id, id, Bytes(32, 5), kNow));
      return {};
    }));
    EXPECT_EQ(trial.verdict, i % 2 == 0 ? CodeVerdict::kAccepted : CodeVerdict::kGone);
  }
}

}  // namespace
}  // namespace gate::server
