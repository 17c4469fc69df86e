#pragma once

#include <gate/result.hpp>

#include "server/account/password_rules.h"
#include "server/config/config.h"

namespace gate::server {

/// The rules that `[passwords]` describes. Reads the list of common passwords and opens the set of
/// breached ones. kInvalidArgument names the key and the file that cannot be used.
[[nodiscard]] Result<PasswordRules> load_password_rules(const Config& config);

}  // namespace gate::server
