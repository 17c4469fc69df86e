#pragma once

#include <functional>
#include <string_view>

#include "server/config/config.h"

namespace gate::server {

/// Told about each broken rule with the key to blame.
using RuleReport = std::function<void(std::string_view key, std::string message)>;

/// The rules between keys (C006): what production refuses, what belongs together, what a chosen
/// channel needs.
void check_rules(const Config& config, const RuleReport& report);

}  // namespace gate::server
