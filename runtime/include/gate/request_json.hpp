#pragma once

#include <gate/request.hpp>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace gate {

/// Largest request document that is read, in bytes.
inline constexpr std::size_t kRequestJsonBytesMax = 256 * 1024;

/// Reads one sign-in from JSON (target gate::facts; schema in docs/request-json.md). Strict: an
/// unknown key, a wrong type, a duplicate key or an unknown enumeration member is an
/// Error{kInvalidArgument} whose message starts with the JSON path ("$.device.compliant: ...").
/// Nothing is guessed.
[[nodiscard]] Result<SignInFacts> parse_sign_in_json(std::string_view json);

/// Reads one document after the other into memory that it uses again: for callers that decide at
/// once. Once it has seen its largest document no read allocates, but for an Error. One thread at
/// a time; may be moved.
class SignInReader {
 public:
  SignInReader();
  ~SignInReader();
  SignInReader(SignInReader&&) noexcept;
  SignInReader& operator=(SignInReader&&) noexcept;

  /// As parse_sign_in_json(), without the copies: the request and all that it points to are the
  /// reader's, and live until it reads again. Never null.
  [[nodiscard]] Result<const SignInRequest*> read(std::string_view json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same facts as canonical JSON: keys in schema order, absent facts left out. Parses back to
/// equal facts; of what is given twice only what counts is written, so a decision stays the same.
[[nodiscard]] std::string to_json(const SignInFacts& facts);

}  // namespace gate
