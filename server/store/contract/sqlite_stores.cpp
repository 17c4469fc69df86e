#include <unistd.h>

#include <filesystem>

#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/contract/store_contract.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server::store_contract {
namespace {

/// A store in a fresh folder of its own.
struct OpenSqlite final : OpenStore {
  std::filesystem::path folder;
  OpensslRandom random;
  ~OpenSqlite() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }
};

template <std::size_t kShards>
std::unique_ptr<OpenStore> open_sqlite() {
  auto open = std::make_unique<OpenSqlite>();
  // A memory file system if there is one: this suite does not test what is on disk after a crash,
  // and threads overlap more often when they do not wait for a disk.
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path base =
      ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (base / "gate-store-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  open->folder = pattern;
  SqliteOptions options;
  options.counter_shards = kShards;
  auto store = SqliteStore::open((open->folder / "gate.db").string(),
                                 Secret(Bytes(kAeadKeyBytes, 1)), open->random, options);
  EXPECT_TRUE(store) << store.error().message;
  open->store = std::move(store).value();
  return open;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(StoreKind{"sqlite", open_sqlite<1>},
                                         StoreKind{"sqlite_16_shards", open_sqlite<16>}),
                         kind_name);

}  // namespace
}  // namespace gate::server::store_contract
