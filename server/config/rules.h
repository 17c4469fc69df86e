#pragma once

#include <functional>
#include <string_view>

#include "server/config/config.h"

namespace gate::server {

/// Called for each broken rule, with the key to change.
using RuleReport = std::function<void(std::string_view key, std::string message)>;

/// The rules between keys (C006): what production refuses, keys that must be set together, and the
/// keys that a chosen channel needs.
void check_rules(const Config& config, const RuleReport& report);

/// What is allowed and is probably a mistake. `gated check-config` prints it, `gated run` logs it.
void check_warnings(const Config& config, const RuleReport& report);

}  // namespace gate::server
