#include "server/app/storage.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/app/commands.h"
#include "server/config/store_url.h"
#include "server/crypto/openssl_random.h"
#include "server/log/log.h"
#include "server/store/postgres/test_server.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/schema.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kOldRows = R"sql(
INSERT INTO tenant VALUES ('t', 'T', 't.example');
INSERT INTO user VALUES ('t', 'amy', 'amy@t.example', '', '[]', '[]', 'member', 'none', 'none', '[]', 0, 1);
INSERT INTO identifier VALUES ('t', 'amy@t.example', 'amy');
INSERT INTO password VALUES ('t', 'amy', 'encoded', 5);
PRAGMA user_version = 2;
)sql";

class StorageTest : public testing::Test {
 protected:
  StorageTest() {
    std::string pattern = (fs::temp_directory_path() / "gate-storage-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    write("gated.toml",
          "environment = \"development\"\n[policies]\nfolder = \"p\"\nallow_empty = true\n");
    write("users.json", R"({"tenants": [{"id": "t", "name": "T", "domain": "t.example"}],
      "users": [{"tenant_id": "t", "id": "amy", "username": "amy@t.example", "password": "correct horse battery"}]})");
    fs::create_directories(folder_ / "p");
    config_ = load_config(file("gated.toml")).config;
  }
  ~StorageTest() override {
    fs::remove_all(folder_);
    close(null_);
  }
  [[nodiscard]] std::string file(const char* name) const { return (folder_ / name).string(); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::trunc) << text;
  }
  /// The bytes of all files of the store.
  [[nodiscard]] std::string dump() const {
    std::ostringstream all;
    for (const char* name : {"data/gated.sqlite3", "data/gated.sqlite3-wal"}) {
      all << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    }
    return all.str();
  }
  void another_key() const { write("data/master.key", std::string(64, 'a') + "\n"); }

  fs::path folder_;
  Config config_;
  OpensslRandom random_;
  int null_ = open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{null_, LogLevel::kError, LogFormat::kJson};
};

TEST_F(StorageTest, S24_EveryCommandRefusesAKeyThatIsNotTheStoresAndWritesNothing) {
  ASSERT_EQ(provision(file("gated.toml"), file("users.json")), kExitOk);
  another_key();
  const std::string before = dump();
  EXPECT_EQ(provision(file("gated.toml"), file("users.json")), kExitFailure);
  EXPECT_EQ(unlock(file("gated.toml"), "t", "amy@t.example"), kExitFailure);
  EXPECT_EQ(print_audit(file("gated.toml"), false), kExitFailure);
  EXPECT_EQ(verify_audit_log(file("gated.toml")), kExitFailure);
  EXPECT_EQ(run_server(file("gated.toml"), ""), kExitFailure);
  EXPECT_EQ(dump(), before);
  const auto storage = open_storage(config_, random_, log_);
  ASSERT_FALSE(storage);
  EXPECT_THAT(storage.error().message, HasSubstr("data/master.key is not the key of the store "));
  EXPECT_THAT(storage.error().message, HasSubstr("data/gated.sqlite3: put back the key file"));
}

TEST_F(StorageTest, S24_ProvisionRefusesAKeyThatNothingShowsToBeRight) {
  // A file of version 2 has no key check, and this one nothing sealed that a key would open.
  fs::create_directories(folder_ / "data");
  write("data/master.key", std::string(64, 'a') + "\n");
  fs::permissions(folder_ / "data/master.key", fs::perms::owner_read | fs::perms::owner_write);
  {
    const auto old = Connection::open(*sqlite_file(config_), Connection::Mode::kReadWrite);
    ASSERT_TRUE(old);
    ASSERT_TRUE((*old)->run_script(kSchemaSteps[0]) && (*old)->run_script(kSchemaSteps[1]));
    ASSERT_TRUE((*old)->run_script(kOldRows));
  }
  EXPECT_EQ(provision(file("gated.toml"), file("users.json")), kExitFailure);
  EXPECT_EQ(unlock(file("gated.toml"), "t", "amy@t.example"), kExitFailure);
  const auto refused = open_storage(config_, random_, log_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("nothing was changed: start `gated run`"));
  const auto password = [&](Storage& storage) {
    std::optional<std::string> found;
    EXPECT_TRUE(storage.store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(found, reads.find_password("t", "amy"));
      return {};
    }));
    return found;
  };
  auto taken = open_storage(config_, random_, log_, UncheckedKey::kTake);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(password(*taken), "encoded") << "the refused commands replaced nothing";
  taken->store.reset();
  EXPECT_TRUE(open_storage(config_, random_, log_)) << "the store belongs to this key now";
}

TEST_F(StorageTest, S24_AMissingKeyIsNotMadeForAStoreThatIsThere) {
  ASSERT_TRUE(open_storage(config_, random_, log_));
  const std::string key = file("data/master.key");
  fs::rename(key, file("kept.key"));
  EXPECT_THAT(open_storage(config_, random_, log_).error().message,
              HasSubstr("put that key back, or move the store away"));
  EXPECT_EQ(generate_key(file("gated.toml")), kExitFailure);
  EXPECT_FALSE(fs::exists(key));
  fs::rename(file("kept.key"), key);
  EXPECT_TRUE(open_storage(config_, random_, log_));
}

/// The commands over a schema of PostgreSQL.
class PostgresStorageTest : public StorageTest {
 protected:
  void SetUp() override {
    std::string why_not;
    PostgresTestServer* server = PostgresTestServer::shared(why_not);
    if (server == nullptr) {
      ASSERT_THAT(why_not, HasSubstr("skipped"));
      GTEST_SKIP() << why_not;
    }
    url_ = server->new_schema();
    write("gated.toml", "environment = \"development\"\n[store]\nurl = \"" + url_ +
                            "\"\n[policies]\nfolder = \"p\"\nallow_empty = true\n");
    config_ = load_config(file("gated.toml")).config;
  }
  std::string url_;
};

TEST_F(PostgresStorageTest, EveryCommandWorksOnPostgresAndRefusesAnotherKey) {
  const std::string config = file("gated.toml");
  EXPECT_EQ(check_config(config), kExitOk);
  ASSERT_EQ(provision(config, file("users.json")), kExitOk);
  EXPECT_EQ(unlock(config, "t", "amy@t.example"), kExitOk);
  EXPECT_EQ(set_risk_of_user(config, "t", "amy@t.example", "high"), kExitOk);
  EXPECT_EQ(print_audit(config, false), kExitOk);
  EXPECT_EQ(verify_audit_log(config), kExitOk);
  EXPECT_FALSE(fs::exists(file("data/gated.sqlite3")));
  another_key();
  for (const int code :
       {provision(config, file("users.json")), unlock(config, "t", "amy@t.example"),
        print_audit(config, false), verify_audit_log(config), run_server(config, "")}) {
    EXPECT_EQ(code, kExitFailure);
  }
  EXPECT_THAT(open_storage(config_, random_, log_).error().message,
              HasSubstr("data/master.key is not the key of the store postgresql://"));
}

TEST_F(PostgresStorageTest, S24_AMissingKeyIsNotMadeForAStoreThatIsThere) {
  ASSERT_TRUE(open_storage(config_, random_, log_));
  fs::remove(file("data/master.key"));
  EXPECT_THAT(open_storage(config_, random_, log_).error().message,
              HasSubstr("put that key back, or move the store away"));
  EXPECT_EQ(generate_key(file("gated.toml")), kExitFailure);
  EXPECT_FALSE(fs::exists(file("data/master.key")));
}

TEST_F(PostgresStorageTest, AServerThatCannotBeReachedIsSaidAndNoKeyIsMade) {
  write("gated.toml", "environment = \"development\"\n[store]\nurl = \"postgres:///gated?host=" +
                          folder_.string() +
                          "\"\n[policies]\nfolder = \"p\"\nallow_empty = true\n");
  config_ = load_config(file("gated.toml")).config;
  EXPECT_THAT(open_storage(config_, random_, log_).error().message,
              HasSubstr("cannot connect to the PostgreSQL store"));
  EXPECT_EQ(provision(file("gated.toml"), file("users.json")), kExitFailure);
  EXPECT_FALSE(fs::exists(file("data/master.key")));
}

}  // namespace
}  // namespace gate::server
