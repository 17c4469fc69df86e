#pragma once

#include <functional>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/account/provisioning.h"

namespace gate::server {

/// Checks and hashes the clear-text password of a user of `file`. Called once for each password,
/// when all else has been read.
using PasswordEncoder = std::function<Result<std::string>(
    const Provisioning& file, const Provisioning::User& user, std::string_view password)>;

/// Reads the JSON of `gated provision` (docs/provisioning.md). An unknown or repeated key, a wrong
/// type, a missing key or a value out of range is kInvalidArgument with its place
/// (`users[3].channels[0].address: ...`). Relations between entries are checked later, by
/// `provision`.
Result<Provisioning> parse_provision_file(std::string_view json, const PasswordEncoder& encode);

}  // namespace gate::server
