#include "server/app/start.h"

#include <fmt/format.h>

#include <cstdio>

namespace gate::server {

std::optional<Config> load_or_complain(const std::string& config_file) {
  ConfigOutcome outcome = load_config(config_file);
  if (!outcome.ok()) {
    fmt::print(stderr, "{}", render(outcome.problems, config_file));
    return std::nullopt;
  }
  return std::move(outcome.config);
}

LogLevel log_level(const Config& config) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning}) {
    if (to_string(level) == config.log_level) {
      return level;
    }
  }
  return LogLevel::kError;
}

LogFormat log_format(const Config& config) {
  if (config.log_format == "json") {
    return LogFormat::kJson;
  }
  return config.log_format == "pretty" ? LogFormat::kPretty : LogFormat::kAuto;
}

}  // namespace gate::server
