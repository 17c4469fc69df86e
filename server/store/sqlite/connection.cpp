#include "server/store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

namespace gate::server {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

Error store_error(sqlite3* handle, const char* what) {
  const int code = handle == nullptr ? SQLITE_NOMEM : sqlite3_errcode(handle);
  const bool corrupt = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  std::string message = std::string("the store failed to ") + what + ": ";
  message += handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  return {corrupt ? ErrorCode::kCorrupt : ErrorCode::kUnavailable, std::move(message)};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode) {
  if (mode == Mode::kReadWrite) {
    // Created here so that the file is never readable by others, not even for a moment. SQLite
    // gives its -wal and -shm files the mode of the database.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
      return Error{ErrorCode::kUnavailable, "cannot create or open the store at " + path};
    }
    ::close(file);
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (opened != SQLITE_OK) {
    return store_error(handle, "open");
  }
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  if (mode == Mode::kReadWrite) {
    GATE_TRY_VOID(connection->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"));
  }
  // Freed pages are zeroed: a used code's sealed payload does not linger in the file.
  GATE_TRY_VOID(connection->run("PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"));
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(handle_);
}

Result<void> Connection::run(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return store_error(handle_, "run a statement");
  }
  return {};
}

Query::Query(Connection& connection, const char* sql) : connection_(connection) {
  sqlite3_stmt*& cached = connection.statements_[sql];
  if (cached == nullptr &&
      sqlite3_prepare_v3(connection.handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &cached,
                         nullptr) != SQLITE_OK) {
    failed_ = true;
  }
  statement_ = cached;
}

Query::~Query() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

void Query::bind_one(std::int64_t value) {
  ++parameter_;
  failed_ = failed_ || sqlite3_bind_int64(statement_, parameter_, value) != SQLITE_OK;
}

void Query::bind_one(std::string_view value) {
  ++parameter_;
  // A null pointer would bind NULL; an empty text is not that.
  const char* data = value.data() == nullptr ? "" : value.data();
  failed_ = failed_ || sqlite3_bind_text64(statement_, parameter_, data, value.size(),
                                           SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK;
}

void Query::bind_one(ByteSpan value) {
  ++parameter_;
  const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  failed_ = failed_ || sqlite3_bind_blob64(statement_, parameter_, data, value.size(),
                                           SQLITE_STATIC) != SQLITE_OK;
}

void Query::bind_one(std::nullptr_t) {
  ++parameter_;
  failed_ = failed_ || sqlite3_bind_null(statement_, parameter_) != SQLITE_OK;
}

bool Query::next() {
  if (failed_) {
    return false;
  }
  const int result = sqlite3_step(statement_);
  failed_ = result != SQLITE_ROW && result != SQLITE_DONE;
  return result == SQLITE_ROW;
}

Result<void> Query::done() {
  if (failed_) {
    return store_error(connection_.handle_, "run a query");
  }
  return {};
}

Result<std::int64_t> Query::change() {
  while (next()) {
  }
  GATE_TRY_VOID(done());
  return static_cast<std::int64_t>(sqlite3_changes64(connection_.handle_));
}

std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Bytes Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? Bytes() : Bytes(data, data + size);
}

}  // namespace gate::server
