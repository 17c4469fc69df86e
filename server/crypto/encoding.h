#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"

namespace gate::server {

/// Base64url without padding (RFC 7515 section 2).
[[nodiscard]] std::string base64url(ByteSpan bytes);
[[nodiscard]] inline std::string base64url(std::string_view text) {
  return base64url(as_bytes(text));
}

/// Decodes the text, or returns nothing when it is not the canonical encoding. Padding, foreign
/// characters and non-zero spare bits are refused, so no two texts decode to the same token.
[[nodiscard]] std::optional<Bytes> parse_base64url(std::string_view text);

/// Lower-case hexadecimal.
[[nodiscard]] std::string hex(ByteSpan bytes);

/// A GUID (RFC 9562 version 4 layout) made of 16 random bytes.
[[nodiscard]] std::string guid(std::span<const std::uint8_t, 16> random);

}  // namespace gate::server
