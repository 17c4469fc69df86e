#include "compiler/graph/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

void split(std::string_view joined, std::vector<std::string>& out) {
  for (;;) {
    const auto comma = joined.find(',');
    if (const auto part = trimmed(joined.substr(0, comma)); !part.empty()) {
      out.emplace_back(part);
    }
    if (comma == std::string_view::npos) {
      return;
    }
    joined.remove_prefix(comma + 1);
  }
}

bool is_guid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
           const bool hex =
               (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           return shape == '-' ? c == '-' : hex;
         });
}

/// Ids are compared byte by byte, and exports differ in the case of their GUIDs.
std::string in_one_case(std::string_view text) {
  return is_guid(text) ? fold_case(text) : std::string(text);
}

}  // namespace

bool has_control_character(std::string_view text, bool lines) {
  return std::ranges::any_of(text, [lines](char c) {
    const bool ends_line = c == '\n' || c == '\r' || c == '\t';
    return (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) && !(lines && ends_line);
  });
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
bool is_blank(const json::value& value) {
  if (value.is_array()) {
    return std::ranges::all_of(value.get_array(), is_blank);
  }
  if (value.is_object()) {
    return std::ranges::all_of(value.get_object(),
                               [](const auto& entry) { return is_blank(entry.value()); });
  }
  return value.is_null() || (value.is_string() && value.get_string().empty());
}

bool is_cut_off(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && (text->starts_with("@{") || text->starts_with("Microsoft.Graph.") ||
                             text->starts_with("System."));
}

bool is_annotation(std::string_view key) {
  return key.find('@') != std::string_view::npos || key.starts_with("#");
}

ObjectReader::ObjectReader(const json::value* object, std::string path, Findings& findings)
    : path_(std::move(path)), findings_(findings) {
  if (object == nullptr) {
    return;
  }
  if (!object->is_object()) {
    findings_.error(path_,
                    is_cut_off(*object)
                        ? std::string("the export was cut off here: make it again with "
                                      "`ConvertTo-Json -Depth 10`")
                        : fmt::format("expected an object, found {}", to_string(object->kind())));
    return;
  }
  object_ = &object->get_object();
  taken_.assign(object_->size(), false);
}

ObjectReader::~ObjectReader() {
  if (object_ == nullptr) {
    return;
  }
  std::size_t index = 0;
  for (const auto& entry : *object_) {
    const std::string_view key = entry.key();
    if (!taken_[index++] && !is_annotation(key) && !is_blank(entry.value())) {
      findings_.error(path_of(key),
                      "this member is not understood, and a condition that is not "
                      "understood must not be left out");
    }
  }
}

std::string ObjectReader::path_of(std::string_view key) const {
  return fmt::format("{}.{}", path_, key);
}

const json::value* ObjectReader::take(std::string_view key) {
  const json::value* found = take_as_written(key);
  return found == nullptr || is_blank(*found) ? nullptr : found;
}

const json::value* ObjectReader::take_as_written(std::string_view key) {
  if (object_ == nullptr) {
    return nullptr;
  }
  std::size_t index = 0;
  for (const auto& entry : *object_) {
    if (equal_fold(entry.key(), key)) {
      taken_[index] = true;
      return entry.value().is_null() ? nullptr : &entry.value();
    }
    ++index;
  }
  return nullptr;
}

bool ObjectReader::mentions(std::string_view key) const {
  return object_ != nullptr && std::ranges::any_of(*object_, [&](const auto& entry) {
           return equal_fold(entry.key(), key);
         });
}

std::string ObjectReader::text(std::string_view key, bool lines) {
  const auto* value = take(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_string()) {
    findings_.error(path_of(key),
                    fmt::format("expected a string, found {}", to_string(value->kind())));
    return {};
  }
  if (value->get_string().size() > kGraphStringBytesMax) {
    findings_.error(path_of(key), fmt::format("the string has {} bytes, more than the {} allowed",
                                              value->get_string().size(), kGraphStringBytesMax));
    return {};
  }
  if (has_control_character(value->get_string(), lines)) {
    findings_.error(path_of(key), "the string holds a control character");
    return {};
  }
  return in_one_case(value->get_string());
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
  const auto* value = take(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_bool()) {
    findings_.error(path_of(key),
                    fmt::format("expected true or false, found {}", to_string(value->kind())));
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key) {
  const auto* value = take(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_int64()) {
    findings_.error(path_of(key),
                    fmt::format("expected a whole number, found {}", to_string(value->kind())));
    return std::nullopt;
  }
  return value->get_int64();
}

std::vector<std::string> ObjectReader::strings(std::string_view key, bool joined) {
  std::vector<std::string> out;
  const auto* value = take(key);
  if (value == nullptr) {
    return out;
  }
  const auto add = [&](const json::value& each, const std::string& path) {
    if (!each.is_string() || each.get_string().size() > kGraphStringBytesMax) {
      findings_.error(path,
                      fmt::format("expected a string of at most {} bytes", kGraphStringBytesMax));
    } else if (has_control_character(each.get_string(), false)) {
      findings_.error(path, "the string holds a control character");
    } else if (joined) {
      split(each.get_string(), out);
    } else if (!each.get_string().empty()) {
      out.push_back(in_one_case(each.get_string()));
    }
  };
  if (!value->is_array()) {
    add(*value, path_of(key));
    return out;
  }
  const auto& array = value->get_array();
  if (array.size() > kGraphMembersMax) {
    findings_.error(path_of(key), fmt::format("the list has {} members, more than the {} allowed",
                                              array.size(), kGraphMembersMax));
    return out;
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    add(array[i], fmt::format("{}[{}]", path_of(key), i));
  }
  return out;
}

}  // namespace gate::graph
