// Reads the plan of each statement that the store can run, on a store with many rows and, as in
// production, without statistics (S23). It measures nothing.

#include "server/store/sqlite/test_file.h"

namespace gate::server {
namespace {

/// A store with 100,000 users of two channels each, and many rows of all other kinds.
constexpr const char* kFill = R"sql(
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS
  (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, printf('%08x', i) AS id FROM n;
INSERT INTO tenant (tenant_id, name, domain) VALUES ('tenant', 'Bank', 'bank.example');
INSERT INTO user (tenant_id, user_id, username, display_name, groups_json, roles_json, kind,
  sign_in_risk, user_risk, signals_json, epoch, enabled)
  SELECT 'tenant', id, id || '@bank.example', '', '[]', '[]', 'member', '', '', '[]', 0, 1 FROM n;
INSERT INTO identifier SELECT 'tenant', id || '@bank.example', id FROM n;
INSERT INTO password SELECT 'tenant', id, 'encoded', 0 FROM n;
INSERT INTO channel SELECT 'tenant', n.id, k.value || n.id, 0, x'00', 1, 0, 0, 0, 0
  FROM n, json_each('["a","b"]') k;
INSERT INTO known_device (tenant_id, user_id, key_hash, device_id, user_epoch, first_seen, last_seen)
  SELECT 'tenant', id, CAST(id AS BLOB), id, 0, i, i FROM n;
INSERT INTO flow SELECT 'tenant', id, 0, 'app', id, 0, id, 0, 'done', 0, i, i, 'password', 0, 0, '',
  '', 0, x'00', '[]', '', '', 0, 0, '' FROM n;
INSERT INTO challenge SELECT 'tenant', id, 'c' || id, '', x'00', 0, 5, 'dead', i, i FROM n;
INSERT INTO flow_answer SELECT 'tenant', id, 0, x'00', i, '', x'00' FROM n;
INSERT INTO outbox (tenant_id, flow_id, challenge_id, kind, payload_sealed, state, tries, next_at)
  SELECT 'tenant', id, 'c' || id, 0, x'00', CASE WHEN i % 2 THEN 'queued' ELSE 'sent' END, 0, i
  FROM n;
INSERT INTO session (tenant_id, sid, user_id, client_id, user_epoch, auth_time, ends_at, completed,
  scope) SELECT 'tenant', id, id, 'app', 0, i, i, '[]', '' FROM n;
INSERT INTO rt_family SELECT 'tenant', id, id, i, 0 FROM n;
INSERT INTO refresh SELECT 'tenant', CAST(k.value || n.id AS BLOB), n.id, NULL, x''
  FROM n, json_each('["a","b"]') k;
INSERT INTO throttle SELECT 'tenant', 'code:' || n.id || ':c', k.value, i, 1, i % 2, 0
  FROM n, json_each('[0,1]') k;
INSERT INTO sign_in SELECT 'tenant', n.id, n.i + k.value, 'AT', NULL, NULL, 0
  FROM n, json_each('[0,1]') k;
INSERT INTO audit SELECT i, 'node' || (i % 3), 'tenant' || (i % 50), i, i, '', '', '', '', '', '',
  '', '', '', '', '', '', '' FROM n;
COMMIT;
)sql";

/// Plan steps that scan, the statements in which they are allowed, and why.
struct Exception {
  const char* step;
  const char* statement;
  const char* why;
};
constexpr Exception kExceptions[] = {
    {"SCAN CONSTANT ROW", "INSERT", "the one row of values that a condition guards"},
    {"SCAN live", "WITH live AS (SELECT COALESCE(MIN", "the one row of an aggregate"},
    {"SCAN due", "LIMIT ?2) AS due", "as many rows as the subquery's LIMIT"},
    {"SCAN ended", "LIMIT ?2) AS ended", "as many rows as the subquery's LIMIT"},
    {"SCAN flow", "FROM flow LIMIT 1", "its first row"},
    {"SCAN channel", "FROM channel LIMIT 1", "its first row"},
    {"SCAN password", "FROM password LIMIT 1", "its first row"},
    {"SCAN tenant", "FROM tenant ORDER BY",
     "read at start, and when the files of tenants are looked at"},
    {"SCAN signing_key", "FROM signing_key", "a few keys for the whole server"},
    {"SEARCH tenant USING PRIMARY KEY (tenant_id=?)", "FROM tenant", "its whole key"},
    {"SEARCH client USING PRIMARY KEY (tenant_id=?)", "SELECT origins", "a tenant has few clients"},
};

std::string fault_of(const std::string& step, const std::string& statement) {
  for (const Exception& exception : kExceptions) {
    if (step == exception.step && statement.find(exception.statement) != std::string::npos) {
      return "";
    }
  }
  if (step.starts_with("SCAN ")) {
    return "goes through all rows";
  }
  if (step.find("AUTOMATIC") != std::string::npos) {
    return "builds an index for itself";
  }
  if (step.ends_with("(tenant_id=?)")) {
    return "goes through all rows of the tenant";
  }
  return "";
}

class PlansTest : public SqliteFileTest {
 protected:
  void SetUp() override {
    SqliteFileTest::SetUp();
    ASSERT_TRUE(open());
    ASSERT_EQ(execute(kFill), "off;");
    ASSERT_EQ(execute("SELECT COUNT(*) FROM channel"), "200000;");
    ASSERT_EQ(sqlite3_open(path_.c_str(), &raw_), SQLITE_OK);
  }
  void TearDown() override {
    sqlite3_close(raw_);
    SqliteFileTest::TearDown();
  }
  /// The forbidden steps of the statement's plan, each with its fault.
  std::string faults(const std::string& statement) {
    std::string all;
    sqlite3_stmt* plan = nullptr;
    EXPECT_EQ(
        sqlite3_prepare_v2(raw_, ("EXPLAIN QUERY PLAN " + statement).c_str(), -1, &plan, nullptr),
        SQLITE_OK)
        << sqlite3_errmsg(raw_) << " in " << statement;
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
      if (const std::string fault = fault_of(step, statement); !fault.empty()) {
        all.append(step).append(" ").append(fault).append("; ");
      }
    }
    sqlite3_finalize(plan);
    return all;
  }

  sqlite3* raw_ = nullptr;
};

TEST_F(PlansTest, S23_NoStatementGoesThroughATable) {
  std::size_t statements = 0;
  for (const Sql* sql = Sql::newest(); sql != nullptr; sql = sql->next()) {
    EXPECT_EQ(faults(sql->text()), "") << sql->text();
    ++statements;
  }
  EXPECT_EQ(statements, Sql::count());
  EXPECT_GT(statements, 50U) << "the statements of the store are linked into this test";

  // A statement with a scan is found. This is the scan that made sign-ins slow: without a key that
  // begins with the searched columns, the whole tenant is read.
  EXPECT_NE(faults("SELECT kind FROM channel WHERE tenant_id = ? AND channel_id = ?"), "");
  EXPECT_NE(faults("UPDATE challenge SET state = 'dead' WHERE tenant_id = ? AND challenge_id = ?"),
            "");
  EXPECT_NE(faults("UPDATE outbox SET state = 'dropped' WHERE state = 'queued' AND challenge_id "
                   "IN (SELECT challenge_id FROM challenge WHERE tenant_id = ? AND flow_id = ?)"),
            "");
  EXPECT_NE(faults("DELETE FROM throttle WHERE tenant_id = ? AND substr(key, 1, 4) = 'code'"), "");
}

}  // namespace
}  // namespace gate::server
