#include "server/domain/language.h"

#include <algorithm>

namespace gate::server {
namespace {

constexpr std::size_t kSubtagBytesMax = 8;

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_subtag(std::string_view text) {
  return !text.empty() && text.size() <= kSubtagBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

bool is_language_tag(std::string_view text) {
  std::size_t end = std::min(text.find('-'), text.size());
  const std::string_view primary = text.substr(0, end);
  if (text.size() > kLanguageTagBytesMax || primary.size() < 2 || primary.size() > 3 ||
      !std::all_of(primary.begin(), primary.end(), is_letter)) {
    return false;
  }
  while (end < text.size()) {
    text.remove_prefix(end + 1);
    end = std::min(text.find('-'), text.size());
    if (!is_subtag(text.substr(0, end))) {
      return false;
    }
  }
  return true;
}

std::string_view broader_language(std::string_view tag) {
  const auto without_last = [](std::string_view text) {
    const std::size_t at = text.rfind('-');
    return at == std::string_view::npos ? std::string_view() : text.substr(0, at);
  };
  tag = without_last(tag);
  const std::size_t last = tag.rfind('-');
  return last != std::string_view::npos && tag.size() - last == 2 ? without_last(tag) : tag;
}

}  // namespace gate::server
