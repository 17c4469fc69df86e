#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gate {

/// Reads `size` bytes, at most eight, the others zero. With a constant size it is one load; with a
/// variable one it would be a call, which is why everything here avoids that.
template <std::size_t size>
[[nodiscard]] inline std::uint64_t load_bytes(const char* from) noexcept {
  static_assert(size <= 8);
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

/// Calls f(word) with words that together hold every byte of `text`, some of them twice. Which
/// bytes go where depends on the size alone: texts of one size give the same words if they are
/// equal, and different ones if they are not. Cost: one load for eight bytes, and no loop over
/// single bytes.
template <typename F>
inline void for_each_word(std::string_view text, F f) noexcept {
  const char* const data = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      f(load_bytes<8>(data + i));
    }
    f(load_bytes<8>(data + size - 8));
  } else if (size >= 4) {
    f(load_bytes<4>(data) << 32U | load_bytes<4>(data + size - 4));
  } else if (size != 0) {
    f(load_bytes<1>(data) << 16U | load_bytes<1>(data + size / 2) << 8U |
      load_bytes<1>(data + size - 1));
  }
}

/// Whether `size` bytes are the same: what memcmp says, without a call for what is mostly short.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  std::uint64_t differing = 0;
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      differing |= load_bytes<8>(a + i) ^ load_bytes<8>(b + i);
    }
    differing |= load_bytes<8>(a + size - 8) ^ load_bytes<8>(b + size - 8);
  } else if (size >= 4) {
    differing = (load_bytes<4>(a) ^ load_bytes<4>(b)) |
                (load_bytes<4>(a + size - 4) ^ load_bytes<4>(b + size - 4));
  } else if (size != 0) {
    differing = (load_bytes<1>(a) ^ load_bytes<1>(b)) |
                (load_bytes<1>(a + size / 2) ^ load_bytes<1>(b + size / 2)) |
                (load_bytes<1>(a + size - 1) ^ load_bytes<1>(b + size - 1));
  }
  return differing == 0;
}

}  // namespace gate
