#include "server/config/config_keys.h"

#include <array>

namespace gate::server {
namespace {

constexpr std::string_view shown_section(std::string_view section) {
  return section == "root" ? std::string_view{} : section;
}

constexpr std::array kKeys = {
#define GATE_CONFIG_SECTION(section, doc) \
  ConfigKey{shown_section(#section), "", SectionStart{}, doc},
#define GATE_CONFIG_TEXT(section, key, value, doc) \
  ConfigKey{shown_section(#section), #key, TextKey{&Config::section##_##key, false}, doc},
#define GATE_CONFIG_PATH(section, key, value, doc) \
  ConfigKey{shown_section(#section), #key, TextKey{&Config::section##_##key, true}, doc},
#define GATE_CONFIG_INTEGER(section, key, value, min, max, doc) \
  ConfigKey{shown_section(#section), #key, IntegerKey{&Config::section##_##key, min, max}, doc},
#define GATE_CONFIG_SWITCH(section, key, value, doc) \
  ConfigKey{shown_section(#section), #key, SwitchKey{&Config::section##_##key}, doc},
#define GATE_CONFIG_CHOICE(section, key, value, choices, doc) \
  ConfigKey{shown_section(#section), #key, ChoiceKey{&Config::section##_##key, choices}, doc},
#define GATE_CONFIG_TEXTS(section, key, doc) \
  ConfigKey{shown_section(#section), #key, TextsKey{&Config::section##_##key}, doc},
#include "server/config/config_keys.def"
};

}  // namespace

std::string ConfigKey::full_name() const {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

std::span<const ConfigKey> config_keys() {
  return kKeys;
}

}  // namespace gate::server
