#pragma once

#include <cstdint>
#include <gate/export.hpp>
#include <string>
#include <utility>
#include <variant>

namespace gate {

/// Why an operation failed. The list is stable: callers switch on it.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  ///< the input is malformed; the message says where and how
  kNotFound,         ///< what was named does not exist
  kConflict,         ///< somebody else changed it first, or it exists already
  kExpired,          ///< it was valid once
  kLimitExceeded,    ///< a named limit; the message says which
  kDenied,           ///< the caller may not
  kUnavailable,      ///< try again later: a peer, the disk or the store did not answer
  kCorrupt,          ///< stored data is not what was written
  kInternal,         ///< a bug or an exhausted machine
};

/// The stable lower-case name of a code ("invalid_argument").
[[nodiscard]] const char* error_code_name(ErrorCode code) noexcept;

/// An operating failure: a code for programs, a sentence for people. Holds no secrets.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

/// A value or an Error. Reading the wrong side aborts: test first, or use GATE_TRY.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)  // NOLINT(google-explicit-constructor): `return value;` is what it is for
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & {
    GATE_CHECK(has_value(), "Result read as a value while it holds an Error");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    GATE_CHECK(has_value(), "Result read as a value while it holds an Error");
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    GATE_CHECK(has_value(), "Result read as a value while it holds an Error");
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    GATE_CHECK(!has_value(), "Result read as an Error while it holds a value");
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    GATE_CHECK(!has_value(), "Result read as an Error while it holds a value");
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : failed_(true), error_(std::move(error)) {}
  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return !failed_; }
  [[nodiscard]] const Error& error() const& {
    GATE_CHECK(failed_, "Result read as an Error while it holds success");
    return error_;
  }
  [[nodiscard]] Error&& error() && {
    GATE_CHECK(failed_, "Result read as an Error while it holds success");
    return std::move(error_);
  }

 private:
  bool failed_ = false;
  Error error_;
};

}  // namespace gate

#define GATE_INTERNAL_CONCAT2(a, b) a##b
#define GATE_INTERNAL_CONCAT(a, b) GATE_INTERNAL_CONCAT2(a, b)

/// GATE_TRY(auto x, expression): x is the value, or the Error goes to our caller. One per line.
#define GATE_TRY(declaration, ...)                                       \
  auto GATE_INTERNAL_CONCAT(gate_try_, __LINE__) = (__VA_ARGS__);        \
  if (!GATE_INTERNAL_CONCAT(gate_try_, __LINE__)) {                      \
    return std::move(GATE_INTERNAL_CONCAT(gate_try_, __LINE__)).error(); \
  }                                                                      \
  declaration = std::move(GATE_INTERNAL_CONCAT(gate_try_, __LINE__)).value()

/// GATE_TRY_VOID(expression): the same for a Result<void>.
#define GATE_TRY_VOID(...)                       \
  do {                                           \
    auto gate_try_status = (__VA_ARGS__);        \
    if (!gate_try_status) {                      \
      return std::move(gate_try_status).error(); \
    }                                            \
  } while (false)
