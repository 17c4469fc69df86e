// Any bytes as an attributes body, after a line with the expression of one attribute: nothing
// crashes, and what is accepted fits the schema.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/account/attributes.h"

namespace {

using namespace gate::server;

AttributeSchema schema_of(std::string_view regex) {
  AttributeSchema schema(5);
  schema[0].name = "displayName";
  schema[0].required = true;
  schema[0].max_length = 20;
  schema[1].name = "city";
  schema[1].regex = regex;
  schema[2].name = "extension_0f8a_age";
  schema[2].type = AttributeType::kInteger;
  schema[3].name = "extension_0f8a_news";
  schema[3].type = AttributeType::kBoolean;
  schema[4].name = "extension_0f8a_topics";
  schema[4].type = AttributeType::kMultiSelect;
  schema[4].choices = {"loans", "cards", "funds"};
  return schema;
}

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const AttributeSchema schema = schema_of(input.substr(0, end));
  if (!check_schema(schema)) {
    return 0;
  }
  const std::string_view body = input.substr(std::min(end + 1, input.size()));
  const auto checked = check_attributes(schema, body);
  if (!checked) {
    require(!checked.error().message.empty());
    return 0;
  }
  require(body.size() <= kAttributesBytesMax);
  const auto again = must_fit(schema, checked->values);
  require(again && *again == checked->values);
  const bool named = std::any_of(checked->values.begin(), checked->values.end(),
                                 [](const auto& pair) { return pair.first == kDisplayName; });
  const auto holds = [](const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  require(named + holds(checked->missing, kDisplayName) + holds(checked->invalid, kDisplayName) ==
          1);
  User user;
  apply_attributes(user, checked->values);
  require(user.attributes.size() + (named ? 1 : 0) == checked->values.size());
  return 0;
}
