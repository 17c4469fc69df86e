#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "server/crypto/aead.h"
#include "server/crypto/openssl_random.h"
#include "server/store/sqlite/sqlite_store.h"

namespace gate::server {

inline constexpr Micros kNow = 1'800'000'000'000'000;
inline constexpr const char* kTenant = "tenant";

/// A fixture with one file of the SQLite store, in a new folder of its own.
class SqliteFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-sqlite-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "gate.db").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Secret key(std::uint8_t key) { return Secret(Bytes(kAeadKeyBytes, key)); }
  std::unique_ptr<SqliteStore> open(const SqliteOptions& options = {}) {
    auto store = SqliteStore::open(path_, key(1), random_, options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(store).value() : nullptr;
  }
  ErrorCode refusal(std::uint8_t key_byte, const SqliteOptions& options = {}) {
    const auto store = SqliteStore::open(path_, key(key_byte), random_, options);
    EXPECT_FALSE(store);
    return store ? ErrorCode::kInternal : store.error().code;
  }
  /// Runs SQL on the file as another program would. Returns the selected values: columns separated
  /// by `|`, rows by `;`.
  std::string execute(const std::string& sql) const {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
    std::string rows;
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), append_row, &rows, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw) << " in " << sql.substr(0, 200);
    sqlite3_close(raw);
    return rows;
  }
  bool can_execute(const std::string& sql) const {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &raw), SQLITE_OK);
    const bool could = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(raw);
    return could;
  }
  /// The bytes of all files of the store.
  std::string dump() const {
    std::ostringstream all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }

  std::filesystem::path folder_;
  std::string path_;
  OpensslRandom random_;

 private:
  static int append_row(void* rows, int count, char** values, char** /*names*/) {
    auto& text = *static_cast<std::string*>(rows);
    for (int i = 0; i < count; ++i) {
      text += (i == 0 ? "" : "|") + std::string(values[i] == nullptr ? "NULL" : values[i]);
    }
    text += ";";
    return 0;
  }
};

}  // namespace gate::server
