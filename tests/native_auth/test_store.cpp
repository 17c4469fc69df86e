#include "tests/native_auth/test_store.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "server/store/postgres/postgres_store.h"
#include "server/store/postgres/test_server.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server::testing_support {
namespace {

constexpr const char* kFile = "gate.db";
constexpr const char* kUrlFile = "store_url";

bool on_postgres() {
  const char* kind = std::getenv("GATE_TEST_STORE");
  return kind != nullptr && std::string(kind) == "postgres";
}

PostgresTestServer& server() {
  std::string why_not;
  PostgresTestServer* shared = PostgresTestServer::shared(why_not);
  if (shared == nullptr) {
    // There is no store to go on with. CTest knows these words.
    std::printf("%s\n", why_not.c_str());
    std::fflush(stdout);
    std::_Exit(why_not.find("skipped") == 0 ? 0 : 1);
  }
  return *shared;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The text of rows, in which PostgreSQL writes bytes in hexadecimal digits, with these bytes.
std::string with_bytes(const std::string& rows) {
  std::string all = rows;
  for (std::size_t at = rows.find("\\x"); at != std::string::npos; at = rows.find("\\x", at + 2)) {
    for (std::size_t i = at + 2; i + 1 < rows.size() && std::isxdigit(rows[i]) != 0; i += 2) {
      all += static_cast<char>(std::stoi(rows.substr(i, 2), nullptr, 16));
    }
  }
  return all;
}

}  // namespace

void start_store_server() {
  if (on_postgres()) {
    static_cast<void>(server());
  }
}

bool has_store(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / (on_postgres() ? kUrlFile : kFile));
}

std::unique_ptr<Store> open_store(const std::filesystem::path& folder,
                                  const ServiceSecrets& secrets, Random& random) {
  if (!on_postgres()) {
    return std::move(
               SqliteStore::open((folder / kFile).string(), secrets.store_key.clone(), random))
        .value();
  }
  if (!has_store(folder)) {
    std::ofstream(folder / kUrlFile) << server().new_schema();
  }
  return std::move(
             PostgresStore::open(read_file(folder / kUrlFile), secrets.store_key.clone(), random))
      .value();
}

std::string dump_store(const std::filesystem::path& folder) {
  if (!on_postgres()) {
    std::ostringstream all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }
  const std::string url = read_file(folder / kUrlFile);
  std::istringstream tables(server().execute(
      url,
      "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"));
  std::string all;
  for (std::string table; std::getline(tables, table);) {
    all += with_bytes(server().execute(url, "SELECT t::text FROM " + table + " t"));
  }
  return all;
}

std::string committed_in(const std::filesystem::path& folder) {
  return on_postgres()
             ? dump_store(folder)
             : read_file(folder / kFile) + read_file(folder / (std::string(kFile) + "-wal"));
}

void drop_store(const std::filesystem::path& folder) {
  if (on_postgres()) {
    server().drop_schema(read_file(folder / kUrlFile));
  }
}

}  // namespace gate::server::testing_support
