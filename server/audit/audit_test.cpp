#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "server/audit/audit_log.h"
#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server {
namespace {

class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-audit-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto store = SqliteStore::open(path().string(), Secret(Bytes(kAeadKeyBytes, 1)), random_);
    ASSERT_TRUE(store);
    store_ = std::move(store).value();
    for (int i = 0; i < 5; ++i) {
      append(log_, "bank", i);
    }
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void append(const AuditLog& log, const std::string& tenant, int i) {
    AuditRecord record;
    record.at = 100 + i;
    record.type = "decision";
    record.tenant_id = tenant;
    record.user_id = "amy-id";
    record.facts_json = R"({"user":"amy"})";
    record.outcome = i == 3 ? "block" : "allow";
    ASSERT_TRUE(store_->write([&](UnitOfWork& work) { return log.append(work, record); }));
  }
  std::filesystem::path path() const { return folder_ / "gate.db"; }
  /// Changes that an attacker with the database file can make.
  void tamper(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
    const std::string all =
        "DROP TRIGGER IF EXISTS audit_is_never_changed; "
        "DROP TRIGGER IF EXISTS audit_is_never_deleted;" +
        sql;
    EXPECT_EQ(sqlite3_exec(raw, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
  std::optional<AuditLog::Fault> fault(const AuditLog& log) { return log.verify(*store_)->fault; }
  std::optional<AuditLog::Fault> fault() { return fault(log_); }

  std::filesystem::path folder_;
  OpensslRandom random_;
  std::unique_ptr<SqliteStore> store_;
  AuditLog log_{"one", Secret(Bytes(32, 9))};
};

TEST_F(AuditTest, F5_AnUntouchedChainIsWhole) {
  const auto check = log_.verify(*store_);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->rows, 5);
  EXPECT_FALSE(check->fault.has_value());
  ASSERT_EQ(check->heads.size(), 1U);
  EXPECT_EQ(check->heads[0].seq, 5);
}

TEST_F(AuditTest, F5_AnyChangedColumnBreaksTheChainAtItsRow) {
  for (const char* column :
       {"type", "user_id", "client_id", "flow_id", "policy_digest", "facts_hash", "facts_json",
        "outcome", "required_text", "reasons", "heads", "prev_hash", "hash", "at"}) {
    TearDown();
    SetUp();
    tamper(std::string("UPDATE audit SET ") + column + " = 7 WHERE seq = 3");
    const auto found = fault();
    ASSERT_TRUE(found.has_value()) << column;
    EXPECT_EQ(found->seq, 3) << column;
  }
}

TEST_F(AuditTest, F5_ARemovedRowBreaksTheChain) {
  tamper("DELETE FROM audit WHERE seq = 2");
  ASSERT_TRUE(fault().has_value());
  EXPECT_EQ(fault()->seq, 2);
}

TEST_F(AuditTest, F5_TheStoreAloneCannotForgeAChain) {
  // An attacker with the store knows every column, but not the key: the same rows with MACs under
  // another key do not verify.
  EXPECT_TRUE(fault(AuditLog("one", Secret(Bytes(32, 8)))).has_value());
}

TEST_F(AuditTest, F5_ARowWithoutANodeNeedsNoKeyAndIsRefusedBehindRowsThatDo) {
  // What an older store holds; AuditLog of no node makes the plain hash that they had.
  append(AuditLog("", Secret(Bytes(32, 1))), "bank", 5);
  const auto found = fault();
  ASSERT_TRUE(found.has_value()) << "forged without the key";
  EXPECT_EQ(found->seq, 1);
  EXPECT_EQ(found->chain.node, "");
}

TEST_F(AuditTest, F5_EachNodeAndTenantHasAChainOfItsOwn) {
  const AuditLog other("two", Secret(Bytes(32, 9)));
  append(other, "bank", 5);
  append(log_, "shop", 6);
  const auto check = log_.verify(*store_);
  EXPECT_FALSE(check->fault.has_value());
  ASSERT_EQ(check->heads.size(), 3U);
  EXPECT_EQ(check->heads[0].seq, 5);
  EXPECT_EQ(check->heads[1].seq, 1);
  EXPECT_EQ(check->heads[2].seq, 1);
}

TEST_F(AuditTest, F5_ACutTailShowsInTheChainsThatRecordedIt) {
  ASSERT_TRUE(log_.record_heads(*store_, 200));
  EXPECT_FALSE(fault().has_value());
  tamper("DELETE FROM audit WHERE tenant_id = 'bank' AND seq >= 4");
  const auto found = fault();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->chain.tenant_id, "bank");
  EXPECT_EQ(found->seq, 5);
}

TEST_F(AuditTest, F5_TheFirstRowOfAChainRecordsTheHeadsOfOthers) {
  append(log_, "shop", 6);
  tamper("DELETE FROM audit WHERE tenant_id = 'bank' AND seq = 5");
  ASSERT_TRUE(fault().has_value());
  EXPECT_EQ(fault()->seq, 5);
}

TEST_F(AuditTest, F5_HeadsAreRecordedOnlyWhereAnyMoved) {
  ASSERT_TRUE(log_.record_heads(*store_, 200));
  ASSERT_TRUE(log_.record_heads(*store_, 300));
  EXPECT_EQ(log_.verify(*store_)->rows, 6);
  append(log_, "bank", 7);
  ASSERT_TRUE(log_.record_heads(*store_, 400));
  EXPECT_EQ(log_.verify(*store_)->rows, 8);
}

TEST_F(AuditTest, F5_FieldsCannotTradeTheirEnds) {
  const auto hash_of = [this](const std::string& user, const std::string& client) {
    AuditRecord record;
    record.node = "one";
    record.user_id = user;
    record.client_id = client;
    return log_.hash_of(record);
  };
  EXPECT_NE(hash_of("ab", "c"), hash_of("a", "bc"));
}

}  // namespace
}  // namespace gate::server
