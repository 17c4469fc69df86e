#pragma once

#include <functional>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/account/provisioning.h"

namespace gate::server {

/// Turns the clear-text password of a user into the string to store. Called once per password in
/// the file.
using PasswordEncoder =
    std::function<Result<std::string>(const Provisioning::User& user, std::string_view password)>;

/// Reads the JSON of `gated provision`. Strict: an unknown or repeated key, a wrong type, a missing
/// key or a value that cannot be is kInvalidArgument with its place (`users[3].channels[0].address:
/// ...`); nothing is half-understood. docs/provisioning.md says what the file holds. Relations
/// between entries are checked by the store, which applies all or nothing.
Result<Provisioning> parse_provision_file(std::string_view json, const PasswordEncoder& encode);

}  // namespace gate::server
