#include "server/token/scope.h"

#include <algorithm>
#include <vector>

namespace gate::server {
namespace {

constexpr std::size_t kScopeBytesMax = 2048;
constexpr std::string_view kDefaultScope = "openid profile offline_access";
constexpr std::string_view kStandard[] = {"openid", "profile", "email", "offline_access"};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) {
      words.push_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

template <typename Words>
bool is_among(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// `<audience>/<name>` of a name that is configured for the client, compared byte for byte.
bool is_registered(const Client& client, std::string_view word) {
  const std::string& audience = client.audience;
  return word.starts_with(audience) && word.size() > audience.size() &&
         word[audience.size()] == '/' && is_among(client.scopes, word.substr(audience.size() + 1));
}

bool is_scope_char(char c) {
  return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
}

}  // namespace

std::optional<std::string> granted_scope(const Client& client, std::string_view asked) {
  if (asked.size() > kScopeBytesMax) {
    return std::nullopt;
  }
  std::vector<std::string_view> words = words_of(asked);
  if (words.empty()) {
    words = words_of(kDefaultScope);
  }
  std::string granted;
  std::vector<std::string_view> seen;
  for (const std::string_view word : words) {
    if (!std::all_of(word.begin(), word.end(), is_scope_char) ||
        (!is_among(kStandard, word) && !is_registered(client, word))) {
      return std::nullopt;
    }
    if (!is_among(seen, word)) {
      seen.push_back(word);
      granted += granted.empty() ? "" : " ";
      granted += word;
    }
  }
  return granted;
}

std::string still_granted(const Client& client, std::string_view granted) {
  std::string still;
  for (const std::string_view word : words_of(granted)) {
    if (is_among(kStandard, word) || is_registered(client, word)) {
      still += still.empty() ? "" : " ";
      still += word;
    }
  }
  return still;
}

bool is_within_scope(std::string_view asked, std::string_view granted) {
  const std::vector<std::string_view> all = words_of(granted);
  const std::vector<std::string_view> words = words_of(asked);
  return std::all_of(words.begin(), words.end(),
                     [&all](std::string_view word) { return is_among(all, word); });
}

}  // namespace gate::server
