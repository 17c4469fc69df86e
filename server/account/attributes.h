#pragma once

#include <cstddef>
#include <cstdint>
#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/attribute.h"
#include "server/domain/user.h"

namespace gate::server {

inline constexpr std::size_t kAttributesBytesMax = 16 * 1024;  ///< C8
inline constexpr std::size_t kSchemaAttributesMax = 64;
inline constexpr std::int64_t kAttributeLengthMax = 1024;  ///< of `max_length`
/// The attribute that is kept as `User::display_name`.
inline constexpr std::string_view kDisplayName = "displayName";

/// The words of a type: `string`, `integer`, `boolean`, `multi_select`.
[[nodiscard]] std::string_view name(AttributeType type);
[[nodiscard]] std::optional<AttributeType> parse_attribute_type(std::string_view word);

/// Success if the schema can be used; else kInvalidArgument that names the attribute: its name is
/// neither built-in nor `extension_<appid>_<name>`, it is listed twice, its expression is not RE2
/// or too large, its length is out of bounds, its choices do not fit its type.
[[nodiscard]] Result<void> check_schema(const AttributeSchema& schema);

/// What an attributes body holds.
struct CheckedAttributes {
  AttributeValues values;            ///< of the schema and valid, sorted by name
  std::vector<std::string> missing;  ///< required and absent or empty, in the order of the schema
  std::vector<std::string> invalid;  ///< against the schema, in the order of the schema
};

/// Reads the JSON text of the `attributes` parameter (native-auth-api 6). It is an object with
/// string values; members that the schema does not name are ignored, and an empty value is no
/// value. kInvalidArgument: not JSON, not an object, a member twice, deeper than 32 levels, or more
/// than `kAttributesBytesMax`. `schema` has passed `check_schema`. Expressions run in a time linear
/// in the value, whatever they are. Pure; safe from any number of threads.
[[nodiscard]] Result<CheckedAttributes> check_attributes(const AttributeSchema& schema,
                                                         std::string_view json);

/// The values in NFC and sorted by name, if the schema has all names and allows all values; else
/// kInvalidArgument that names the attribute. For values that an operator wrote.
[[nodiscard]] Result<AttributeValues> must_fit(const AttributeSchema& schema,
                                               const AttributeValues& values);

/// The required attributes that `values` lacks: what an `attributes_required` answer lists.
[[nodiscard]] AttributeSchema missing_attributes(const AttributeSchema& schema,
                                                 const AttributeValues& values);

/// `older` with every value of `newer` added or replaced.
[[nodiscard]] AttributeValues merged(AttributeValues older, const AttributeValues& newer);

/// Puts the values into the user: `displayName` as display_name, all others as attributes, beside
/// those that the user has.
void apply_attributes(User& user, const AttributeValues& values);

}  // namespace gate::server
