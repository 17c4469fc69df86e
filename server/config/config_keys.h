#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/config.h"

namespace gate::server {

/// How a key's value is written and where it goes.
struct TextKey {
  std::string Config::* member;
  bool is_path;
};
struct IntegerKey {
  std::int64_t Config::* member;
  std::int64_t min;
  std::int64_t max;
};
struct SwitchKey {
  bool Config::* member;
};
struct ChoiceKey {
  std::string Config::* member;
  std::string_view choices;  ///< separated by `|`
};
struct TextsKey {
  std::vector<std::string> Config::* member;
};
struct SectionStart {};

/// One line of config_keys.def at run time.
struct ConfigKey {
  std::string_view section;  ///< empty at the top level
  std::string_view key;      ///< empty for the start of a section
  std::variant<SectionStart, TextKey, IntegerKey, SwitchKey, ChoiceKey, TextsKey> kind;
  std::string_view doc;

  /// "http.port"
  [[nodiscard]] std::string full_name() const;
};

/// All lines, in the order of the list.
[[nodiscard]] std::span<const ConfigKey> config_keys();

}  // namespace gate::server
