#pragma once

#include <optional>
#include <string>

#include "server/config/config.h"
#include "server/log/log.h"

namespace gate::server {

/// Loads the configuration, or prints every problem to standard error and returns nothing.
std::optional<Config> load_or_complain(const std::string& config_file);

/// The log settings of the configuration.
LogLevel log_level(const Config& config);
LogFormat log_format(const Config& config);

}  // namespace gate::server
