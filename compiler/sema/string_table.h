#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gate::compiler::sema {

/// Texts, each once, numbered as they come. All in one block of memory: a set has 100,000 names.
class StringTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// The number of a text, and whether it is new. Amortised O(bytes).
  std::pair<std::uint32_t, bool> add(std::string_view text) {
    if (2 * (entries_.size() + 1) > slots_.size()) {
      grow();
    }
    const std::size_t hash = std::hash<std::string_view>{}(text);
    std::uint32_t& slot = slots_[place_of(text, hash)];
    if (slot != kNone) {
      return {slot, false};
    }
    slot = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({bytes_.size(), text.size(), hash});
    bytes_ += text;
    return {slot, true};
  }
  [[nodiscard]] std::uint32_t find(std::string_view text) const {
    return slots_.empty() ? kNone : slots_[place_of(text, std::hash<std::string_view>{}(text))];
  }
  /// Valid until the next add().
  [[nodiscard]] std::string_view text(std::uint32_t number) const {
    return std::string_view(bytes_).substr(entries_[number].begin, entries_[number].size);
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

 private:
  struct Entry {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t hash = 0;
  };

  /// Where the text stands, or the empty place where it would.
  [[nodiscard]] std::size_t place_of(std::string_view text, std::size_t hash) const {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at] != kNone &&
           (entries_[slots_[at]].hash != hash || this->text(slots_[at]) != text)) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  void grow() {
    slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), kNone);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      std::size_t at = entries_[i].hash & (slots_.size() - 1);
      while (slots_[at] != kNone) {
        at = (at + 1) & (slots_.size() - 1);
      }
      slots_[at] = i;
    }
  }

  std::string bytes_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace gate::compiler::sema
