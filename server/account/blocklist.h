#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// The fewest words of a list of common passwords (D2).
inline constexpr std::size_t kBlocklistWordsMin = 10'000;

/// A set of folded words (`fold`), compact: one text and an index. Immutable once made, and safe
/// from any number of threads.
class Blocklist {
 public:
  /// Holds nothing.
  Blocklist() = default;

  /// The words of a text. A word ends at a line end, a comma or a double quote, so that both plain
  /// lists and the list of Debian's python3-zxcvbn can be read. Words that are not UTF-8 are left
  /// out.
  [[nodiscard]] static Blocklist of(std::string_view text);

  /// Reads a file. kInvalidArgument with the reason when it cannot be read, is larger than 64 MiB
  /// or holds fewer than `kBlocklistWordsMin` words.
  [[nodiscard]] static Result<Blocklist> load(const std::string& path);

  /// `folded` is a result of `fold`.
  [[nodiscard]] bool holds(std::string_view folded) const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::uint32_t at;
    std::uint32_t size;
  };
  [[nodiscard]] std::string_view word(const Place& place) const {
    return std::string_view(text_).substr(place.at, place.size);
  }

  std::string text_;
  std::vector<Place> places_;  ///< in the order of their words
};

}  // namespace gate::server
