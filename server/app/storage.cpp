#include "server/app/storage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "server/app/key_files.h"
#include "server/log/log.h"
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
                      config.keys_master_key_file, config.store_file)};
}

/// With a wrong key, `provision` would replace every password that its file lists (S24).
Error unchecked_key(const Config& config) {
  return {ErrorCode::kConflict,
          fmt::format("the store {} of an older version holds passwords and nothing that shows "
                      "whether {} is their key; nothing was changed: start `gated run` and sign in "
                      "with a password first, or use `gated provision --unchecked-key` if you are "
                      "sure of the key",
                      config.store_file, config.keys_master_key_file)};
}

}  // namespace

Result<void> may_make_master_key(const Config& config) {
  std::error_code error;
  const auto size = std::filesystem::file_size(config.store_file, error);
  if (error || size == 0) {
    return {};
  }
  return Error{ErrorCode::kConflict,
               fmt::format("there is no master key at {}, and the store {} was written with one: "
                           "put that key back, or move the store away to begin anew",
                           config.keys_master_key_file, config.store_file)};
}

Result<std::optional<std::vector<Tenant>>> stored_tenants(const Config& config, Random& random) {
  std::optional<std::vector<Tenant>> tenants;
  std::error_code failed;
  const auto size = std::filesystem::file_size(config.store_file, failed);
  if (failed || size == 0) {
    return tenants;
  }
  GATE_TRY(const Secret master, read_master_key(config.keys_master_key_file));
  GATE_TRY(ServiceSecrets secrets, ServiceSecrets::derive(master));
  auto store = SqliteStore::open(config.store_file, secrets.store_key.clone(), random,
                                 {.opens = {}, .on_unchecked_key = {}, .keep_schema = true});
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
  const OpensSigningKey opens = [&secrets](const SigningKeyRecord& record) {
    return SigningKeys::opens(secrets.key_encryption_key, record);
  };
  const auto on_unchecked = [&log, &config, unchecked]() -> Result<void> {
    if (unchecked == UncheckedKey::kRefuse) {
      return unchecked_key(config);
    }
    log.warning("store_key_unchecked",
                {{"key_file", config.keys_master_key_file},
                 {"store", config.store_file},
                 {"message",
                  "the store of an older version holds passwords and nothing that shows which key "
                  "they were made with; it now belongs to this key: if no password is right, put "
                  "back the older store and start with its own key"}});
    return {};
  };
  auto store = SqliteStore::open(config.store_file, secrets.store_key.clone(), random,
                                 {.opens = opens, .on_unchecked_key = on_unchecked});
  if (!store) {
    return store.error().code == ErrorCode::kDenied ? not_its_key(config)
                                                    : std::move(store).error();
  }
  auto audit = std::make_unique<AuditLog>(config.store_node, secrets.audit_key.clone());
  return Storage{
      .secrets = std::move(secrets), .store = std::move(*store), .audit = std::move(audit)};
}

}  // namespace gate::server
