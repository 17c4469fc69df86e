#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// The effective configuration: one member `section_key` per line of config_keys.def, with its
/// default. Holds no secrets; those are in files that it names.
struct Config {
#define GATE_CONFIG_SECTION(section, doc)
#define GATE_CONFIG_TEXT(section, key, value, doc) std::string section##_##key = value;
#define GATE_CONFIG_PATH(section, key, value, doc) std::string section##_##key = value;
#define GATE_CONFIG_INTEGER(section, key, value, min, max, doc) \
  std::int64_t section##_##key = value;
#define GATE_CONFIG_SWITCH(section, key, value, doc) bool section##_##key = value;
#define GATE_CONFIG_CHOICE(section, key, value, choices, doc) std::string section##_##key = value;
#define GATE_CONFIG_TEXTS(section, key, doc) std::vector<std::string> section##_##key;
#include "server/config/config_keys.def"
#undef GATE_CONFIG_SECTION
#undef GATE_CONFIG_TEXT
#undef GATE_CONFIG_PATH
#undef GATE_CONFIG_INTEGER
#undef GATE_CONFIG_SWITCH
#undef GATE_CONFIG_CHOICE
#undef GATE_CONFIG_TEXTS

  [[nodiscard]] bool development() const { return root_environment == "development"; }
};

/// A problem that makes a configuration unusable. Codes are stable: C001 unreadable file, C002 TOML
/// syntax, C003 unknown key, C004 wrong type, C005 value out of range, C006 a rule between keys is
/// broken.
struct ConfigProblem {
  std::string code;
  std::string key;         ///< "http.port"; empty when no key is concerned
  std::uint32_t line = 0;  ///< 1-based; 0 when no line is concerned
  std::string message;
};

/// A configuration, or every problem that it has. It is never loaded in part.
struct ConfigOutcome {
  Config config;
  std::vector<ConfigProblem> problems;
  [[nodiscard]] bool ok() const { return problems.empty(); }
};

/// Parses and checks. Relative paths in `text` are resolved against `folder`. Throws nothing.
[[nodiscard]] ConfigOutcome parse_config(std::string_view text, const std::string& folder);

/// Reads `path` and parses it. A file of more than 1 MiB is refused.
[[nodiscard]] ConfigOutcome load_config(const std::string& path);

/// One line per problem: `file:line: error[C003]: unknown key ...`.
[[nodiscard]] std::string render(const std::vector<ConfigProblem>& problems, std::string_view file);

/// The effective configuration as TOML: every key, defaults included.
[[nodiscard]] std::string print_config(const Config& config);

/// The text of docs/configuration.md, generated from the list of keys.
[[nodiscard]] std::string configuration_reference();

}  // namespace gate::server
