#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gate::server {

/// What the value of an attribute is. On the wire every value is a string. Stored: append only.
enum class AttributeType : std::uint8_t {
  kString,
  kInteger,      ///< decimal, within 64 bits: `42`, `-7`
  kBoolean,      ///< `true` or `false`
  kMultiSelect,  ///< some of `choices`, separated by commas
};

/// True for the number of a type.
[[nodiscard]] inline bool is_attribute_type(std::int64_t number) {
  return number >= 0 && number <= static_cast<std::int64_t>(AttributeType::kMultiSelect);
}

/// An attribute that a tenant collects about its users (native-auth-api 6).
struct AttributeDefinition {
  std::string name;  ///< built-in (`displayName`) or `extension_<appid>_<name>`
  AttributeType type = AttributeType::kString;
  bool required = false;
  std::string regex;                 ///< RE2 over the whole value; empty: any value
  std::int64_t max_length = 256;     ///< in code points after NFC, 1 to 1024
  std::vector<std::string> choices;  ///< of kMultiSelect: what may be chosen
  bool operator==(const AttributeDefinition&) const = default;
};

/// The attributes of a tenant, in the order in which they are asked for. Names are unique.
using AttributeSchema = std::vector<AttributeDefinition>;

/// Names and values, sorted by name. Values are NFC and have been checked.
using AttributeValues = std::vector<std::pair<std::string, std::string>>;

}  // namespace gate::server
