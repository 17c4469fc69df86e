// How many units of work a second each store commits durably. Not a test: it runs on request,
//   build/release/bin/server_store_contract_test --gtest_also_run_disabled_tests
//   --gtest_filter=StoreRate.*
// and prints a table; docs/postgresql.md has it.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/contract/store_contract.h"
#include "server/store/postgres/postgres_store.h"
#include "server/store/postgres/test_server.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server::store_contract {
namespace {

constexpr auto kDuration = std::chrono::seconds(3);

/// What a step of a flow writes: a counter, a flow, and a row of the audit log.
Result<void> step(UnitOfWork& unit, const std::string& name) {
  const ThrottleClaim claims[] = {{"code:" + name, ThrottleRule{kMicrosPerHour, 1'000'000}}};
  GATE_TRY([[maybe_unused]] const auto taken, unit.take(kTenant, claims, kNow));
  GATE_TRY_VOID(unit.create_flow(sample_flow(name)));
  const AuditChain chain{"n#" + std::to_string(unit.audit_lane()), kTenant};
  GATE_TRY(const std::optional<AuditHead> head, unit.audit_head(chain));
  return unit.append_audit(sample_audit(chain, head ? head->seq + 1 : 1));
}

Result<void> one_counter(UnitOfWork& unit, const std::string& name) {
  const ThrottleClaim claims[] = {{"code:" + name, ThrottleRule{kMicrosPerHour, 1'000'000}}};
  GATE_TRY([[maybe_unused]] const auto taken, unit.take(kTenant, claims, kNow));
  return {};
}

double rate(Store& store, int threads, Result<void> (*work)(UnitOfWork&, const std::string&)) {
  static std::atomic<int> runs{0};
  const std::string run = std::to_string(++runs);
  std::atomic<int> done{0};
  const auto begin = std::chrono::steady_clock::now();
  in_threads(threads, [&](int thread) {
    const std::string prefix = run + "." + std::to_string(thread) + ".";
    for (int i = 0; std::chrono::steady_clock::now() - begin < kDuration; ++i) {
      const std::string name = prefix + std::to_string(i);
      EXPECT_TRUE(store.write([&](UnitOfWork& unit) { return work(unit, name); }));
      ++done;
    }
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return done / took.count();
}

TEST(StoreRate, DISABLED_OfDurableCommits) {
  std::string why_not;
  const auto server = PostgresTestServer::start(true, why_not);
  ASSERT_NE(server, nullptr) << why_not;
  const std::string url = server->new_schema();
  std::string pattern = "/tmp/gate-rate-XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  OpensslRandom random;
  const Secret key(Bytes(kAeadKeyBytes, 1));
  auto sqlite = SqliteStore::open(pattern + "/gate.db", key.clone(), random);
  PostgresOptions options;
  options.connections = 64;
  auto postgres = PostgresStore::open(url, key.clone(), random, options);
  ASSERT_TRUE(sqlite && postgres);
  fill(**sqlite);
  fill(**postgres);
  const auto syncs = [&] {
    return std::stod(server->execute(url, "SELECT wal_sync FROM pg_stat_wal"));
  };
  std::printf("%-26s%8s%10s%10s%18s\n", "unit of work", "threads", "sqlite/s", "postgres/s",
              "commits per sync");
  for (const bool is_step : {false, true}) {
    for (const int threads : {1, 4, 16, 64}) {
      const auto work = is_step ? step : one_counter;
      const double of_sqlite = rate(**sqlite, threads, work);
      const double before = syncs();
      const double of_postgres = rate(**postgres, threads, work);
      std::printf("%-26s%8d%10.0f%10.0f%18.1f\n",
                  is_step ? "counter, flow, audit row" : "one counter", threads, of_sqlite,
                  of_postgres,
                  of_postgres * static_cast<double>(kDuration.count()) / (syncs() - before));
    }
  }
  std::filesystem::remove_all(pattern);
}

}  // namespace
}  // namespace gate::server::store_contract
