#include "server/store/postgres/connection.h"

#include <libpq-fe.h>
#include <sys/poll.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "server/domain/unicode.h"

namespace gate::server::postgres {
namespace {

// Constant-initialised, so it exists before the first Sql of any file registers itself.
constinit std::size_t statement_count = 0;
constinit const Sql* newest_statement = nullptr;

// The fixed object ids of built-in types (pg_type.dat).
constexpr unsigned kBool = 16;
constexpr unsigned kBytea = 17;
constexpr unsigned kInt8 = 20;
constexpr unsigned kText = 25;
constexpr int kBinary = 1;

// The server gives up before the client does, so that a slow statement is undone and not lost. A
// node that hangs in a transaction must not keep its locks. A unit of work is durable when it is
// answered (T2), whatever the database has as its default.
constexpr const char* kSetUp =
    "SET client_min_messages = error; SET lock_timeout = '5s'; SET statement_timeout = '20s'; "
    "SET idle_in_transaction_session_timeout = '20s'; SET client_encoding = 'UTF8'; "
    "SELECT CASE WHEN current_setting('synchronous_commit') = 'off' "
    "THEN set_config('synchronous_commit', 'on', false) END";

struct Meaning {
  ErrorCode code;
  Failure failure;
};

/// What an SQLSTATE means (PostgreSQL manual, appendix A).
Meaning meaning_of(std::string_view state) {
  if (state == "40001" || state == "40P01") {
    return {ErrorCode::kConflict, Failure::kRetry};
  }
  const std::string_view kind = state.substr(0, 2);
  // 25006: the server became a standby; the URL may lead to the new primary.
  if (kind.empty() || kind == "08" || state == "57P01" || state == "57P02" || state == "57P03" ||
      state == "25006") {
    return {ErrorCode::kUnavailable, Failure::kLost};
  }
  if (kind == "23") {  // a key that exists already, or a reference to a missing one
    return {ErrorCode::kConflict, Failure::kOther};
  }
  if (kind == "22") {
    return {ErrorCode::kInvalidArgument, Failure::kOther};
  }
  if (state == "XX001" || state == "XX002") {
    return {ErrorCode::kCorrupt, Failure::kOther};
  }
  return {ErrorCode::kUnavailable, Failure::kOther};
}

std::string without_line_ends(std::string_view text) {
  std::string line(text);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) {
    line.pop_back();
  }
  for (char& c : line) {
    c = c == '\n' || c == '\t' ? ' ' : c;
  }
  return line;
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && (text.empty() || is_utf8(text));
}

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;

bool succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
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

Connection::Connection(pg_conn* handle) : handle_(handle), prepared_(Sql::count()) {}

Connection::~Connection() {
  PQfinish(handle_);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& url) {
  // The URL comes last, so that it may replace what stands before it.
  const char* const names[] = {"connect_timeout", "application_name", "tcp_user_timeout", "dbname",
                               nullptr};
  const char* const values[] = {"5", "gated", "30000", url.c_str(), nullptr};
  std::unique_ptr<Connection> connection(new Connection(PQconnectdbParams(names, values, 1)));
  if (PQstatus(connection->handle_) != CONNECTION_OK) {
    const char* why =
        connection->handle_ == nullptr ? "out of memory" : PQerrorMessage(connection->handle_);
    return Error{ErrorCode::kUnavailable,
                 "cannot connect to the PostgreSQL store: " + without_line_ends(why)};
  }
  GATE_TRY_VOID(connection->set_up());
  return connection;
}

Result<void> Connection::set_up() {
  PQsetNoticeProcessor(handle_, [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(handle_, 1) != 0) {
    return Error{ErrorCode::kUnavailable, "cannot set up the connection to PostgreSQL"};
  }
  GATE_TRY([[maybe_unused]] const std::string durable, run_script(kSetUp));
  // Not moved out of the result: g++ 12 takes the moved string for uninitialised.
  const Result<std::string> encoding = run_script("SHOW server_encoding");
  if (!encoding) {
    return encoding.error();
  }
  if (*encoding != "UTF8") {
    return Error{ErrorCode::kInvalidArgument, "the database of the store has the encoding " +
                                                  *encoding + "; create it with ENCODING 'UTF8'"};
  }
  return {};
}

bool Connection::is_stale() const {
  pollfd socket{PQsocket(handle_), POLLIN, 0};
  // Nothing was asked, so nothing but an end can come.
  return PQstatus(handle_) != CONNECTION_OK || ::poll(&socket, 1, 0) != 0;
}

void Connection::lose(const char* why) {
  if (failure_ != Failure::kLost) {
    failure_ = Failure::kLost;
    sqlstate_.clear();
    error_ = {ErrorCode::kUnavailable,
              std::string("the connection to PostgreSQL was lost: ") + without_line_ends(why)};
  }
}

void Connection::fail(const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (PQstatus(handle_) != CONNECTION_OK) {
    return lose(PQerrorMessage(handle_));
  }
  const Meaning meaning = meaning_of(state == nullptr ? "" : state);
  if (meaning.failure == Failure::kLost) {
    const char* why = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return lose(why == nullptr ? "no answer" : why);
  }
  if (failure_ != Failure::kNone) {
    return;
  }
  // The detail of an error is left out: it repeats the values of the row.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  failure_ = meaning.failure;
  sqlstate_ = state == nullptr ? "" : state;
  error_ = {meaning.code, std::string("the store failed to run a query: ") +
                              (message == nullptr ? "no reason given" : message) + " (SQLSTATE " +
                              (state == nullptr ? "unknown" : state) + ")"};
}

pg_result* Connection::answer() {
  ResultPtr last(nullptr, PQclear);
  while (true) {
    while (PQisBusy(handle_) != 0) {
      const int unsent = PQflush(handle_);
      if (unsent < 0) {
        lose(PQerrorMessage(handle_));
        return nullptr;
      }
      pollfd socket{PQsocket(handle_), static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0};
      const int ready = ::poll(&socket, 1, kAnswerMaxMs);
      if (ready == 0) {
        lose("it gave no answer in time");
        return nullptr;
      }
      if ((ready < 0 && errno != EINTR) || PQconsumeInput(handle_) == 0) {
        lose(PQerrorMessage(handle_));
        return nullptr;
      }
    }
    PGresult* result = PQgetResult(handle_);
    if (result == nullptr) {
      break;
    }
    // Of several results the first error counts.
    if (last == nullptr || succeeded(last.get())) {
      last.reset(result);
    } else {
      PQclear(result);
    }
    if (PQstatus(handle_) != CONNECTION_OK) {
      lose(PQerrorMessage(handle_));
      return nullptr;
    }
  }
  if (last == nullptr) {
    lose("it gave no answer");
  }
  return last.release();
}

Result<std::string> Connection::run_script(const char* sql) {
  if (failure_ != Failure::kNone) {
    return error_;
  }
  if (PQsendQuery(handle_, sql) == 0) {
    lose(PQerrorMessage(handle_));
    return error_;
  }
  const ResultPtr result(answer(), PQclear);
  if (result == nullptr) {
    return error_;
  }
  if (!succeeded(result.get())) {
    fail(result.get());
    return error_;
  }
  return PQntuples(result.get()) > 0 ? std::string(PQgetvalue(result.get(), 0, 0)) : std::string();
}

Result<void> Connection::run(const Sql& sql) {
  return Query(*this, sql).finish();
}

Result<void> Connection::begin_write() {
  failure_ = Failure::kNone;
  sqlstate_.clear();
  GATE_TRY(transaction_id_, run_script("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
                                       "SELECT pg_current_xact_id()"));
  return {};
}

Result<void> Connection::begin_read() {
  failure_ = Failure::kNone;
  GATE_TRY([[maybe_unused]] const std::string nothing,
           run_script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return {};
}

Ending Connection::commit() {
  if (failure_ != Failure::kNone) {
    return Ending::kUndone;
  }
  if (PQsendQuery(handle_, "COMMIT") == 0) {
    lose(PQerrorMessage(handle_));
    // It may have been sent in part, and the server acts on what is complete.
    return Ending::kUnknown;
  }
  const ResultPtr result(answer(), PQclear);
  if (result == nullptr) {
    return Ending::kUnknown;
  }
  if (!succeeded(result.get())) {
    fail(result.get());
    return failure_ == Failure::kLost ? Ending::kUnknown : Ending::kUndone;
  }
  // The server answers ROLLBACK when the transaction had failed.
  if (std::strcmp(PQcmdStatus(const_cast<PGresult*>(result.get())), "COMMIT") == 0) {
    return Ending::kCommitted;
  }
  failure_ = Failure::kOther;
  error_ = {ErrorCode::kInternal, "the store undid a unit of work that had failed"};
  return Ending::kUndone;
}

bool Connection::undo() {
  if (failure_ == Failure::kLost || PQstatus(handle_) != CONNECTION_OK) {
    return false;
  }
  failure_ = Failure::kNone;
  const bool undone = run_script("ROLLBACK").has_value();
  failure_ = undone ? Failure::kNone : failure_;
  return undone;
}

Query::~Query() {
  PQclear(result_);
}

void Query::add(unsigned type, const char* data, std::size_t length) {
  GATE_CHECK(count_ < kParametersMax, "a statement has too many parameters");
  parameters_[count_++] = {type, data, static_cast<int>(length)};
}

void Query::bind_one(std::int64_t value) {
  auto& bytes = numbers_[count_];
  for (int i = 7; i >= 0; --i) {  // the order of the network
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(value & 0xFF);
    value >>= 8;
  }
  add(kInt8, bytes.data(), bytes.size());
}

void Query::bind_one(bool value) {
  auto& bytes = numbers_[count_];
  bytes[0] = value ? 1 : 0;
  add(kBool, bytes.data(), 1);
}

void Query::bind_one(std::string_view value) {
  unstorable_ = unstorable_ || !is_storable(value);
  // A null pointer would be NULL, which differs from an empty text.
  add(kText, value.data() == nullptr ? "" : value.data(), value.size());
}

void Query::bind_one(ByteSpan value) {
  add(kBytea, value.data() == nullptr ? "" : reinterpret_cast<const char*>(value.data()),
      value.size());
}

void Query::bind_one(std::nullptr_t) {
  add(0, nullptr, 0);
}

bool Query::prepare() {
  if (connection_.prepared_[sql_.number()]) {
    return true;
  }
  const std::string name = "s" + std::to_string(sql_.number());
  std::array<Oid, kParametersMax> types{};
  for (std::size_t i = 0; i < count_; ++i) {
    types[i] = parameters_[i].type;
  }
  if (PQsendPrepare(connection_.handle_, name.c_str(), sql_.text(), static_cast<int>(count_),
                    types.data()) == 0) {
    connection_.lose(PQerrorMessage(connection_.handle_));
    return false;
  }
  const ResultPtr result(connection_.answer(), PQclear);
  if (result == nullptr) {
    return false;
  }
  if (!succeeded(result.get())) {
    connection_.fail(result.get());
    return false;
  }
  connection_.prepared_[sql_.number()] = true;
  return true;
}

void Query::run() {
  was_run_ = true;
  if (unstorable_) {
    if (std::string_view(sql_.text()).substr(0, 6) != "SELECT") {
      error_ = {ErrorCode::kInvalidArgument,
                "a text with U+0000, or one that is not UTF-8, cannot be stored"};
      // The unit of work must not go on without what this statement was to do.
      connection_.failure_ = Failure::kOther;
      connection_.error_ = *error_;
    }
    return;
  }
  if (connection_.failure_ != Failure::kNone) {
    error_ = connection_.error_;
    return;
  }
  if (!prepare()) {
    error_ = connection_.error_;
    return;
  }
  std::array<const char*, kParametersMax> values{};
  std::array<int, kParametersMax> lengths{};
  std::array<int, kParametersMax> formats{};
  for (std::size_t i = 0; i < count_; ++i) {
    values[i] = parameters_[i].data;
    lengths[i] = parameters_[i].length;
    formats[i] = kBinary;
  }
  const std::string name = "s" + std::to_string(sql_.number());
  if (PQsendQueryPrepared(connection_.handle_, name.c_str(), static_cast<int>(count_),
                          values.data(), lengths.data(), formats.data(), kBinary) == 0) {
    connection_.lose(PQerrorMessage(connection_.handle_));
    error_ = connection_.error_;
    return;
  }
  result_ = connection_.answer();
  if (result_ != nullptr && !succeeded(result_)) {
    connection_.fail(result_);
    PQclear(result_);
    result_ = nullptr;
  }
  if (result_ == nullptr) {
    error_ = connection_.error_;
  }
}

bool Query::next() {
  if (!was_run_) {
    run();
  }
  return result_ != nullptr && ++row_ < PQntuples(result_);
}

Result<void> Query::done() {
  return error_ ? Result<void>(*error_) : Result<void>();
}

Result<std::int64_t> Query::change() {
  GATE_TRY_VOID(finish());
  const char* rows = result_ == nullptr ? "" : PQcmdTuples(result_);
  return std::strtoll(rows, nullptr, 10);
}

Result<void> Query::finish() {
  if (!was_run_) {
    run();
  }
  return done();
}

Result<void> Query::change_or(const char* conflict) {
  GATE_TRY(const std::int64_t rows, change());
  return rows > 0 ? Result<void>() : Error{ErrorCode::kConflict, conflict};
}

ByteSpan Query::value(int column) const {
  if (result_ == nullptr || PQgetisnull(result_, row_, column) != 0) {
    return {};
  }
  return {reinterpret_cast<const std::uint8_t*>(PQgetvalue(result_, row_, column)),
          static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::string Query::text(int column) const {
  const ByteSpan bytes = value(column);
  return {bytes.begin(), bytes.end()};
}

std::int64_t Query::integer(int column) const {
  // A bool has one byte, an integer two, four or eight.
  const ByteSpan bytes = value(column);
  std::uint64_t all = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : bytes) {
    all = (all << 8) | byte;
  }
  return static_cast<std::int64_t>(all);
}

bool Query::is_null(int column) const {
  return result_ == nullptr || PQgetisnull(result_, row_, column) != 0;
}

Bytes Query::blob(int column) const {
  const ByteSpan bytes = value(column);
  return {bytes.begin(), bytes.end()};
}

}  // namespace gate::server::postgres
