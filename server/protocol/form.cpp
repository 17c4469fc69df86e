#include "server/protocol/form.h"

#include <algorithm>

#include "server/crypto/secret.h"

namespace gate::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

Error refused(std::string what) {
  return {ErrorCode::kInvalidArgument, std::move(what)};
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        wipe(out);
        return std::nullopt;
      }
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

/// The length of the well-formed UTF-8 sequence at the front (Unicode table 3-7); 0 if there is
/// none or it is a control character.
std::size_t character_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&byte](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return first >= 0x20 && first != 0x7F ? 1 : 0;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return continues(1) && !(first == 0xC2 && byte(1) < 0xA0) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second =
        continues(1) && !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F);
    return second && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second =
        continues(1) && !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != lower[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

Form::~Form() {
  for (auto& [name, value] : fields_) {
    wipe(value);
  }
}

Result<Form> Form::parse(std::string_view body) {
  if (body.size() > kFormBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "the body has more than 16384 bytes"};
  }
  Form form;
  // A short string stores its bytes in place, so growing the vector would leave copies behind.
  form.fields_.reserve(std::min<std::size_t>(
      kFormFieldsMax, 1 + static_cast<std::size_t>(std::count(body.begin(), body.end(), '&'))));
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) {
      continue;  // `a=1&&b=2` names no parameter
    }
    if (form.fields_.size() == kFormFieldsMax) {
      return Error{ErrorCode::kLimitExceeded, "the body has more than 64 parameters"};
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = decode(pair.substr(0, equals));
    if (!name || name->empty() || name->size() > kFormNameBytesMax || !is_text(*name)) {
      return refused("the body has a parameter whose name is not readable");
    }
    std::optional<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!value || !is_text(*value)) {
      return refused("the parameter " + *name + " is not percent-encoded UTF-8 text");
    }
    if (form.find(*name)) {
      wipe(*value);
      return refused("the parameter " + *name + " is given more than once");
    }
    form.fields_.emplace_back(std::move(*name), *value);
    wipe(*value);
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) {
      return value;
    }
  }
  return std::nullopt;
}

bool is_form_media_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) {
    type.remove_suffix(1);
  }
  return equal_ignoring_case(type, "application/x-www-form-urlencoded");
}

std::vector<std::string_view> split_words(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) {
      words.push_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace gate::server
