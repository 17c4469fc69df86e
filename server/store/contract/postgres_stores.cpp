#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/contract/store_contract.h"
#include "server/store/postgres/postgres_store.h"
#include "server/store/postgres/test_server.h"

namespace gate::server::store_contract {
namespace {

/// A store in a schema of its own.
struct OpenPostgres final : OpenStore {
  const PostgresTestServer& server;
  std::string url;
  OpensslRandom random;
  explicit OpenPostgres(const PostgresTestServer& at) : server(at), url(at.new_schema()) {}
  ~OpenPostgres() override {
    store.reset();
    server.drop_schema(url);
  }
};

template <std::size_t kShards>
std::unique_ptr<OpenStore> open_postgres() {
  std::string why_not;
  const PostgresTestServer* server = PostgresTestServer::shared(why_not);
  if (server == nullptr) {
    // There is no store to go on with. CTest knows these words.
    std::printf("%s\n", why_not.c_str());
    std::fflush(stdout);
    std::_Exit(why_not.find("skipped") == 0 ? 0 : 1);
  }
  auto open = std::make_unique<OpenPostgres>(*server);
  PostgresOptions options;
  options.counter_shards = kShards;
  auto store =
      PostgresStore::open(open->url, Secret(Bytes(kAeadKeyBytes, 1)), open->random, options);
  EXPECT_TRUE(store) << store.error().message;
  open->store = std::move(store).value();
  return open;
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         testing::Values(StoreKind{"postgres", open_postgres<16>},
                                         StoreKind{"postgres_one_shard", open_postgres<1>}),
                         kind_name);

}  // namespace
}  // namespace gate::server::store_contract
