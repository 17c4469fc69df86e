#include "runtime/index/name_table.h"

#include <algorithm>
#include <bit>

#include "runtime/ir/text_words.h"

namespace gate::index {
namespace {

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;

std::uint64_t mixed(std::uint64_t h, std::uint64_t w) {
  h = (h ^ w) * kMix;
  return h ^ (h >> 32);
}

/// Multiply and fold, eight bytes at a time. The names are the policy author's, so a requester can
/// choose only what is looked up, never how long the chains are.
std::uint64_t hash_of(std::uint8_t kind, std::string_view name) {
  std::uint64_t h = (name.size() << 8U | kind) * kMix;
  for_each_word(name, [&h](std::uint64_t word) { h = mixed(h, word); });
  // Names often differ in their last characters alone, which are the highest bits of the last word;
  // the slot is chosen by the lowest bits, and multiplying carries upwards only.
  return mixed(h, 0);
}

}  // namespace

void NameTable::reserve(std::size_t names, std::size_t bytes) {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(names * 2, 4)), Slot{});
  text_.clear();
  text_.reserve(bytes + names);
}

std::size_t NameTable::locate(std::uint64_t hash, std::uint8_t kind,
                              std::string_view name) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == kNone || (slot.tag == tag && slot.size == name.size() &&
                             static_cast<std::uint8_t>(text_[slot.begin]) == kind &&
                             same_bytes(text_.data() + slot.begin + 1, name.data(), name.size()))) {
      return i;
    }
  }
}

std::uint32_t NameTable::add(std::uint8_t kind, std::string_view name, std::uint32_t fresh) {
  const std::uint64_t hash = hash_of(kind, name);
  Slot& slot = slots_[locate(hash, kind, name)];
  if (slot.id == kNone) {
    slot = {static_cast<std::uint32_t>(hash >> 32), fresh, static_cast<std::uint32_t>(text_.size()),
            static_cast<std::uint32_t>(name.size())};
    text_.push_back(static_cast<char>(kind));
    text_.insert(text_.end(), name.begin(), name.end());
  }
  return slot.id;
}

std::uint32_t NameTable::find(std::uint8_t kind, std::string_view name) const noexcept {
  return slots_[locate(hash_of(kind, name), kind, name)].id;
}

std::size_t NameTable::bytes() const {
  return slots_.size() * sizeof(Slot) + text_.size();
}

}  // namespace gate::index
