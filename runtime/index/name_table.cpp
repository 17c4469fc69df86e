#include "runtime/index/name_table.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/text_words.h"
#include "runtime/index/open_addressing.h"

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
  // the slot is chosen by the low half, and multiplying carries upwards only.
  return mixed(h, 0);
}

std::uint16_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint16_t>(hash >> 48);
}

}  // namespace

void NameTable::reserve(std::size_t names, std::size_t bytes) {
  // Half of the slots are taken: most names of a request are not there, and that is seen in two or
  // three slots on average.
  slots_.assign(std::max<std::size_t>(names * 2, 4), Slot{});
  text_.clear();
  text_.reserve(bytes + names);
}

std::size_t NameTable::locate(std::uint64_t hash, std::uint8_t kind,
                              std::string_view name) const noexcept {
  const std::uint16_t tag = tag_of(hash);
  for (std::size_t i = first_slot(hash, slots_.size());; i = next_slot(i, slots_.size())) {
    const Slot& slot = slots_[i];
    if (slot.id == kNone || (slot.tag == tag && slot.size == name.size() &&
                             static_cast<std::uint8_t>(text_[slot.begin]) == kind &&
                             same_bytes(text_.data() + slot.begin + 1, name.data(), name.size()))) {
      return i;
    }
  }
}

std::uint32_t NameTable::add(std::uint8_t kind, std::string_view name, std::uint32_t fresh) {
  if (name.size() >= kNameBytesMax) {
    return fresh;
  }
  const std::uint64_t hash = hash_of(kind, name);
  Slot& slot = slots_[locate(hash, kind, name)];
  if (slot.id == kNone) {
    slot = {tag_of(hash), static_cast<std::uint16_t>(name.size()), fresh,
            static_cast<std::uint32_t>(text_.size())};
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
