#pragma once

#include <gate/result.hpp>
#include <string>

#include "server/crypto/secret.h"
#include "server/ports/random.h"

namespace gate::server {

/// Reads a secret from a file that only its owner may read (regular file, no permission for group
/// or others, at most 4 KiB); one trailing line end is dropped. kNotFound when there is none,
/// kDenied when others may read it.
Result<Secret> read_secret_file(const std::string& path);

/// Reads the master key: 64 hexadecimal digits in such a file.
Result<Secret> read_master_key(const std::string& path);

/// Makes a master key and writes it, mode 0600, to a file that must not exist yet; durable when
/// this returns.
Result<void> create_master_key(const std::string& path, Random& random);

}  // namespace gate::server
