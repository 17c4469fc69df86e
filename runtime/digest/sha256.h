#pragma once

#include <string>
#include <string_view>

namespace gate {

/// SHA-256 in 64 lower-case hexadecimal digits. Aborts if the crypto library cannot hash at all.
[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace gate
