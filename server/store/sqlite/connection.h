#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/crypto/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gate::server {

/// The text of a statement. Every statement is defined at namespace scope, in the file that runs
/// it. So all of them are known before the first one runs: a connection finds its prepared form by
/// number, and a test reads the plan of each (S23).
class Sql {
 public:
  explicit Sql(const char* text) noexcept;
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;

  [[nodiscard]] const char* text() const { return text_; }
  [[nodiscard]] std::size_t number() const { return number_; }

  [[nodiscard]] static std::size_t count();
  /// All statements: this one, and `next` until null.
  [[nodiscard]] static const Sql* newest();
  [[nodiscard]] const Sql* next() const { return next_; }

 private:
  const char* text_;
  std::size_t number_;
  const Sql* next_;
};

/// One SQLite connection with its prepared statements. For one thread at a time.
class Connection {
 public:
  enum class Mode : std::uint8_t { kReadWrite, kReadOnly };
  /// Opens (and with kReadWrite creates, mode 0600) the file, in WAL mode with synchronous=FULL.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs a script without results; used to open and migrate a file. Everything else is an `Sql`.
  [[nodiscard]] Result<void> run_script(const char* sql);
  /// Runs a statement that has no parameters and returns nothing.
  [[nodiscard]] Result<void> run(const Sql& sql);

 private:
  [[nodiscard]] Result<void> use_wal();
  friend class Query;
  explicit Connection(sqlite3* handle) : handle_(handle), statements_(Sql::count()) {}
  sqlite3* handle_;
  std::vector<sqlite3_stmt*> statements_;  // by the number of the Sql
};

/// One use of a prepared statement. Errors are kept: `next` returns false, `done` the error. Usage:
///   const Sql kFind("SELECT a, b FROM t WHERE c = ?");  // at namespace scope
///   Query query(connection, kFind);
///   query.bind(c);
///   while (query.next()) { query.text(0); query.integer(1); }
///   GATE_TRY_VOID(query.done());
class Query {
 public:
  Query(Connection& connection, const Sql& sql);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Binds the parameters in order. Texts and blobs must outlive the query.
  template <typename... Values>
  void bind(const Values&... values) {
    (bind_one(values), ...);
  }
  [[nodiscard]] bool next();
  /// Success if the statement ran to its end, or was left early without an error.
  [[nodiscard]] Result<void> done();
  /// For statements without rows: runs it and returns the number of rows changed.
  [[nodiscard]] Result<std::int64_t> change();
  /// For statements without rows: runs it and ignores the number of rows changed.
  [[nodiscard]] Result<void> finish();
  /// For guarded statements: runs it; kConflict with this text if it changed no row.
  [[nodiscard]] Result<void> change_or(const char* conflict);

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
