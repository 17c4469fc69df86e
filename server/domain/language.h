#pragma once

#include <cstddef>
#include <string_view>

namespace gate::server {

inline constexpr std::size_t kLanguageTagBytesMax = 35;

/// True for a language tag of RFC 5646 in the form used here: lower case, subtags joined by `-`,
/// the first of two or three letters, the others of one to eight letters and digits (`de`,
/// `pt-br`).
[[nodiscard]] bool is_language_tag(std::string_view text);

/// The tag without its last subtag, and without a single letter or digit that would then end it
/// (RFC 4647 3.4): `zh-hant-tw`, `zh-hant`, `zh`, and then nothing.
[[nodiscard]] std::string_view broader_language(std::string_view tag);

}  // namespace gate::server
