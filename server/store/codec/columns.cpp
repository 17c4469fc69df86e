#include "server/store/codec/columns.h"

#include <boost/json.hpp>

#include "server/crypto/secret.h"

namespace gate::server {
namespace {

namespace json = boost::json;

/// Wipes values before their memory is given back: some columns hold codes and addresses.
class WipingResource final : public json::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t /*align*/) override {
    return WipingAllocator<std::max_align_t>().allocate(blocks(bytes));
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t /*align*/) override {
    WipingAllocator<std::max_align_t>().deallocate(static_cast<std::max_align_t*>(memory),
                                                   blocks(bytes));
  }
  [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override {
    return this == &other;
  }
  static std::size_t blocks(std::size_t bytes) {
    return (bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
  }
};

json::storage_ptr wiping() {
  static WipingResource resource;
  return &resource;
}

template <typename Values>
std::string list_of(const Values& values) {
  json::array array(wiping());
  for (const auto& value : values) {
    array.emplace_back(std::string_view(value));
  }
  return json::serialize(array);
}

Error damaged(const char* what) {
  return {ErrorCode::kCorrupt, std::string("a stored ") + what + " does not parse"};
}

Result<json::array> read_array(std::string_view text, const char* what) {
  json::error_code failed;
  json::value value = json::parse(text, failed, wiping());
  if (failed || !value.is_array()) {
    return damaged(what);
  }
  return std::move(value.get_array());
}

}  // namespace

std::string write_list(const std::vector<std::string>& values) {
  return list_of(values);
}

std::string write_list(std::initializer_list<std::string_view> values) {
  return list_of(values);
}

Result<std::vector<std::string>> read_list(std::string_view text) {
  GATE_TRY(const json::array array, read_array(text, "list"));
  std::vector<std::string> values;
  values.reserve(array.size());  // growing would leave copies of short texts behind
  for (const json::value& value : array) {
    if (!value.is_string()) {
      return damaged("list");
    }
    values.emplace_back(value.get_string());
  }
  return values;
}

std::string write_pairs(const std::vector<std::pair<std::string, std::string>>& values) {
  json::array array;
  for (const auto& [name, value] : values) {
    array.emplace_back(json::array{name, value});
  }
  return json::serialize(array);
}

Result<std::vector<std::pair<std::string, std::string>>> read_pairs(std::string_view text) {
  GATE_TRY(const json::array array, read_array(text, "list of pairs"));
  std::vector<std::pair<std::string, std::string>> values;
  for (const json::value& entry : array) {
    const json::array* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() ||
        !(*pair)[1].is_string()) {
      return damaged("list of pairs");
    }
    values.emplace_back((*pair)[0].get_string(), (*pair)[1].get_string());
  }
  return values;
}

std::string write_schema(const AttributeSchema& schema) {
  json::array array;
  for (const AttributeDefinition& each : schema) {
    array.emplace_back(json::array{each.name, static_cast<int>(each.type), each.required,
                                   each.regex, each.max_length,
                                   json::array(each.choices.begin(), each.choices.end())});
  }
  return json::serialize(array);
}

Result<AttributeSchema> read_schema(std::string_view text) {
  GATE_TRY(const json::array array, read_array(text, "attribute schema"));
  AttributeSchema schema;
  for (const json::value& entry : array) {
    const json::array* parts = entry.if_array();
    if (parts == nullptr || parts->size() != 6 || !(*parts)[0].is_string() ||
        !(*parts)[1].is_int64() || !is_attribute_type((*parts)[1].get_int64()) ||
        !(*parts)[2].is_bool() || !(*parts)[3].is_string() || !(*parts)[4].is_int64()) {
      return damaged("attribute schema");
    }
    AttributeDefinition each;
    each.name = std::string((*parts)[0].get_string());
    each.type = static_cast<AttributeType>((*parts)[1].get_int64());
    each.required = (*parts)[2].get_bool();
    each.regex = std::string((*parts)[3].get_string());
    each.max_length = (*parts)[4].get_int64();
    GATE_TRY(each.choices, read_list(json::serialize((*parts)[5])));
    schema.push_back(std::move(each));
  }
  return schema;
}

std::string write_factors(const std::vector<CompletedFactor>& factors) {
  json::array array;
  for (const CompletedFactor& factor : factors) {
    array.emplace_back(json::array{name(factor.method), factor.at, factor.channel_id});
  }
  return json::serialize(array);
}

Result<std::vector<CompletedFactor>> read_factors(std::string_view text) {
  GATE_TRY(const json::array array, read_array(text, "list of factors"));
  std::vector<CompletedFactor> factors;
  for (const json::value& entry : array) {
    const json::array* parts = entry.if_array();
    if (parts == nullptr || parts->size() != 3 || !(*parts)[0].is_string() ||
        !(*parts)[1].is_int64() || !(*parts)[2].is_string()) {
      return damaged("list of factors");
    }
    const auto method = parse_method(std::string_view((*parts)[0].get_string()));
    if (!method) {
      return damaged("method");
    }
    factors.push_back({*method, (*parts)[1].get_int64(), std::string((*parts)[2].get_string())});
  }
  return factors;
}

std::string write_origin(const std::optional<StepUpOrigin>& origin) {
  if (!origin) {
    return {};
  }
  return json::serialize(json::array{origin->sid, origin->family_id, origin->device_id,
                                     origin->device_epoch, origin->auth_time, origin->ends_at,
                                     origin->scope});
}

Result<std::optional<StepUpOrigin>> read_origin(std::string_view text) {
  if (text.empty()) {
    return std::optional<StepUpOrigin>();
  }
  GATE_TRY(const json::array parts, read_array(text, "origin"));
  const auto is_number = [&parts](std::size_t i) { return parts[i].is_int64(); };
  const auto is_text = [&parts](std::size_t i) { return parts[i].is_string(); };
  if (parts.size() != 7 || !is_text(0) || !is_text(1) || !is_text(2) || !is_number(3) ||
      !is_number(4) || !is_number(5) || !is_text(6)) {
    return damaged("origin");
  }
  const auto text_at = [&parts](std::size_t i) { return std::string(parts[i].get_string()); };
  return std::optional(StepUpOrigin{text_at(0), text_at(1), text_at(2), parts[3].get_int64(),
                                    parts[4].get_int64(), parts[5].get_int64(), text_at(6)});
}

}  // namespace gate::server
