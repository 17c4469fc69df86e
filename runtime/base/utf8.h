#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/text_words.h"

namespace gate {
namespace internal {
[[nodiscard]] bool is_utf8_beyond_ascii(std::string_view text) noexcept;
}  // namespace internal

/// True when `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
/// beyond U+10FFFF). Allocates nothing; cost linear, eight bytes at a time when the text is ASCII.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  std::uint64_t seen = 0;  // most texts are short and ASCII: no branch per byte for them
  for_each_word(text, [&seen](std::uint64_t word) { seen |= word; });
  return (seen & 0x8080808080808080U) == 0 || internal::is_utf8_beyond_ascii(text);
}

}  // namespace gate
