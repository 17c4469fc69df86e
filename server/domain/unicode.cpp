#include "server/domain/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "server/crypto/secret.h"

namespace gate::server {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Code points while they are decomposed and composed again. Wiped at the end.
class Buffer {
 public:
  explicit Buffer(std::size_t size) : units_(size) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { wipe(units_.data(), units_.size() * sizeof(utf8proc_int32_t)); }

  utf8proc_int32_t* data() { return units_.data(); }

 private:
  std::vector<utf8proc_int32_t> units_;
};

/// `text` under the options of utf8proc; empty when it is not valid UTF-8.
std::optional<std::string> mapped(std::string_view text, utf8proc_option_t options) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const utf8proc_ssize_t needed = utf8proc_decompose(bytes, size, nullptr, 0, options);
  if (needed < 0) {
    return std::nullopt;
  }
  Buffer buffer(static_cast<std::size_t>(needed) + 1);  // one more, for the zero byte of reencode
  const utf8proc_ssize_t made = utf8proc_decompose(bytes, size, buffer.data(), needed, options);
  const utf8proc_ssize_t written =
      made < 0 ? made : utf8proc_reencode(buffer.data(), made, options);
  if (written < 0) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(buffer.data()),
                     static_cast<std::size_t>(written));
}

utf8proc_option_t options_of(int flags) {
  return static_cast<utf8proc_option_t>(flags);
}

/// Calls `take` for every code point.
template <typename Take>
void each_code_point(std::string_view text, const Take& take) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t used = std::max<utf8proc_ssize_t>(utf8proc_iterate(at, left, &point), 1);
    take(static_cast<char32_t>(point));
    at += used;
    left -= used;
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  utf8proc_int32_t point = 0;
  for (utf8proc_ssize_t at = 0; at < size;) {
    const utf8proc_ssize_t step = utf8proc_iterate(bytes + at, size - at, &point);
    if (step <= 0) {
      return false;
    }
    at += step;
  }
  return true;
}

std::optional<std::string> to_nfc(std::string_view text) {
  if (is_ascii(text)) {
    return std::string(text);
  }
  return mapped(text, options_of(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

std::optional<std::string> fold(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
  }
  return mapped(text, options_of(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                 UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE));
}

std::size_t code_points_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

std::vector<char32_t> code_points_of(std::string_view text) {
  std::vector<char32_t> points;
  points.reserve(text.size());
  each_code_point(text, [&](char32_t point) { points.push_back(point); });
  return points;
}

bool holds_control(std::string_view text) {
  bool found = false;
  each_code_point(text, [&](char32_t point) {
    found = found || point < 0x20 || (point >= 0x7F && point < 0xA0);
  });
  return found;
}

}  // namespace gate::server
