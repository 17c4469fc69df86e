#pragma once

#include <array>
#include <cstdint>
#include <gate/result.hpp>
#include <memory>
#include <string>

#include "server/crypto/sha1.h"

namespace gate::server {

/// Passwords known to attackers from other services (D2). The port receives a hash and never a
/// password, so that an implementation can ask elsewhere for a range of hashes.
class BreachedPasswords {
 public:
  virtual ~BreachedPasswords() = default;
  /// True if the set holds the SHA-1 of a password (NFC, UTF-8). An error means that nothing is
  /// known about the password; it is not accepted then. Safe from any number of threads.
  [[nodiscard]] virtual Result<bool> holds(const Sha1Digest& hash) const = 0;
};

/// A set on disk in the public range format, found by binary search; nothing is sent anywhere.
///  - A file: lines `HASH:COUNT`, 40 hexadecimal digits in upper case, in ascending order.
///  - A folder: one file for each prefix of five digits, `00000.txt` to `FFFFF.txt`, with lines of
///    the other 35 digits. A missing file of a prefix is an error of `holds`.
/// A count of 0 stands for padding and is no hit. kInvalidArgument: `path` cannot be read or is not
/// in this format.
[[nodiscard]] Result<std::unique_ptr<BreachedPasswords>> open_breached_passwords(
    const std::string& path);

}  // namespace gate::server
