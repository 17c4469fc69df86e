#pragma once

#include <array>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/crypto/secret.h"

struct pg_conn;
struct pg_result;

namespace gate::server::postgres {

/// The text of a statement. Every statement is defined at namespace scope, in the file that runs
/// it. So all of them are known before the first one runs: a connection finds its prepared form by
/// number, and a test prepares each.
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

/// Why a transaction cannot go on.
enum class Failure : std::uint8_t {
  kNone,
  kRetry,  ///< another transaction was in the way (40001, 40P01)
  kLost,   ///< the connection is gone; what was not committed is undone
  kOther,
};

/// How a COMMIT ended.
enum class Ending : std::uint8_t {
  kCommitted,
  kUndone,
  kUnknown,  ///< the connection was lost before the answer came
};

/// One connection with its prepared statements, for one thread at a time. After the first failure
/// of a transaction its later statements fail with the same error and are not sent.
class Connection {
 public:
  /// Connects. `url` is a libpq URL or connection string; it is in no error.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& url);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs statements without parameters, in one round trip. Returns the first column of the first
  /// row of the last one; empty when there is none.
  [[nodiscard]] Result<std::string> run_script(const char* sql);
  /// Runs a prepared statement that has no parameters and returns nothing.
  [[nodiscard]] Result<void> run(const Sql& sql);

  /// Begins a transaction that writes. Its id says later whether it was committed.
  [[nodiscard]] Result<void> begin_write();
  /// Begins a transaction that reads one snapshot.
  [[nodiscard]] Result<void> begin_read();
  [[nodiscard]] Ending commit();
  /// Undoes the transaction, whatever its state. False: the connection cannot be used any more.
  [[nodiscard]] bool undo();

  [[nodiscard]] const std::string& transaction_id() const { return transaction_id_; }
  [[nodiscard]] Failure failure() const { return failure_; }
  /// The SQLSTATE of `failure()`; empty when the server gave none.
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  /// The error of `failure()`.
  [[nodiscard]] const Error& error() const { return error_; }
  /// True if the server closed the connection while nobody used it.
  [[nodiscard]] bool is_stale() const;

  /// The longest wait for an answer, in milliseconds; the server gives up before.
  static constexpr int kAnswerMaxMs = 30'000;

 private:
  friend class Query;
  explicit Connection(pg_conn* handle);
  [[nodiscard]] Result<void> set_up();
  /// The last result of what was sent; null: the connection is lost.
  pg_result* answer();
  void fail(const pg_result* result);
  void lose(const char* why);

  pg_conn* handle_;
  std::vector<bool> prepared_;  // by the number of the Sql
  std::string transaction_id_;
  Failure failure_ = Failure::kNone;
  std::string sqlstate_;
  Error error_;
};

/// One use of a prepared statement. Errors are kept: `next` returns false, `done` the error. Usage:
///   const Sql kFind("SELECT a, b FROM t WHERE c = $1");  // at namespace scope
///   Query query(connection, kFind);
///   query.bind(c);
///   while (query.next()) { query.text(0); query.integer(1); }
///   GATE_TRY_VOID(query.done());
/// Values travel in binary form, so nothing is quoted. PostgreSQL cannot store a text with U+0000
/// or one that is not UTF-8: a SELECT on one finds nothing, and any other statement is refused.
class Query {
 public:
  Query(Connection& connection, const Sql& sql) : connection_(connection), sql_(sql) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Binds the parameters in order. Texts and blobs must outlive the query.
  template <typename... Values>
  void bind(const Values&... values) {
    (bind_one(values), ...);
  }
  [[nodiscard]] bool next();
  [[nodiscard]] Result<void> done();
  /// Runs the statement, if it was not run, and returns the number of rows it changed or selected.
  [[nodiscard]] Result<std::int64_t> change();
  /// Runs the statement, if it was not run, and ignores what it returned.
  [[nodiscard]] Result<void> finish();
  /// For guarded statements: runs it; kConflict with this text if it changed no row.
  [[nodiscard]] Result<void> change_or(const char* conflict);

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool truth(int column) const { return integer(column) != 0; }
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] Bytes blob(int column) const;

 private:
  struct Parameter {
    unsigned type = 0;
    const char* data = nullptr;
    int length = 0;
  };
  static constexpr std::size_t kParametersMax = 32;

  void bind_one(std::int64_t value);
  void bind_one(bool value);
  void bind_one(std::string_view value);
  void bind_one(const std::string& value) { bind_one(std::string_view(value)); }
  void bind_one(const char* value) { bind_one(std::string_view(value)); }
  void bind_one(ByteSpan value);
  void bind_one(const Bytes& value) { bind_one(ByteSpan(value)); }
  void bind_one(std::nullptr_t);
  void add(unsigned type, const char* data, std::size_t length);

  void run();
  bool prepare();
  [[nodiscard]] ByteSpan value(int column) const;

  Connection& connection_;
  const Sql& sql_;
  std::array<Parameter, kParametersMax> parameters_{};
  std::array<std::array<char, 8>, kParametersMax> numbers_{};
  std::size_t count_ = 0;
  bool unstorable_ = false;
  bool was_run_ = false;
  std::optional<Error> error_;
  pg_result* result_ = nullptr;
  int row_ = -1;
};

}  // namespace gate::server::postgres
