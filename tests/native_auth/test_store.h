#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "server/crypto/service_secrets.h"
#include "server/ports/random.h"
#include "server/store/store.h"

/// The store of a test: an SQLite file in its folder; with GATE_TEST_STORE=postgres a schema of the
/// PostgreSQL server of this program, whose URL is a file in the folder.
namespace gate::server::testing_support {

/// Starts the server of the stores, if they need one. A test that forks calls it before: a server
/// that a child started would end with the child.
void start_store_server();
/// True if the folder has a store already.
[[nodiscard]] bool has_store(const std::filesystem::path& folder);
[[nodiscard]] std::unique_ptr<Store> open_store(const std::filesystem::path& folder,
                                                const ServiceSecrets& secrets, Random& random);
/// The bytes of all that is stored.
[[nodiscard]] std::string dump_store(const std::filesystem::path& folder);
/// What was committed: equal before and after, if nothing was written in between.
[[nodiscard]] std::string committed_in(const std::filesystem::path& folder);
void drop_store(const std::filesystem::path& folder);

}  // namespace gate::server::testing_support
