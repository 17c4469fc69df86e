#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gate::server {

/// One SQLite connection with its prepared statements. For one thread at a time.
class Connection {
 public:
  enum class Mode : std::uint8_t { kReadWrite, kReadOnly };
  /// Opens (and with kReadWrite creates, mode 0600) the file, in WAL mode with synchronous=FULL.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs statements that return nothing.
  [[nodiscard]] Result<void> run(const char* sql);

 private:
  friend class Query;
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::map<const char*, sqlite3_stmt*> statements_;  // keyed by the address of the literal
};

/// One use of a prepared statement. Errors stick: `next` answers false, and `done` tells. Usage:
///   Query query(connection, "SELECT a, b FROM t WHERE c = ?");
///   query.bind(c);
///   while (query.next()) { query.text(0); query.integer(1); }
///   GATE_TRY_VOID(query.done());
class Query {
 public:
  /// `sql` must be a string literal: the statement is cached by its address.
  Query(Connection& connection, const char* sql);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Binds the parameters in order. Texts and blobs must outlive the query.
  template <typename... Values>
  void bind(const Values&... values) {
    (bind_one(values), ...);
  }
  [[nodiscard]] bool next();
  /// Success if the statement ran to its end or was left early without an error.
  [[nodiscard]] Result<void> done();
  /// For statements without rows: runs it; how many rows it changed.
  [[nodiscard]] Result<std::int64_t> change();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] Bytes blob(int column) const;

 private:
  void bind_one(std::int64_t value);
  void bind_one(bool value) { bind_one(static_cast<std::int64_t>(value)); }
  void bind_one(std::string_view value);
  void bind_one(const std::string& value) { bind_one(std::string_view(value)); }
  void bind_one(const char* value) { bind_one(std::string_view(value)); }
  void bind_one(ByteSpan value);
  void bind_one(const Bytes& value) { bind_one(ByteSpan(value)); }
  void bind_one(std::nullptr_t);

  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  int parameter_ = 0;
  bool failed_ = false;
};

}  // namespace gate::server
