#include "runtime/ir/utf8.h"

#include <cstdint>
#include <cstring>

namespace gate {
namespace {

/// Length of the sequence that starts with `lead`, and the range of its second byte, which is what
/// keeps out overlong forms, surrogates and numbers beyond U+10FFFF. Length 0: no sequence starts
/// so.
struct Sequence {
  unsigned length = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};
Sequence sequence(unsigned char lead) noexcept {
  if (lead < 0x80) {
    return {1};
  }
  if (lead < 0xC2) {
    return {};
  }
  if (lead < 0xE0) {
    return {2};
  }
  if (lead < 0xF0) {
    return {3, static_cast<unsigned char>(lead == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(lead == 0xED ? 0x9F : 0xBF)};
  }
  if (lead < 0xF5) {
    return {4, static_cast<unsigned char>(lead == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(lead == 0xF4 ? 0x8F : 0xBF)};
  }
  return {};
}

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

std::uint64_t load(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

/// Most texts are short and ASCII: no branch per byte for them.
bool is_ascii(std::string_view text) noexcept {
  const char* const data = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    std::uint64_t seen = load(data + size - 8, 8);
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      seen |= load(data + i, 8);
    }
    return (seen & kHighBits) == 0;
  }
  std::uint64_t seen = 0;
  if (size >= 4) {
    seen = load(data, 4) | load(data + size - 4, 4);
  } else if (size != 0) {
    seen = load(data, 1) | load(data + size / 2, 1) | load(data + size - 1, 1);
  }
  return (seen & kHighBits) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  if (is_ascii(text)) {
    return true;
  }
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const Sequence s = sequence(byte(0));
    if (s.length == 0 || s.length > text.size() - i) {
      return false;
    }
    if (s.length > 1 && (byte(1) < s.second_min || byte(1) > s.second_max)) {
      return false;
    }
    for (unsigned k = 2; k < s.length; ++k) {
      if ((byte(k) & 0xC0) != 0x80) {
        return false;
      }
    }
    i += s.length;
  }
  return true;
}

}  // namespace gate
