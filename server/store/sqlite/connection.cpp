#include "server/store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

namespace gate::server {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// Constant-initialised, so it exists before the first Sql of any file registers itself.
constinit std::size_t statement_count = 0;
constinit const Sql* newest_statement = nullptr;

ErrorCode meaning_of(int code) {
  switch (code & 0xFF) {  // the other bits are details
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_CONSTRAINT:  // a key that exists already, or a reference to a missing one
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kUnavailable;
  }
}

Error store_error(sqlite3* handle, const char* what) {
  const int code = handle == nullptr ? SQLITE_NOMEM : sqlite3_errcode(handle);
  std::string message = std::string("the store failed to ") + what + ": ";
  message += handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  return {meaning_of(code), std::move(message)};
}

}  // namespace

Sql::Sql(const char* text) noexcept
    : text_(text), number_(statement_count++), next_(newest_statement) {
  newest_statement = this;
}

std::size_t Sql::count() {
  return statement_count;
}

const Sql* Sql::newest() {
  return newest_statement;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode) {
  if (mode == Mode::kReadWrite) {
    // Created here so that others can never read the file. SQLite gives its -wal and -shm files the
    // mode of the database.
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
    GATE_TRY_VOID(connection->use_wal());
  }
  // Freed pages are zeroed: the sealed payload of a used code does not stay in the file.
  GATE_TRY_VOID(connection->run_script("PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"));
  return connection;
}

Connection::~Connection() {
  for (sqlite3_stmt* statement : statements_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(handle_);
}

Result<void> Connection::use_wal() {
  // SQLite does not call its busy handler where two processes switch one file at the same time.
  constexpr int kPauseMs = 10;
  for (int waited = 0; waited < kBusyTimeoutMs; waited += kPauseMs) {
    const int done = sqlite3_exec(handle_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                                  nullptr, nullptr, nullptr);
    if (done == SQLITE_OK) {
      return {};
    }
    if ((done & 0xFF) != SQLITE_BUSY && (done & 0xFF) != SQLITE_LOCKED) {
      break;
    }
    sqlite3_sleep(kPauseMs);
  }
  return store_error(handle_, "switch to its journal");
}

Result<void> Connection::run_script(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return store_error(handle_, "run a script");
  }
  return {};
}

Result<void> Connection::run(const Sql& sql) {
  return Query(*this, sql).finish();
}

Query::Query(Connection& connection, const Sql& sql) : connection_(connection) {
  sqlite3_stmt*& cached = connection.statements_[sql.number()];
  if (cached == nullptr &&
      sqlite3_prepare_v3(connection.handle_, sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &cached,
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
  // A null pointer would bind NULL, which differs from an empty text.
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

Result<void> Query::finish() {
  while (next()) {
  }
  return done();
}

Result<void> Query::change_or(const char* conflict) {
  GATE_TRY(const std::int64_t rows, change());
  return rows > 0 ? Result<void>() : Error{ErrorCode::kConflict, conflict};
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
