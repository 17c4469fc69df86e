#include "server/admin/storage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "server/admin/key_files.h"
#include "server/log/log.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server {

Result<Storage> open_storage(const Config& config, Random& random, Logger& log) {
  std::error_code error;
  const std::filesystem::path folder = config.root_data_dir;
  if (!std::filesystem::exists(folder, error)) {
    std::filesystem::create_directories(folder.parent_path(), error);
    if (mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return Error{ErrorCode::kUnavailable, fmt::format("data_dir {}: {}", folder.string(),
                                                        std::generic_category().message(errno))};
    }
  }
  auto master = read_master_key(config.keys_master_key_file);
  if (!master && master.error().code == ErrorCode::kNotFound) {
    if (!config.development()) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("there is no master key at {}; `gated generate-key` makes one",
                               config.keys_master_key_file)};
    }
    GATE_TRY_VOID(create_master_key(config.keys_master_key_file, random));
    log.info("master_key_created", {{"file", config.keys_master_key_file}});
    master = read_master_key(config.keys_master_key_file);
  }
  if (!master) {
    return std::move(master).error();
  }
  GATE_TRY(ServiceSecrets secrets, ServiceSecrets::derive(*master));
  GATE_TRY(auto store, SqliteStore::open(config.store_file, secrets.store_key.clone(), random));
  return Storage{.secrets = std::move(secrets), .store = std::move(store)};
}

}  // namespace gate::server
