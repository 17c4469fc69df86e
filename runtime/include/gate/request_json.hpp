#pragma once

#include <gate/request.hpp>
#include <gate/result.hpp>
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

/// The same facts as canonical JSON: keys in schema order, absent facts left out. Parses back to
/// equal facts.
[[nodiscard]] std::string to_json(const SignInFacts& facts);

}  // namespace gate
