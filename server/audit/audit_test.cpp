#include <gtest/gtest.h>

#include <filesystem>

#include "server/audit/audit_log.h"
#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/connection.h"
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
      AuditRecord record;
      record.at = 100 + i;
      record.type = "decision";
      record.user_id = "amy-id";
      record.facts_json = R"({"user":"amy"})";
      record.outcome = i == 3 ? "block" : "allow";
      ASSERT_TRUE(store_->transact(
          [&](Transaction& transaction) { return append_audit(transaction, record); }));
    }
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path path() const { return folder_ / "gate.db"; }
  /// What somebody with the file in hand could do.
  void tamper(const std::string& sql) {
    const auto raw = Connection::open(path().string(), Connection::Mode::kReadWrite);
    ASSERT_TRUE(raw);
    const std::string all =
        "DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted;" + sql;
    ASSERT_TRUE((*raw)->run(all.c_str()));
  }

  std::filesystem::path folder_;
  OpensslRandom random_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(AuditTest, F5_AnUntouchedChainIsWhole) {
  const auto check = verify_audit(*store_);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->rows, 5);
  EXPECT_FALSE(check->broken_at_seq.has_value());
  EXPECT_EQ(check->head, (*store_->audit_head())->hash);
}

TEST_F(AuditTest, F5_AnyChangedColumnBreaksTheChainAtItsRow) {
  for (const char* column :
       {"type", "tenant_id", "user_id", "client_id", "flow_id", "policy_digest", "facts_hash",
        "facts_json", "outcome", "required_text", "reasons", "prev_hash", "hash", "at"}) {
    TearDown();
    SetUp();
    tamper(std::string("UPDATE audit SET ") + column + " = 7 WHERE seq = 3");
    const auto check = verify_audit(*store_);
    ASSERT_TRUE(check);
    EXPECT_EQ(check->broken_at_seq, 3) << column;
  }
}

TEST_F(AuditTest, F5_ARemovedRowBreaksTheChain) {
  tamper("DELETE FROM audit WHERE seq = 2");
  EXPECT_EQ(verify_audit(*store_)->broken_at_seq, 2);
}

TEST_F(AuditTest, F5_FieldsCannotTradeTheirEnds) {
  const auto hash_of = [](const std::string& user, const std::string& client) {
    AuditRecord record;
    record.user_id = user;
    record.client_id = client;
    return audit_hash(record);
  };
  EXPECT_NE(hash_of("ab", "c"), hash_of("a", "bc"));
}

}  // namespace
}  // namespace gate::server
