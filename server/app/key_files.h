#pragma once

#include <gate/result.hpp>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/random.h"

namespace gate::server {

/// Reads a secret from a regular file of at most 4 KiB with no permissions for group or others. One
/// trailing line end is dropped. kNotFound: there is no such file. kDenied: others may read it.
Result<Secret> read_secret_file(const std::string& path);

/// Reads the master key: a secret file with 64 hexadecimal digits.
Result<Secret> read_master_key(const std::string& path);

/// Generates a master key and writes it with mode 0600 to a file that must not exist yet. The file
/// is durable when this returns.
Result<void> create_master_key(const std::string& path, Random& random);

}  // namespace gate::server
