// Files of every earlier version are migrated and keep their content.

#include <sys/wait.h>
#include <unistd.h>

#include "server/store/codec/sealed.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/test_file.h"

namespace gate::server {
namespace {

/// Rows as the server of version 1 wrote them. `$...` marks a sealed value.
constexpr const char* kRowsOfOne = R"sql(
INSERT INTO tenant VALUES ('tenant', 'Bank', 'bank.example');
INSERT INTO client VALUES ('tenant', 'app', 'Portal', '["https://a.example"]', 'api', 1);
INSERT INTO user VALUES ('tenant', 'amy', 'amy@bank.example', 'Amy', '["Pilot"]', '[]', 'member',
  'none', 'none', '[]', 3, 1);
INSERT INTO identifier VALUES ('tenant', 'amy@bank.example', 'amy');
INSERT INTO password VALUES ('tenant', 'amy', 'encoded', 5);
INSERT INTO channel VALUES ('tenant', 'c1', 'amy', 0, $channel, 1, 1, 0, 7);
INSERT INTO flow VALUES ('tenant', 'f1', 'app', 'amy', 'amy', 3, 2, 'first_factor_challenged', 1,
  1800003600000000, 1800000600000000, 'email_otp', 0, 1, 'h1', 'c1', 0, $flow1, '[]', 'acr', 'digest',
  4);
INSERT INTO flow VALUES ('tenant', 'f2', 'app', '', 'h:x', 0, 0, 'awaiting_first_factor', 1,
  1800003600000000, 1800000600000000, 'password', 0, 1, '', '', 0, $flow2, '[]', '', '', 0);
INSERT INTO challenge VALUES ('tenant', 'h1', 'f1', 'c1', x'0505', 1, 5, 'live', 1800000600000000);
INSERT INTO throttle VALUES ('tenant', 'code:amy:c1', 1800000000000000, 3, 50, 0);
INSERT INTO outbox VALUES (9, 'tenant', 'h1', 0, $outbox, 'queued', 0, 1800000000000000);
INSERT INTO outbox VALUES (8, 'tenant', 'gone', 0, x'', 'sent', 1, 1700000000000000);
INSERT INTO session VALUES ('tenant', 's1', 'amy', 'app', 3, 1800000000000000, 1800086400000000,
  '[]', 'openid');
INSERT INTO rt_family VALUES ('tenant', 'fam', 's1', 1800086400000000, 0);
INSERT INTO refresh VALUES ('tenant', x'0101', 'fam', NULL, x'');
INSERT INTO signing_key VALUES ('k1', 1, 1, 2, x'03');
INSERT INTO audit VALUES (1, 10, 'sign_in', 'tenant', 'amy', 'app', 'f0', 'd', 'fh', '{}', 'allow',
  '', '', '', 'hash 1');
INSERT INTO audit VALUES (2, 11, 'sign_in', 'other', 'bob', 'app', 'f0', 'd', 'fh', '{}', 'block',
  '', 'r', 'hash 1', 'hash 2');
PRAGMA user_version = 1;
)sql";
constexpr const char* kRowsOfTwo = R"sql(
INSERT INTO known_device VALUES ('tenant', 'amy', x'0d', 'd1', 3, 1, 2);
PRAGMA user_version = 2;
)sql";

class MigrationsTest : public SqliteFileTest {
 protected:
  /// A text, sealed as a literal of SQL.
  std::string sealed(const std::string& context, const std::string& plain) {
    const auto value = seal(random_, Bytes(kAeadKeyBytes, 1), context, as_bytes(plain));
    EXPECT_TRUE(value);
    std::string literal = "x'";
    for (const std::uint8_t byte : *value) {
      constexpr const char* kDigits = "0123456789abcdef";
      literal += {kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
    return literal + "'";
  }
  void write_old_file(int version) {
    std::string rows = kRowsOfOne;
    const auto fill = [&rows](const std::string& mark, const std::string& literal) {
      rows.replace(rows.find(mark), mark.size(), literal);
    };
    fill("$channel", sealed(channel_context(kTenant, "c1"), "amy@bank.example"));
    fill("$flow1", sealed(flow_context(kTenant, "f1"), R"(["new@bank.example","amy"])"));
    fill("$flow2", sealed(flow_context(kTenant, "f2"), R"(["","stranger"])"));
    fill("$outbox", sealed(outbox_context(kTenant, "h1"), R"(["to","11111111","body","id"])"));
    execute(kSchemaOne);
    execute(rows);
    if (version == 2) {
      execute(kSchemaTwo);
      execute(kRowsOfTwo);
    }
  }
  void write_file_of_three() {
    // The check of the key is taken from a new file under the same key.
    EXPECT_TRUE(open());
    const std::string check = execute("SELECT quote(value) FROM meta WHERE name = 'key_check'");
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    write_old_file(2);
    execute(kSchemaThree);
    execute("INSERT INTO meta VALUES ('key_check', " + check.substr(0, check.size() - 1) +
            "); PRAGMA user_version = 3");
  }
  Result<void> look_at_users(StoreReads& reads) {
    GATE_TRY(const auto client, reads.find_client(kTenant, "app"));
    EXPECT_TRUE(client && client->trusted_signals && client->scopes.empty());
    GATE_TRY(const auto resource, reads.find_resource(kTenant, "api"));
    EXPECT_FALSE(resource) << "a client without scopes had no API";
    GATE_TRY(const auto user, reads.find_user_by_name(kTenant, "amy@bank.example"));
    EXPECT_TRUE(user && user->user_id == "amy" && user->epoch == 3 && user->methods_gen == 0);
    EXPECT_TRUE(user->attributes.empty() && user->raised_risk.empty() && !user->password_leaked);
    GATE_TRY(const auto tenant, reads.find_tenant(kTenant));
    EXPECT_TRUE(tenant && tenant->attributes.empty());
    GATE_TRY(const auto channels, reads.channels_of(kTenant, "amy"));
    EXPECT_EQ(channels.size(), 1U);
    EXPECT_EQ(channels.at(0),
              (Channel{"c1", ChannelKind::kEmail, "amy@bank.example", true, true, false}));
    GATE_TRY(const auto password, reads.find_password(kTenant, "amy"));
    EXPECT_EQ(password, "encoded");
    GATE_TRY(const auto keys, reads.signing_keys());
    EXPECT_EQ(keys.size(), 1U);
    return {};
  }
  Result<void> look_at_flows(StoreReads& reads) {
    GATE_TRY(const auto flow, reads.find_flow(kTenant, "f1"));
    EXPECT_EQ(flow->subject, (FlowSubject{"amy", 3}));
    EXPECT_EQ(flow->kind, FlowKind::kSignIn);
    EXPECT_EQ(flow->pending_address, "new@bank.example");
    EXPECT_EQ(flow->state.phase, FlowPhase::kFirstFactorChallenged);
    EXPECT_EQ(flow->gen, 2);
    EXPECT_EQ(flow->wrong_total, 4);
    EXPECT_EQ(flow->auth_context, "acr");
    EXPECT_EQ(flow->failures_before, 0);
    EXPECT_FALSE(flow->origin);
    GATE_TRY(const auto stranger, reads.find_flow(kTenant, "f2"));
    EXPECT_EQ(stranger->subject, std::nullopt);
    EXPECT_EQ(stranger->label_address, "stranger");
    EXPECT_EQ(stranger->account_key, "h:x");
    GATE_TRY(const auto refresh, reads.find_refresh(kTenant, Bytes{1, 1}));
    EXPECT_TRUE(refresh && refresh->session.user_epoch == 3 && refresh->session.device_id.empty());
    return {};
  }
  Result<void> look_at_audit(StoreReads& reads) {
    GATE_TRY(const auto rows, reads.read_audit(0, 10));
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(1).node, "");
    EXPECT_EQ(rows.at(1).tenant_id, "other");
    EXPECT_EQ(rows.at(1).seq, 2);
    EXPECT_EQ(rows.at(1).prev_hash, "hash 1");
    EXPECT_EQ(rows.at(1).hash, "hash 2");
    EXPECT_EQ(rows.at(1).reasons, "r");
    GATE_TRY(const auto heads, reads.audit_heads({}, 10));
    EXPECT_EQ(heads.size(), 2U);
    EXPECT_EQ(heads.at(0).chain, (AuditChain{"", "other"}));
    EXPECT_EQ(heads.at(0).seq, 2);
    return {};
  }
  void expect_all_kept(SqliteStore& store) {
    const auto looked = store.read([this](StoreReads& reads) -> Result<void> {
      GATE_TRY_VOID(look_at_users(reads));
      GATE_TRY_VOID(look_at_flows(reads));
      return look_at_audit(reads);
    });
    EXPECT_TRUE(looked) << looked.error().message;
  }
  /// Flows, sessions and messages in the file continue.
  void expect_all_goes_on(SqliteStore& store) {
    const auto claimed = store.claim_outbox(kNow, 10);
    ASSERT_TRUE(claimed);
    ASSERT_EQ(claimed->size(), 1U);
    EXPECT_EQ(claimed->at(0).seq, 9);
    EXPECT_EQ(claimed->at(0).code, "11111111");
    EXPECT_TRUE(store.write([](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(const CodeTrial trial, unit.try_code(kTenant, "h1", "f1", Bytes{5, 5}, kNow));
      EXPECT_EQ(trial.verdict, CodeVerdict::kAccepted);
      EXPECT_EQ(trial.attempts, 2);
      ThrottleRule rule;
      rule.stop_at = 50;
      const ThrottleClaim claims[] = {{"code:amy:c1", rule}};
      GATE_TRY(const ThrottleSetVerdict verdict, unit.take(kTenant, claims, kNow));
      EXPECT_FALSE(verdict.admitted);
      AuditRecord record;
      record.node = "n";
      record.tenant_id = kTenant;
      record.seq = 1;
      GATE_TRY_VOID(unit.append_audit(record));
      return unit.rotate_refresh(kTenant, {Bytes{1, 1}, Bytes{2, 2}, Bytes{3}}, 0, kNow);
    }));
  }
};

TEST_F(MigrationsTest, AFileOfVersionOneKeepsWhatItHolds) {
  write_old_file(1);
  for (int times = 0; times < 2; ++times) {
    const auto store = open();
    ASSERT_TRUE(store);
    expect_all_kept(*store);
  }
  expect_all_goes_on(*open());
  EXPECT_EQ(execute("PRAGMA user_version; PRAGMA integrity_check; PRAGMA foreign_key_check"),
            std::to_string(kSchemaVersion) + ";ok;");
}

TEST_F(MigrationsTest, AFileOfVersionTwoKeepsWhatItHolds) {
  write_old_file(2);
  const auto store = open();
  ASSERT_TRUE(store);
  expect_all_kept(*store);
  EXPECT_TRUE(store->read([](StoreReads& reads) -> Result<void> {
    GATE_TRY(const auto device, reads.find_device(kTenant, "amy", Bytes{0x0d}, 3, 0));
    EXPECT_TRUE(device && device->device_id == "d1" && device->epoch == 0 && device->seen_at == 2);
    return {};
  }));
  expect_all_goes_on(*store);
}

TEST_F(MigrationsTest, S5_WhatClientsOfVersionThreeCouldAskForBecomesResources) {
  write_file_of_three();
  execute(R"sql(
INSERT INTO client VALUES ('tenant', 'web', 'b-web', '[]', 'api://shared', 0, '["read"]');
INSERT INTO client VALUES ('tenant', 'phone', 'a-app', '[]', 'api://shared', 0, '["read","pay"]');
INSERT INTO tenant VALUES ('other', 'Other', 'other.example');
INSERT INTO client VALUES ('other', 'app', 'shop', '["https://shop.example"]', 'api://shared', 1,
  '["sell"]');
)sql");
  const auto store = open();
  ASSERT_TRUE(store);
  expect_all_kept(*store);
  EXPECT_TRUE(store->read([](StoreReads& reads) -> Result<void> {
    using Words = std::vector<std::string>;
    GATE_TRY(const auto resource, reads.find_resource(kTenant, "api://shared"));
    EXPECT_EQ(resource, (Resource{kTenant, "api://shared", "a-app", {"pay", "read"}, {}}));
    GATE_TRY(const auto foreign, reads.find_resource("other", "api://shared"));
    EXPECT_EQ(foreign, (Resource{"other", "api://shared", "shop", {"sell"}, {}}));
    GATE_TRY(const auto web, reads.find_client(kTenant, "web"));
    EXPECT_EQ(web->scopes, Words{"api://shared/read"});
    GATE_TRY(const auto phone, reads.find_client(kTenant, "phone"));
    EXPECT_EQ(phone->scopes, (Words{"api://shared/read", "api://shared/pay"}));
    GATE_TRY(const auto shop, reads.find_client("other", "app"));
    EXPECT_TRUE(shop->trusted_signals && shop->origins == Words{"https://shop.example"});
    return {};
  }));
}

TEST_F(MigrationsTest, F5_OldAuditRowsStayAppendOnly) {
  write_old_file(2);
  ASSERT_TRUE(open());
  EXPECT_FALSE(can_execute("UPDATE audit SET outcome = 'block'"));
  EXPECT_FALSE(can_execute("DELETE FROM audit WHERE seq = 2"));
}

TEST_F(MigrationsTest, AFileOfALaterVersionIsRefusedByItsNumber) {
  ASSERT_TRUE(open());
  execute("PRAGMA user_version = 99");
  const auto store = SqliteStore::open(path_, key(1), random_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kConflict);
  EXPECT_NE(store.error().message.find("version 99"), std::string::npos) << store.error().message;
}

TEST_F(MigrationsTest, AMigrationThatFailsLeavesTheFileAsItWas) {
  write_old_file(2);
  execute("CREATE TABLE new_audit (in_the_way)");  // makes the last steps fail
  const std::string before = execute("SELECT sql FROM sqlite_master; PRAGMA user_version");
  EXPECT_FALSE(SqliteStore::open(path_, key(1), random_));
  EXPECT_EQ(execute("SELECT sql FROM sqlite_master; PRAGMA user_version"), before);
  execute("DROP TABLE new_audit");
  const auto store = open();
  ASSERT_TRUE(store);
  expect_all_kept(*store);
}

TEST_F(MigrationsTest, OfTwoProcessesThatStartAtOnceBothFindTheNewestVersion) {
  for (const int version : {0, 1, 2}) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    if (version > 0) {
      write_old_file(version);
    }
    pid_t children[4] = {};
    for (pid_t& child : children) {
      child = ::fork();
      if (child == 0) {
        ::_exit(SqliteStore::open(path_, key(1), random_) ? 0 : 1);
      }
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "from version " << version;
    }
    EXPECT_EQ(execute("PRAGMA user_version; PRAGMA integrity_check"),
              std::to_string(kSchemaVersion) + ";ok;");
  }
}

TEST_F(MigrationsTest, S24_AnOldFileIsHeldAgainstWhatIsSealedInIt) {
  write_old_file(2);
  execute("DELETE FROM signing_key");
  EXPECT_EQ(refusal(2), ErrorCode::kDenied);
  EXPECT_EQ(execute("PRAGMA user_version"), "2;");
  EXPECT_TRUE(open());
  EXPECT_EQ(refusal(2), ErrorCode::kDenied);
}

TEST_F(MigrationsTest, S24_AnOldFileWithNothingButPasswordsIsTakenButTheOperatorIsTold) {
  int told = 0;
  SqliteOptions options;
  options.on_unchecked_key = [&told]() -> Result<void> {
    ++told;
    return {};
  };
  write_old_file(2);
  EXPECT_TRUE(open(options));
  EXPECT_EQ(told, 0) << "a channel showed that the key is right";
  for (const bool passwords : {true, false}) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    write_old_file(2);
    execute("DELETE FROM signing_key; DELETE FROM channel; DELETE FROM flow");
    execute(passwords ? "SELECT 1" : "DELETE FROM password");
    told = 0;
    EXPECT_TRUE(open(options));
    EXPECT_EQ(told, passwords ? 1 : 0);
    EXPECT_TRUE(open(options));
    EXPECT_EQ(told, passwords ? 1 : 0) << "the file has a key check now";
    EXPECT_EQ(refusal(2, options), ErrorCode::kDenied);
  }
}

TEST_F(MigrationsTest, S24_AnUncheckedKeyThatIsRefusedLeavesTheFileAsItWas) {
  write_old_file(2);
  execute("DELETE FROM signing_key; DELETE FROM channel; DELETE FROM flow");
  const std::string before = execute("SELECT sql FROM sqlite_master; PRAGMA user_version");
  SqliteOptions options;
  options.on_unchecked_key = [] { return Result<void>(Error{ErrorCode::kExpired, "not now"}); };
  EXPECT_EQ(refusal(2, options), ErrorCode::kExpired);
  EXPECT_EQ(execute("SELECT sql FROM sqlite_master; PRAGMA user_version"), before);
  EXPECT_TRUE(open()) << "the right key is taken afterwards";
}

TEST_F(MigrationsTest, S24_TheSigningKeysOfAnOldFileDecide) {
  write_old_file(2);
  execute("INSERT INTO signing_key VALUES ('removed', 3, 9, 0, x'')");
  const auto opens = [](bool answer) {
    SqliteOptions options;
    options.opens = [answer](const SigningKeyRecord& record) {
      EXPECT_EQ(record.kid, "k1");
      return answer;
    };
    return options;
  };
  EXPECT_EQ(refusal(1, opens(false)), ErrorCode::kDenied);
  EXPECT_TRUE(open(opens(true)));
}

}  // namespace
}  // namespace gate::server
