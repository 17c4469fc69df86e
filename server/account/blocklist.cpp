#include "server/account/blocklist.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "server/domain/unicode.h"

namespace gate::server {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
/// Longer words are no passwords: a password has at most 1024 bytes.
constexpr std::size_t kWordBytesMax = 1024;
constexpr std::string_view kEnds = "\r\n,\"";

}  // namespace

Blocklist Blocklist::of(std::string_view text) {
  Blocklist list;
  list.text_.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kEnds), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto folded = raw.size() <= kWordBytesMax ? fold(raw) : std::nullopt;
    if (folded && !folded->empty()) {
      list.places_.push_back({static_cast<std::uint32_t>(list.text_.size()),
                              static_cast<std::uint32_t>(folded->size())});
      list.text_ += *folded;
    }
  }
  auto& places = list.places_;
  std::sort(places.begin(), places.end(),
            [&](const Place& a, const Place& b) { return list.word(a) < list.word(b); });
  const auto end = std::unique(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    return list.word(a) == list.word(b);
  });
  places.erase(end, places.end());
  places.shrink_to_fit();
  return list;
}

Result<Blocklist> Blocklist::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.is_open() ? std::streamoff(file.tellg()) : -1;
  if (size < 0) {
    return Error{ErrorCode::kInvalidArgument, path + ": cannot be read"};
  }
  if (static_cast<std::size_t>(size) > kFileBytesMax) {
    return Error{ErrorCode::kInvalidArgument, path + ": is larger than 64 MiB"};
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  if (!file.read(text.data(), size)) {
    return Error{ErrorCode::kInvalidArgument, path + ": cannot be read"};
  }
  Blocklist list = of(text);
  if (list.size() < kBlocklistWordsMin) {
    return Error{ErrorCode::kInvalidArgument, path + ": holds " + std::to_string(list.size()) +
                                                  " words, and a list of common passwords has at "
                                                  "least " +
                                                  std::to_string(kBlocklistWordsMin)};
  }
  return list;
}

bool Blocklist::holds(std::string_view folded) const {
  const auto found = std::lower_bound(
      places_.begin(), places_.end(), folded,
      [this](const Place& a, std::string_view wanted) { return word(a) < wanted; });
  return found != places_.end() && word(*found) == folded;
}

}  // namespace gate::server
