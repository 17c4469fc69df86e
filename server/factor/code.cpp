#include "server/factor/code.h"

#include <array>
#include <gate/export.hpp>

namespace gate::server {

Result<std::string> make_code(Random& random, int digits) {
  GATE_CHECK(digits >= kCodeDigitsMin && digits <= kCodeDigitsMax,
             "a code has between 6 and 10 digits");
  // 250 is the largest multiple of ten that a byte holds: bytes above it would favour low digits.
  constexpr std::uint8_t kUnbiasedBelow = 250;
  std::string code;
  code.reserve(static_cast<std::size_t>(digits));
  std::array<std::uint8_t, 16> bytes{};
  while (code.size() < static_cast<std::size_t>(digits)) {
    if (auto filled = random.fill(std::as_writable_bytes(std::span(bytes))); !filled) {
      wipe(code);
      return std::move(filled).error();
    }
    for (const std::uint8_t byte : bytes) {
      if (byte < kUnbiasedBelow && code.size() < static_cast<std::size_t>(digits)) {
        code.push_back(static_cast<char>('0' + byte % 10));
      }
    }
  }
  wipe(bytes.data(), bytes.size());
  return code;
}

Digest code_mac(ByteSpan pepper, std::string_view challenge_id, std::string_view code) {
  return hmac_sha256(pepper, {as_bytes("code"), as_bytes(challenge_id), as_bytes(code)});
}

}  // namespace gate::server
