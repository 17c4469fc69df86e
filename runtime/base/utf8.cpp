#include "runtime/base/utf8.h"

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

}  // namespace

bool internal::is_utf8_beyond_ascii(std::string_view text) noexcept {
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
