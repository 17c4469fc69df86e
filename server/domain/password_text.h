#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

namespace gate::server {

/// The longest password in bytes of NFC. A longer one is refused and never truncated (D1).
inline constexpr std::size_t kPasswordBytesMax = 1024;

/// The form in which a password is checked, hashed and compared: NFC, then byte by byte (D1), so
/// that a password typed on a device that decomposes letters is the same password (S34).
/// kLimitExceeded: more than `kPasswordBytesMax`. kInvalidArgument: not UTF-8. The result is the
/// caller's to wipe.
[[nodiscard]] Result<std::string> normal_password(std::string_view password);

}  // namespace gate::server
