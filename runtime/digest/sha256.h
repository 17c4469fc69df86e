#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gate {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256. Aborts if the crypto library cannot hash at all.
[[nodiscard]] Sha256 sha256(std::string_view data);
/// The same in 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);
/// Lower-case hexadecimal digits of any bytes.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace gate
