#include "server/app/storage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "server/app/key_files.h"
#include "server/config/store_url.h"
#include "server/log/log.h"
#include "server/store/postgres/postgres_store.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/token/signing_keys.h"

namespace gate::server {
namespace {

Result<Secret> master_key(const Config& config, Random& random, Logger& log) {
  auto master = read_master_key(config.keys_master_key_file);
  if (master || master.error().code != ErrorCode::kNotFound) {
    return master;
  }
  GATE_TRY_VOID(may_make_master_key(config));
  if (!config.development()) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("there is no master key at {}; `gated generate-key` makes one",
                             config.keys_master_key_file)};
  }
  GATE_TRY_VOID(create_master_key(config.keys_master_key_file, random));
  log.info("master_key_created", {{"file", config.keys_master_key_file}});
  return read_master_key(config.keys_master_key_file);
}

Error not_its_key(const Config& config) {
  return {ErrorCode::kDenied,
          fmt::format("{} is not the key of the store {}: put back the key file that the store was "
                      "written with, or name another store; nothing was changed",
                      config.keys_master_key_file, config.store_url)};
}

Result<bool> store_is_there(const Config& config) {
  const std::optional<std::string> file = sqlite_file(config);
  if (!file) {
    return PostgresStore::is_there(config.store_url);
  }
  std::error_code error;
  const auto size = std::filesystem::file_size(*file, error);
  return !error && size > 0;
}

/// With a wrong key, `provision` would replace every password that its file lists (S24).
Error unchecked_key(const Config& config) {
  return {ErrorCode::kConflict,
          fmt::format("the store {} of an older version holds passwords and nothing that shows "
                      "whether {} is their key; nothing was changed: start `gated run` and sign in "
                      "with a password first, or use `gated provision --unchecked-key` if you are "
                      "sure of the key",
                      config.store_url, config.keys_master_key_file)};
}

SqliteOptions sqlite_options(const Config& config, const ServiceSecrets& secrets, Logger& log,
                             UncheckedKey unchecked) {
  SqliteOptions options;
  options.opens = [&secrets](const SigningKeyRecord& record) {
    return SigningKeys::opens(secrets.key_encryption_key, record);
  };
  options.on_unchecked_key = [&log, &config, unchecked]() -> Result<void> {
    if (unchecked == UncheckedKey::kRefuse) {
      return unchecked_key(config);
    }
    log.warning("store_key_unchecked",
                {{"key_file", config.keys_master_key_file},
                 {"store", config.store_url},
                 {"message",
                  "the store of an older version holds passwords and nothing that shows which key "
                  "they were made with; it now belongs to this key: if no password is right, put "
                  "back the older store and start with its own key"}});
    return {};
  };
  return options;
}

/// Opens the store that `store.url` names.
Result<std::unique_ptr<Store>> open_store(const Config& config, const ServiceSecrets& secrets,
                                          Random& random, const SqliteOptions& of_sqlite) {
  Secret key = secrets.store_key.clone();
  std::unique_ptr<Store> store;
  if (const std::optional<std::string> file = sqlite_file(config)) {
    GATE_TRY(store, SqliteStore::open(*file, std::move(key), random, of_sqlite));
  } else {
    PostgresOptions options;
    options.connections = static_cast<std::size_t>(config.store_connections);
    options.keep_schema = of_sqlite.keep_schema;
    GATE_TRY(store, PostgresStore::open(config.store_url, std::move(key), random, options));
  }
  return store;
}

}  // namespace

Result<void> may_make_master_key(const Config& config) {
  GATE_TRY(const bool there, store_is_there(config));
  if (!there) {
    return {};
  }
  return Error{ErrorCode::kConflict,
               fmt::format("there is no master key at {}, and the store {} was written with one: "
                           "put that key back, or move the store away to begin anew",
                           config.keys_master_key_file, config.store_url)};
}

Result<std::optional<std::vector<Tenant>>> stored_tenants(const Config& config, Random& random) {
  std::optional<std::vector<Tenant>> tenants;
  GATE_TRY(const bool there, store_is_there(config));
  if (!there) {
    return tenants;
  }
  GATE_TRY(const Secret master, read_master_key(config.keys_master_key_file));
  GATE_TRY(ServiceSecrets secrets, ServiceSecrets::derive(master));
  SqliteOptions look;
  look.keep_schema = true;
  auto store = open_store(config, secrets, random, look);
  if (!store) {
    return store.error().code == ErrorCode::kConflict
               ? Result<std::optional<std::vector<Tenant>>>(tenants)
           : store.error().code == ErrorCode::kDenied ? not_its_key(config)
                                                      : std::move(store).error();
  }
  GATE_TRY_VOID((*store)->read([&tenants](StoreReads& reads) -> Result<void> {
    GATE_TRY(tenants, reads.tenants());
    return {};
  }));
  return tenants;
}

Result<Storage> open_storage(const Config& config, Random& random, Logger& log,
                             UncheckedKey unchecked) {
  std::error_code error;
  const std::filesystem::path folder = config.root_data_dir;
  if (!std::filesystem::exists(folder, error)) {
    std::filesystem::create_directories(folder.parent_path(), error);
    if (mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return Error{ErrorCode::kUnavailable, fmt::format("data_dir {}: {}", folder.string(),
                                                        std::generic_category().message(errno))};
    }
  }
  GATE_TRY(const Secret master, master_key(config, random, log));
  GATE_TRY(ServiceSecrets secrets, ServiceSecrets::derive(master));
  auto store = open_store(config, secrets, random, sqlite_options(config, secrets, log, unchecked));
  if (!store) {
    return store.error().code == ErrorCode::kDenied ? not_its_key(config)
                                                    : std::move(store).error();
  }
  auto audit = std::make_unique<AuditLog>(config.store_node, secrets.audit_key.clone());
  return Storage{
      .secrets = std::move(secrets), .store = std::move(*store), .audit = std::move(audit)};
}

}  // namespace gate::server
