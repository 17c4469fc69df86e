#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "server/audit/audit_log.h"
#include "server/crypto/aead.h"
#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/schema.h"
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
  void execute(const std::string& sql) const {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw) << " in " << sql.substr(0, 200);
    sqlite3_close(raw);
  }
  /// Changes that an attacker with the database file can make.
  void tamper(const std::string& sql) const {
    execute(
        "DROP TRIGGER IF EXISTS audit_is_never_changed; "
        "DROP TRIGGER IF EXISTS audit_is_never_deleted;" +
        sql);
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

TEST_F(AuditTest, F5_ARowWithoutANodeInFrontOfAllOthersIsRefusedToo) {
  append(AuditLog("", Secret(Bytes(32, 1))), "bank", 5);
  tamper(
      "UPDATE audit SET row_number = row_number + 10 WHERE node <> '';"
      "UPDATE audit SET row_number = 1 WHERE node = ''");
  const auto found = fault();
  ASSERT_TRUE(found.has_value()) << "the number of a row is under no MAC";
  EXPECT_EQ(found->chain.node, "");
}

/// A file of version 2 with three audit rows, opened by this version, which adds two.
class MigratedAuditTest : public AuditTest {
 protected:
  void SetUp() override {
    AuditTest::SetUp();
    store_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    execute(kSchemaOne);
    execute(kSchemaTwo);
    write_chain("audit", "seq", "allow");
    execute("PRAGMA user_version = 2");
    auto store = SqliteStore::open(path().string(), Secret(Bytes(kAeadKeyBytes, 1)), random_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(store).value();
    append(log_, "bank", 7);
    append(log_, "bank", 8);
  }
  /// A chain of plain hashes, as version 2 wrote it; anybody can compute one.
  void write_chain(const std::string& table, const std::string& row_number,
                   const std::string& outcome) {
    const AuditLog plain("", Secret(Bytes(32, 1)));
    std::string prev;
    for (int seq = 1; seq <= 3; ++seq) {
      AuditRecord record;
      record.seq = seq;
      record.at = seq;
      record.tenant_id = seq == 2 ? "shop" : "bank";
      record.outcome = outcome;
      record.facts_json = "{}";
      record.facts_hash = hex(sha256(as_bytes(record.facts_json)));
      record.prev_hash = prev;
      record.hash = prev = plain.hash_of(record);
      const std::string node = row_number == "seq" ? "" : ", node, heads, seq";
      const std::string values = row_number == "seq" ? "" : ", '', '', " + std::to_string(seq);
      execute("INSERT INTO " + table + " (" + row_number +
              ", at, type, tenant_id, user_id, client_id, flow_id, policy_digest, facts_hash, "
              "facts_json, outcome, required_text, reasons, prev_hash, hash" +
              node + ") VALUES (" + std::to_string(seq) + ", " + std::to_string(seq) + ", '', '" +
              record.tenant_id + "', '', '', '', '', '" + record.facts_hash + "', '{}', '" +
              outcome + "', '', '', '" + record.prev_hash + "', '" + record.hash + "'" + values +
              ")");
    }
  }
};

TEST_F(MigratedAuditTest, F5_RowsOfAnOlderVersionAreAccepted) {
  const auto check = log_.verify(*store_);
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->fault.has_value()) << check->fault->what;
  EXPECT_EQ(check->rows, 5);
  EXPECT_EQ(check->heads.size(), 2U);
}

TEST_F(MigratedAuditTest, S32_AForgedChainInPlaceOfTheOlderOneIsFound) {
  tamper("DELETE FROM audit WHERE node = ''");
  write_chain("audit", "row_number", "block");
  const auto found = fault();
  ASSERT_TRUE(found.has_value()) << "every hash in it is right";
  EXPECT_EQ(found->chain.node, "");
}

TEST_F(MigratedAuditTest, S32_AnOlderChainThatWasCutIsFound) {
  tamper("DELETE FROM audit WHERE node = '' AND seq = 3");
  EXPECT_TRUE(fault().has_value());
  tamper("DELETE FROM audit WHERE node = ''");
  EXPECT_TRUE(fault().has_value());
}

TEST_F(MigratedAuditTest, S32_TheRecordOfTheOlderChainsEndCannotBeRemovedOrReplaced) {
  const std::string name = " WHERE name = 'older_audit_end'";
  tamper("CREATE TABLE kept AS SELECT * FROM meta" + name);
  for (const std::string change :
       {"UPDATE meta SET value = CAST(substr(value, 1, 32) || '[\"0\",\"\"]' AS BLOB)",
        "UPDATE meta SET value = x''", "UPDATE meta SET value = x'00'", "DELETE FROM meta"}) {
    tamper(change + name);
    const auto check = log_.verify(*store_);
    ASSERT_FALSE(check) << change;
    EXPECT_EQ(check.error().code, ErrorCode::kCorrupt) << change;
    tamper("INSERT OR REPLACE INTO meta SELECT * FROM kept");
    EXPECT_TRUE(log_.verify(*store_)) << change;
  }
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
