#include "server/account/attributes.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>
#include <set>

#include "server/account/repeated_key.h"
#include "server/domain/unicode.h"

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 10> kBuiltIn = {
    "displayName", "givenName", "surname",    "jobTitle",      "city",
    "state",       "country",   "postalCode", "streetAddress", "flatusername"};
constexpr std::array<std::string_view, 4> kTypeNames = {"string", "integer", "boolean",
                                                        "multi_select"};
constexpr std::size_t kRegexBytesMax = 512;
constexpr std::int64_t kRegexMemory = 256 * 1024;
constexpr std::size_t kChoicesMax = 64;
constexpr std::size_t kDepthMax = 32;

Error wrong(const std::string& attribute, const std::string& what) {
  return {ErrorCode::kInvalidArgument, "attribute `" + attribute + "`: " + what};
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// `extension_<appid>_<name>`: the id of an application without its dashes, and a name.
bool is_extension(std::string_view name) {
  constexpr std::string_view kBegin = "extension_";
  constexpr std::size_t kPartMax = 64;
  if (!name.starts_with(kBegin)) {
    return false;
  }
  name.remove_prefix(kBegin.size());
  const std::size_t end = name.find('_');
  const std::string_view app = name.substr(0, end);
  const std::string_view own = end == std::string_view::npos ? "" : name.substr(end + 1);
  return !app.empty() && app.size() <= kPartMax && !own.empty() && own.size() <= kPartMax &&
         std::all_of(app.begin(), app.end(), is_alphanumeric) &&
         std::all_of(own.begin(), own.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
}

RE2::Options regex_options() {
  RE2::Options options;
  options.set_max_mem(kRegexMemory);
  options.set_log_errors(false);
  return options;
}

Result<void> check_choices(const AttributeDefinition& attribute) {
  if ((attribute.type == AttributeType::kMultiSelect) == attribute.choices.empty()) {
    return wrong(attribute.name, "choices belong to a multi_select, which needs some");
  }
  const std::set<std::string> different(attribute.choices.begin(), attribute.choices.end());
  if (attribute.choices.size() > kChoicesMax || different.size() != attribute.choices.size()) {
    return wrong(attribute.name, "has more than 64 choices, or one twice");
  }
  for (const std::string& choice : attribute.choices) {
    const auto nfc = to_nfc(choice);
    if (choice.empty() || !nfc || *nfc != choice || holds_control(choice) ||
        choice.find(',') != std::string::npos) {
      return wrong(attribute.name, "a choice is empty, not in NFC, or holds a comma");
    }
  }
  return {};
}

Result<void> check_definition(const AttributeDefinition& attribute) {
  const bool built_in =
      std::find(kBuiltIn.begin(), kBuiltIn.end(), attribute.name) != kBuiltIn.end();
  if (!built_in && !is_extension(attribute.name)) {
    return wrong(attribute.name, "is neither built-in nor `extension_<appid>_<name>`");
  }
  if (attribute.name == kDisplayName && attribute.type != AttributeType::kString) {
    return wrong(attribute.name, "is a string");
  }
  if (attribute.max_length < 1 || attribute.max_length > kAttributeLengthMax) {
    return wrong(attribute.name, "max_length is out of its bounds (1 to 1024)");
  }
  if (attribute.regex.size() > kRegexBytesMax) {
    return wrong(attribute.name, "the expression has more than 512 bytes");
  }
  if (const RE2 expression(attribute.regex, regex_options()); !expression.ok()) {
    return wrong(attribute.name, "the expression cannot be used: " + expression.error());
  }
  return check_choices(attribute);
}

bool is_integer(std::string_view value) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  return fault == std::errc() && end == value.data() + value.size();
}

bool is_selection(const AttributeDefinition& attribute, std::string_view value) {
  std::set<std::string_view> chosen;
  while (true) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view one = value.substr(0, end);
    const auto& choices = attribute.choices;
    if (std::find(choices.begin(), choices.end(), one) == choices.end() ||
        !chosen.insert(one).second) {
      return false;
    }
    if (end == value.size()) {
      return true;
    }
    value.remove_prefix(end + 1);
  }
}

bool is_of_type(const AttributeDefinition& attribute, std::string_view value) {
  switch (attribute.type) {
    case AttributeType::kInteger:
      return is_integer(value);
    case AttributeType::kBoolean:
      return value == "true" || value == "false";
    case AttributeType::kMultiSelect:
      return is_selection(attribute, value);
    case AttributeType::kString:
      break;
  }
  return true;
}

/// The value as it is stored, or nothing when the attribute does not allow it.
std::optional<std::string> accepted(const AttributeDefinition& attribute, std::string_view raw) {
  std::optional<std::string> value = to_nfc(raw);
  if (!value || holds_control(*value) ||
      code_points_in(*value) > static_cast<std::size_t>(attribute.max_length) ||
      !is_of_type(attribute, *value)) {
    return std::nullopt;
  }
  if (!attribute.regex.empty()) {
    const RE2 expression(attribute.regex, regex_options());
    if (!expression.ok() || !RE2::FullMatch(*value, expression)) {
      return std::nullopt;
    }
  }
  return value;
}

bool has(const AttributeValues& values, std::string_view name) {
  return std::any_of(values.begin(), values.end(),
                     [&](const auto& pair) { return pair.first == name; });
}

/// Reads the document. `kInvalidArgument` says what is wrong with it.
Result<json::object> read_object(std::string_view text) {
  const auto malformed = [](const char* what) {
    return Error{ErrorCode::kInvalidArgument, std::string("the attributes ") + what};
  };
  if (text.size() > kAttributesBytesMax) {
    return malformed("have more than 16 KiB");
  }
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code fault;
  json::value document = json::parse({text.data(), text.size()}, fault, {}, options);
  if (fault || !document.is_object()) {
    return malformed("are not a JSON object");
  }
  if (!repeated_key(text, kDepthMax).empty()) {
    return malformed("hold a member twice");
  }
  return std::move(document.as_object());
}

}  // namespace

std::string_view name(AttributeType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

std::optional<AttributeType> parse_attribute_type(std::string_view word) {
  const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), word);
  if (found == kTypeNames.end()) {
    return std::nullopt;
  }
  return static_cast<AttributeType>(found - kTypeNames.begin());
}

Result<void> check_schema(const AttributeSchema& schema) {
  if (schema.size() > kSchemaAttributesMax) {
    return Error{ErrorCode::kInvalidArgument, "a tenant has at most 64 attributes"};
  }
  std::set<std::string_view> seen;
  for (const AttributeDefinition& attribute : schema) {
    GATE_TRY_VOID(check_definition(attribute));
    if (!seen.insert(attribute.name).second) {
      return wrong(attribute.name, "is listed twice");
    }
  }
  return {};
}

Result<CheckedAttributes> check_attributes(const AttributeSchema& schema, std::string_view text) {
  GATE_TRY(const json::object members, read_object(text));
  CheckedAttributes checked;
  for (const AttributeDefinition& attribute : schema) {
    const json::value* given = members.if_contains(attribute.name);
    const bool empty = given == nullptr || (given->is_string() && given->as_string().empty());
    if (empty) {
      if (attribute.required) {
        checked.missing.push_back(attribute.name);
      }
      continue;
    }
    std::optional<std::string> value =
        given->is_string() ? accepted(attribute, std::string_view(given->as_string()))
                           : std::nullopt;
    if (value) {
      checked.values.emplace_back(attribute.name, std::move(*value));
    } else {
      checked.invalid.push_back(attribute.name);
    }
  }
  std::sort(checked.values.begin(), checked.values.end());
  return checked;
}

Result<AttributeValues> must_fit(const AttributeSchema& schema, const AttributeValues& values) {
  AttributeValues fitting;
  for (const auto& pair : values) {
    const std::string& wanted = pair.first;
    const auto definition =
        std::find_if(schema.begin(), schema.end(),
                     [&](const AttributeDefinition& each) { return each.name == wanted; });
    if (definition == schema.end()) {
      return wrong(wanted, "is not in the schema of the tenant");
    }
    std::optional<std::string> value = accepted(*definition, pair.second);
    if (!value) {
      return wrong(wanted, "its value breaks the schema of the tenant");
    }
    fitting.emplace_back(wanted, std::move(*value));
  }
  std::sort(fitting.begin(), fitting.end());
  return fitting;
}

AttributeSchema missing_attributes(const AttributeSchema& schema, const AttributeValues& values) {
  AttributeSchema missing;
  std::copy_if(schema.begin(), schema.end(), std::back_inserter(missing),
               [&](const AttributeDefinition& attribute) {
                 return attribute.required && !has(values, attribute.name);
               });
  return missing;
}

AttributeValues merged(AttributeValues older, const AttributeValues& newer) {
  std::erase_if(older, [&](const auto& pair) { return has(newer, pair.first); });
  older.insert(older.end(), newer.begin(), newer.end());
  std::sort(older.begin(), older.end());
  return older;
}

void apply_attributes(User& user, const AttributeValues& values) {
  AttributeValues others;
  for (const auto& pair : values) {
    if (pair.first == kDisplayName) {
      user.display_name = pair.second;
    } else {
      others.push_back(pair);
    }
  }
  user.attributes = merged(std::move(user.attributes), others);
}

}  // namespace gate::server
