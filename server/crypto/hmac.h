#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "server/crypto/secret.h"

namespace gate::server {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 of the bytes.
[[nodiscard]] Digest sha256(ByteSpan bytes);

/// HMAC-SHA-256 over a list of parts. Each part is preceded by its length, so that no two different
/// lists give the same input; the first part names the purpose (domain separation).
[[nodiscard]] Digest hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> parts);

/// Plain HMAC-SHA-256 of one message, as RFC 4231 tests it.
[[nodiscard]] Digest hmac_sha256_raw(ByteSpan key, ByteSpan message);

/// A key for one purpose, derived from a longer-lived one: HMAC(key, purpose).
[[nodiscard]] Secret derive_key(ByteSpan key, std::string_view purpose);

/// Equality in a time that depends on the lengths alone (C7).
[[nodiscard]] bool equal_constant_time(ByteSpan a, ByteSpan b);

}  // namespace gate::server
