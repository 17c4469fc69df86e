#include "server/app/json_place.h"

#include <fmt/format.h>

#include <algorithm>

namespace gate::server {
namespace {
constexpr std::size_t kTextBytesMax = 1024;
}

JsonPlace::JsonPlace(const boost::json::value& value, std::string place, std::string& error)
    : object_(value.if_object()), place_(std::move(place)), error_(error) {
  if (object_ == nullptr) {
    wrong("", "must be an object");
  }
}

std::string JsonPlace::place_of(std::string_view key) const {
  if (key.empty()) {
    return place_.empty() ? "the document" : place_;
  }
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

void JsonPlace::wrong(std::string_view key, std::string_view what) {
  if (error_.empty()) {
    error_ = fmt::format("{}: {}", place_of(key), what);
  }
}

const boost::json::value* JsonPlace::take(std::string_view key) {
  taken_.push_back(key);
  return object_ == nullptr ? nullptr : object_->if_contains({key.data(), key.size()});
}

bool JsonPlace::has(std::string_view key) const {
  return object_ != nullptr && object_->contains({key.data(), key.size()});
}

bool JsonPlace::good_text(std::string_view key, const boost::json::value& value) {
  if (!value.is_string()) {
    wrong(key, "must be a string");
    return false;
  }
  const auto& text = value.as_string();
  if (text.size() > kTextBytesMax || std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20;
      })) {
    wrong(key, fmt::format("holds a control character or more than {} bytes", kTextBytesMax));
    return false;
  }
  return true;
}

std::string JsonPlace::text(std::string_view key) {
  const auto* value = take(key);
  return value != nullptr && good_text(key, *value) ? std::string(value->as_string())
                                                    : std::string();
}

std::string JsonPlace::required_text(std::string_view key) {
  std::string found = text(key);
  if (found.empty()) {
    wrong(key, "is required");
  }
  return found;
}

std::string JsonPlace::word(std::string_view key, std::initializer_list<std::string_view> words) {
  std::string found = text(key);
  if (!found.empty() && std::find(words.begin(), words.end(), found) == words.end()) {
    wrong(key, fmt::format("`{}` is not one of {}", found, fmt::join(words, ", ")));
  }
  return found;
}

bool JsonPlace::flag(std::string_view key, bool absent) {
  const auto* value = take(key);
  if (value == nullptr) {
    return absent;
  }
  if (!value->is_bool()) {
    wrong(key, "must be true or false");
    return absent;
  }
  return value->as_bool();
}

std::int64_t JsonPlace::integer(std::string_view key, std::int64_t absent, std::int64_t least,
                                std::int64_t most) {
  const auto* value = take(key);
  if (value == nullptr) {
    return absent;
  }
  if (!value->is_int64() || value->as_int64() < least || value->as_int64() > most) {
    wrong(key, fmt::format("must be a whole number from {} to {}", least, most));
    return absent;
  }
  return value->as_int64();
}

std::vector<std::string> JsonPlace::texts(std::string_view key) {
  std::vector<std::string> found;
  const auto* value = take(key);
  if (value == nullptr) {
    return found;
  }
  if (!value->is_array()) {
    wrong(key, "must be a list of strings");
    return found;
  }
  for (const auto& element : value->as_array()) {
    if (good_text(fmt::format("{}[{}]", key, found.size()), element)) {
      found.emplace_back(element.as_string());
    } else {
      break;
    }
  }
  return found;
}

void JsonPlace::each(std::string_view key, const std::function<void(JsonPlace&)>& take_one) {
  const auto* value = take(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_array()) {
    wrong(key, "must be a list of objects");
    return;
  }
  std::size_t index = 0;
  for (const auto& element : value->as_array()) {
    JsonPlace inner(element, place_of(fmt::format("{}[{}]", key, index++)), error_);
    take_one(inner);
    inner.finish();
    if (!error_.empty()) {
      return;
    }
  }
}

std::vector<std::pair<std::string, std::string>> JsonPlace::plain_values(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto* value = take(key);
  if (value == nullptr) {
    return found;
  }
  if (!value->is_object()) {
    wrong(key, "must be an object");
    return found;
  }
  for (const auto& member : value->as_object()) {
    const std::string name(member.key());
    const std::string inner = fmt::format("{}.{}", key, name);
    if (member.value().is_bool()) {
      found.emplace_back(name, member.value().as_bool() ? "true" : "false");
    } else if (member.value().is_int64()) {
      found.emplace_back(name, std::to_string(member.value().as_int64()));
    } else if (member.value().is_string() && good_text(inner, member.value())) {
      found.emplace_back(name, fmt::format("\"{}\"", std::string_view(member.value().as_string())));
    } else {
      wrong(inner, "must be a string, a whole number, true or false");
    }
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> JsonPlace::named_texts(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto* value = take(key);
  if (value == nullptr) {
    return found;
  }
  if (!value->is_object()) {
    wrong(key, "must be an object");
    return found;
  }
  for (const auto& member : value->as_object()) {
    const std::string name(member.key());
    if (good_text(fmt::format("{}.{}", key, name), member.value())) {
      found.emplace_back(name, std::string(member.value().as_string()));
    }
  }
  return found;
}

void JsonPlace::finish() {
  if (object_ == nullptr) {
    return;
  }
  for (const auto& member : *object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) {
      wrong(key, fmt::format("unknown key; known here: {}", fmt::join(taken_, ", ")));
    }
  }
}

}  // namespace gate::server
