#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace gate::facts {

/// A few names, each found in one step by its length, first and last letter. An Entry has a `name`,
/// empty if default-made. Names that these do not tell apart do not compile.
template <typename Entry>
class NameSlots {
 public:
  constexpr NameSlots(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries) {
      Entry& slot = slots_[slot_of(entry.name)];
      if (!slot.name.empty()) {
        throw "two names in one slot";  // no constant then
      }
      slot = entry;
    }
  }

  /// Null: it is none of them.
  [[nodiscard]] constexpr const Entry* find(std::string_view name) const {
    if (name.empty()) {
      return nullptr;
    }
    const Entry& entry = slots_[slot_of(name)];
    return entry.name == name ? &entry : nullptr;
  }

 private:
  static constexpr std::size_t kSlots = 128;
  static constexpr std::size_t slot_of(std::string_view name) {
    // Found by trying, for the tables that there are.
    const std::size_t first = static_cast<unsigned char>(name.front());
    const std::size_t last = static_cast<unsigned char>(name.back());
    return (3 * name.size() + 23 * first + last) % kSlots;
  }
  std::array<Entry, kSlots> slots_{};
};

}  // namespace gate::facts
