#pragma once

#include <string_view>

namespace gate {

/// True when `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
/// beyond U+10FFFF). Allocates nothing; cost linear, eight bytes at a time when the text is ASCII.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace gate
