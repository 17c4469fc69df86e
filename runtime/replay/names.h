#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gate::replay {

/// Numbers for the policies and controls that a report speaks of. Any number of threads.
class Names {
 public:
  struct Entry {
    std::string key;    ///< what makes it the same one on both sides
    std::string shown;  ///< what people call it
  };

  std::uint32_t number(std::string_view key, std::string_view shown) {
    return number(key, shown, std::numeric_limits<std::size_t>::max());
  }
  /// With `most` names here already, all new ones share one number.
  std::uint32_t number(std::string_view key, std::string_view shown, std::size_t most) {
    const std::lock_guard lock(mutex_);
    auto found = numbers_.find(key);
    if (found == numbers_.end() && entries_.size() >= most) {
      key = {};
      shown = "(others that the log names)";
      found = numbers_.find(key);
    }
    if (found != numbers_.end()) {
      return found->second;
    }
    const Entry& entry = entries_.emplace_back(Entry{std::string(key), std::string(shown)});
    const auto fresh = static_cast<std::uint32_t>(entries_.size() - 1);
    numbers_.emplace(entry.key, fresh);
    return fresh;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  /// Lives as long as this.
  [[nodiscard]] const Entry& entry(std::uint32_t number) const {
    const std::lock_guard lock(mutex_);
    return entries_[number];
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace gate::replay
